/** Signals that ask for the end: INT (Ctrl-C), TERM (kill, systemd), HUP (terminal closed). */

/** POSIX numbers, for the exit code 128+n. */
const NUMBERS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
type StopSignal = keyof typeof NUMBERS;

/** Listens until disposed of. */
export interface StopSignals extends Disposable {
  /** Fulfilled by the first signal: end in order. */
  readonly first: Promise<void>;
  /** Fulfilled by the second: end now. */
  readonly second: Promise<void>;
  /** 128 plus the number of the first signal that came; undefined while none has. */
  readonly exitCode: number | undefined;
  /** "SIGTERM"; undefined while none has come. */
  readonly name: string | undefined;
}

/** @param tell is told of the first two */
export function listenForStop(tell: (name: string, isFirst: boolean) => void): StopSignals {
  // Windows knows only Ctrl-C.
  const names: StopSignal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let came: StopSignal | undefined;
  let count = 0;
  const listeners = names.map((name) => {
    const listener = () => {
      came ??= name;
      count++;
      if (count <= 2) tell(name, count === 1);
      (count === 1 ? first : second).resolve();
    };
    Deno.addSignalListener(name, listener);
    return { name, listener };
  });
  return {
    first: first.promise,
    second: second.promise,
    get exitCode() {
      return came === undefined ? undefined : 128 + NUMBERS[came];
    },
    get name() {
      return came;
    },
    [Symbol.dispose]() {
      for (const { name, listener } of listeners) Deno.removeSignalListener(name, listener);
    },
  };
}
