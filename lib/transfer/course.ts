/** How a run stands: whether it goes on, with which exit code it will end, and the waits between two tries. */

import { Occasion } from "../bytes/occasion.ts";
import type { Logger } from "../log/log.ts";
import type { Lines } from "../log/printable.ts";
import { backoffMs, type RetryLimits } from "./retry.ts";

export class Course {
  readonly #limits: RetryLimits;
  readonly #log: Logger;
  /** Told before each wait for another try. */
  readonly #retrying: (reason: string, afterSeconds: number) => void;
  /** The operator has asked for the end. */
  readonly stopped = new Occasion();
  #exitCode = 0;
  #halted = false;

  constructor(
    limits: RetryLimits,
    log: Logger,
    retrying: (reason: string, afterSeconds: number) => void = () => {},
  ) {
    this.#limits = limits;
    this.#log = log;
    this.#retrying = retrying;
  }

  /** 0, or that of the first failure. */
  get exitCode(): number {
    return this.#exitCode;
  }

  /** Nothing more is to be begun. */
  get halted(): boolean {
    return this.#halted;
  }

  fail(exitCode: number): void {
    this.#exitCode ||= exitCode;
  }

  halt(): void {
    this.#halted = true;
  }

  /** Halts, and ends all waits. */
  stop(): void {
    this.#halted = true;
    this.stopped.come();
  }

  /** True when what has failed so often may be tried again. */
  mayTryAgain(failures: number): boolean {
    return failures < this.#limits.retries;
  }

  /** @param leave ends the wait early */
  async pause(why: Lines, failures: number, leave = this.stopped): Promise<void> {
    const ms = backoffMs(this.#limits, failures);
    const lines = typeof why === "string" ? [why] : why;
    const last = `${lines.at(-1)}; trying again in ${(ms / 1000).toFixed(1)} s`;
    this.#log.warn([...lines.slice(0, -1), last]);
    this.#retrying(lines.join("\n"), ms / 1000);
    let timer: number | undefined;
    await leave.before(new Promise((resolve) => timer = setTimeout(resolve, ms)));
    clearTimeout(timer);
  }
}
