/**
 * The project's receiver as a program of its own that throws everything away: `receive.ts [--delay MS] [--pdu BYTES]
 * [--window N] [--explicit]`. Writes its port to standard output and runs until it is ended.
 */

import { EXPLICIT_LITTLE_ENDIAN } from "../../lib/dicom/transfer_syntaxes.ts";
import { startReceiver } from "../../lib/receiver/receiver.ts";
import { say } from "../run_command.ts";

function valueOf(option: string): number | undefined {
  const at = Deno.args.indexOf(option);
  return at < 0 ? undefined : Number(Deno.args[at + 1]);
}

const window = valueOf("--window");
const receiver = startReceiver({
  responseDelayMs: valueOf("--delay") ?? 0,
  maximumLengthReceived: valueOf("--pdu") ?? 131072,
  ...(window === undefined ? {} : { operationsWindow: () => ({ maxInvoked: window, maxPerformed: 1 }) }),
  ...(Deno.args.includes("--explicit")
    ? {
      choose: (_class: string, syntaxes: readonly string[]) =>
        syntaxes.find((syntax) => syntax === EXPLICIT_LITTLE_ENDIAN),
    }
    : {}),
});
say(String(receiver.port));
