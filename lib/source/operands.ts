// Placeholder until the real one is here: its author may overwrite this file.
import type { InputSettings } from "../cli/settings.ts";
import type { Logger } from "../log/log.ts";
export interface Operand {
  readonly path: string;
  readonly scanned: boolean;
}
export function* operands(args: readonly string[], _input: InputSettings, _log: Logger): Generator<Operand> {
  for (const path of args) yield { path, scanned: false };
}
