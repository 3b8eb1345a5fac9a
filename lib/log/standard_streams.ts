/** Text to standard output and standard error, which may be closed, full or gone: that must never stop a transfer. */

import { reasonOf } from "../errors.ts";

/** Writes all of a text at once and in order; never throws. */
export type WriteText = (text: string) => void;

/** Told why a text was lost; `isGone` when its reader has gone away, who may have seen enough. */
export type NoteLoss = (reason: string, isGone: boolean) => void;

/** How long a full, non-blocking stream is waited for before the text is given up. */
const MAX_WAIT_MILLISECONDS = 2000;

export function stderrWriter(): WriteText {
  return writerTo(Deno.stderr);
}

/** @param onLoss see writerTo */
export function stdoutWriter(onLoss?: NoteLoss): WriteText {
  return writerTo(Deno.stdout, onLoss);
}

/** A writer that falls silent when its reader has gone away. */
export function writerTo(
  stream: { writeSync(bytes: Uint8Array): number },
  onLoss: NoteLoss = () => {},
): WriteText {
  const encoder = new TextEncoder();
  let gone = false;
  return (text) => {
    if (gone) return;
    let rest = encoder.encode(text);
    let waited = 0;
    while (rest.length > 0) {
      try {
        rest = rest.subarray(stream.writeSync(rest));
      } catch (error) {
        // A parent may have handed us a non-blocking pipe: then a slow reader is no reason to lose lines.
        if (error instanceof Deno.errors.WouldBlock && waited < MAX_WAIT_MILLISECONDS) {
          waited += sleep(10);
          continue;
        }
        gone = error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.BadResource;
        onLoss(reasonOf(error), gone);
        return;
      }
    }
  };
}

/** Sleeps without giving other work a turn: lines must stay in order. */
function sleep(milliseconds: number): number {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  return milliseconds;
}
