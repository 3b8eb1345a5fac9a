/** argv -> run -> exit: the only place that reads the arguments and ends the process. */

import { run } from "./lib/run.ts";

Deno.exit(await run(Deno.args));
