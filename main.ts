/** argv -> run -> exit: the only place that reads the arguments and ends the process. */

import { run } from "./lib/run.ts";

// No stack is ever shown, and each of a hundred thousand faults would keep one.
Error.stackTraceLimit = 0;
Deno.exit(await run(Deno.args));
