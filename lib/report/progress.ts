/**
 * How far the run is, as one line: "12/500 files  0.3/20.1 GB  45.3 MB/s  7:12 min left  1 failed  study/IM0012.dcm".
 *
 * How this works: events and writes only add to counters; a timer draws. On a terminal the line is drawn over ten times a
 * second, and is asked each time how wide it may be; elsewhere (--progress forces it) a line a second is written.
 */

import type { StatusLine } from "../log/status_line.ts";
import type { MessageWatch } from "../transfer/delivery.ts";
import type { Event, Observer } from "./events.ts";
import { layOut, layOutLooking } from "./progress_line.ts";
import { Tally } from "./summary.ts";

const REDRAW_MS = 100;
const LINE_MS = 1000;

/** The rate is that of the last so many seconds. */
const RATE_SECONDS = 5;

/** Invariant: between `look` or `begin` and the summary a timer runs. */
export class Progress implements Observer {
  readonly #line: StatusLine;
  readonly #tally = new Tally();
  /** [time, bytes] at each drawing, the oldest first, of the last RATE_SECONDS. */
  readonly #marks: (readonly [number, number])[] = [];
  #timer: number | undefined;
  #begun = false;
  #files = 0;
  #totalBytes: number | undefined;
  /** Of files that came to their end, as large as they were counted in `#totalBytes`. */
  #passedBytes = 0;
  /** Of messages that are under way. */
  #underwayBytes = 0;
  #sentBytes = 0;
  #current = "";

  constructor(line: StatusLine) {
    this.#line = line;
  }

  /** Before the first is sent, the files are looked at. @param count how many have been */
  look(count: () => number): void {
    this.#drawRegularly(() => this.#line.show((columns) => layOutLooking(count(), columns)));
  }

  /** @param totalBytes of all files; undefined when nobody knows */
  begin(totalBytes: number | undefined): void {
    this.#totalBytes = totalBytes;
    this.#marks.push([performance.now(), 0]);
    this.#begun = true;
    this.#drawRegularly(() => this.#draw());
  }

  #drawRegularly(draw: () => void): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(draw, this.#line.redraws ? REDRAW_MS : LINE_MS);
  }

  note(event: Event): void {
    this.#tally.note(event);
    if (event.event === "run") this.#files = event.files;
    if (event.event === "summary") this.#end();
  }

  /** A file of this size has come to its end. */
  passed(sizeBytes: number | undefined): void {
    this.#passedBytes += sizeBytes ?? 0;
  }

  /** A message with this file begins. */
  readonly watch = (path: string): MessageWatch => {
    this.#current = path;
    let ofThis = 0;
    return {
      wrote: (_dataPdvs, lengthBytes) => {
        ofThis += lengthBytes;
        this.#underwayBytes += lengthBytes;
        this.#sentBytes += lengthBytes;
      },
      ended: () => {
        this.#underwayBytes -= ofThis;
      },
    };
  };

  #end(): void {
    clearInterval(this.#timer);
    if (this.#begun && !this.#line.redraws) this.#draw();
    this.#begun = false;
    this.#line.clear();
  }

  #draw(): void {
    const doneBytes = this.#passedBytes + this.#underwayBytes;
    const bytesPerSecond = this.#rate(performance.now());
    this.#line.show((columns) =>
      layOut({
        doneFiles: this.#tally.files,
        totalFiles: this.#files,
        doneBytes: this.#totalBytes === undefined ? this.#sentBytes : Math.min(doneBytes, this.#totalBytes),
        totalBytes: this.#totalBytes,
        bytesPerSecond,
        failures: this.#tally.failures,
        current: this.#current,
      }, columns)
    );
  }

  #rate(now: number): number {
    const marks = this.#marks;
    marks.push([now, this.#sentBytes]);
    while (marks.length > 2 && now - (marks[1]?.[0] ?? now) > RATE_SECONDS * 1000) marks.shift();
    const [then, sent] = marks[0] ?? [now, 0];
    return now > then ? (this.#sentBytes - sent) / (now - then) * 1000 : 0;
  }
}
