/** One meeting in a process of its own: its argument is a Meeting as JSON, its output the outcome. */

import { outcomeOf } from "./wishes.ts";

const outcome = await outcomeOf(JSON.parse(Deno.args[0] ?? "{}"));
await Deno.stdout.write(new TextEncoder().encode(`${outcome}\n`));
