/** Signals that ask for the end: INT (Ctrl-C), TERM (kill, systemd), HUP (terminal closed). */

/** POSIX numbers, for the exit code 128+n. */
const NUMBERS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
type StopSignal = keyof typeof NUMBERS;

/** Listens until disposed of. */
export interface StopSignals extends Disposable {
  /** 128 plus the number of the first signal that came; undefined while none has. */
  readonly exitCode: number | undefined;
  /** "SIGTERM"; undefined while none has come. */
  readonly name: string | undefined;
}

/** Calls `first` for the first of the signals, and `again` for every further one. */
export function listenForStop(first: (name: string) => void, again: (name: string) => void): StopSignals {
  // Windows knows only Ctrl-C.
  const names: StopSignal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  let came: StopSignal | undefined;
  const listeners = names.map((name) => {
    const listener = () => {
      if (came !== undefined) return again(name);
      came = name;
      first(name);
    };
    Deno.addSignalListener(name, listener);
    return { name, listener };
  });
  return {
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
