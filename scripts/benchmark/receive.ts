/**
 * The project's receiver as a program of its own that throws everything away: `receive.ts [--delay MS] [--pdu BYTES]
 * [--window N] [--only UID]`, the one transfer syntax taken. Writes its port to standard output and runs until it is ended.
 */

import { startReceiver } from "../../lib/receiver/receiver.ts";
import { say } from "../run_command.ts";

function textOf(option: string): string | undefined {
  const at = Deno.args.indexOf(option);
  return at < 0 ? undefined : Deno.args[at + 1];
}

function valueOf(option: string): number | undefined {
  const text = textOf(option);
  return text === undefined ? undefined : Number(text);
}

const window = valueOf("--window");
const only = textOf("--only");
const receiver = startReceiver({
  responseDelayMs: valueOf("--delay") ?? 0,
  maximumLengthReceived: valueOf("--pdu") ?? 131072,
  ...(window === undefined ? {} : { operationsWindow: () => ({ maxInvoked: window, maxPerformed: 1 }) }),
  ...(only === undefined ? {} : {
    choose: (_class: string, syntaxes: readonly string[]) => syntaxes.find((syntax) => syntax === only),
  }),
});
say(String(receiver.port));
