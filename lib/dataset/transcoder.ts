/**
 * From one encoding of a data set to another, element by element, as a stream (PS3.5 7).
 *
 * How this works: the consumer asks for bytes. One header after the other is read from a small window over the input
 * (input_window.ts); what becomes of it is decided in steps.ts and stated to the outlet (outlet.ts), which delivers to the
 * consumer's buffer. Values never stop here: big ones go from the input straight into that buffer. So memory does not
 * depend on the size of anything in the data set, only on how deep it is nested.
 *
 * The length of a sequence or item is found by measuring, that is by running the steps ahead over the window. What is longer
 * than MEASURED_BYTES is written with undefined length. Group lengths are found in the same way; where the group is too
 * long for that they are left out, which PS3.5 7.2 allows.
 */

import type { ByteSource } from "../bytes/source.ts";
import { Fault } from "../errors.ts";
import { InputWindow } from "./input_window.ts";
import { FULL, NEEDS_PAST, NEEDS_WINDOW, Outlet } from "./outlet.ts";
import { WINDOW_BYTES } from "./measuring.ts";
import { Steps } from "./steps.ts";
import { type Task, Walk } from "./walk.ts";

/** One of these has been kept from a closed transcoder for the next. */
let spareWindow: InputWindow | undefined;

/** Went on; nothing to wait for. */
const PROGRESS = Symbol("progress");

const NO_WINDOW = new InputWindow(0);

export class Transcoder implements ByteSource {
  readonly #input: ByteSource;
  readonly #outlet: Outlet;
  readonly #walk: Walk;
  readonly #steps: Steps;
  #window: InputWindow;
  #fault: Fault | undefined;
  /** A read is under way that will write to the window. */
  #waiting = false;

  constructor(input: ByteSource, task: Task) {
    this.#input = input;
    this.#window = spareWindow ?? new InputWindow(WINDOW_BYTES);
    spareWindow = undefined;
    this.#window.open(input);
    this.#outlet = new Outlet(task.target);
    this.#walk = new Walk(task, this.#window, this.#outlet);
    this.#walk.done = input.ended && task.edits === undefined;
    this.#steps = new Steps(this.#walk);
  }

  get ended(): boolean {
    return this.#walk.done && this.#outlet.idle;
  }

  close(): void {
    this.#input.close();
    if (this.#window === NO_WINDOW) return;
    this.#window.open(undefined);
    if (!this.#waiting) spareWindow = this.#window;
    this.#window = NO_WINDOW;
  }

  fill(into: Uint8Array): number | Promise<number> {
    if (this.#fault !== undefined) throw this.#fault;
    this.#outlet.deliverTo(into);
    return this.#pump();
  }

  #pump(): number | Promise<number> {
    // The window may belong to somebody else by now.
    if (this.#window === NO_WINDOW) throw new RangeError("a converted data set was closed before its end");
    try {
      for (;;) {
        const waiting = this.#advance();
        if (waiting === undefined) return this.#outlet.giveBack();
        if (waiting === PROGRESS) continue;
        this.#waiting = true;
        return waiting.then(() => {
          this.#waiting = false;
          return this.#pump();
        });
      }
    } catch (caught) {
      if (caught instanceof Fault) this.#fault = caught;
      throw caught;
    }
  }

  /** Delivers or steps once. Answers undefined when the consumer is to be answered, or what has to be awaited. */
  #advance(): undefined | typeof PROGRESS | Promise<unknown> {
    const window = this.#window;
    switch (this.#outlet.drain(window)) {
      case FULL:
        return undefined;
      case NEEDS_PAST: {
        const got = window.readPast(this.#outlet.gap);
        if (typeof got !== "number") return got.then((n) => this.#passed(n));
        this.#passed(got);
        return PROGRESS;
      }
      case NEEDS_WINDOW:
        if (window.sourceEnded) throw this.#walk.valueEndsEarly(this.#outlet.valueBytesLeft);
        return window.read(this.#outlet.wantedBytes) ?? PROGRESS;
      default:
        // Going on although the buffer is full: only the next header tells whether this was the end.
        if (this.#walk.done) return undefined;
        if (this.#steps.step()) return PROGRESS;
        return window.read(this.#walk.wantedBytes) ?? PROGRESS;
    }
  }

  #passed(lengthBytes: number): void {
    if (lengthBytes === 0) throw this.#walk.valueEndsEarly(this.#outlet.valueBytesLeft);
    this.#window.passed(lengthBytes);
    this.#outlet.filled(lengthBytes);
  }
}
