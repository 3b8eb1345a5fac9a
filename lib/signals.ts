/** Signals that ask for the end: INT (Ctrl-C), TERM (kill, systemd), HUP (terminal closed). */

import { openToRead } from "./source/file_calls.ts";

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

/**
 * To be called before anybody else listens for any signal: from then on nobody can see which ones were ignored.
 * @param tell is told of the first two
 */
export function listenForStop(tell: (name: string, isFirst: boolean) => void): StopSignals {
  // Windows knows only Ctrl-C.
  const known: StopSignal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  const ignored = ignoredSignals();
  const isIgnored = (name: StopSignal) => (ignored >> (NUMBERS[name] - 1) & 1) === 1;
  // With the first listener the runtime takes all three, and ends by those that nobody listens for. These never end.
  for (const name of known.filter(isIgnored)) Deno.addSignalListener(name, () => {});
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let came: StopSignal | undefined;
  let count = 0;
  const listeners = known.filter((name) => !isIgnored(name)).map((name) => {
    const listener = () => {
      came ??= name;
      count++;
      if (count <= 2) tell(name, count === 1);
      (count === 1 ? first : second).resolve();
    };
    Deno.addSignalListener(name, listener);
    return { name, listener };
  });
  // Writing beyond the limit of file sizes (ulimit -f) is to fail and be told; the system would end the process. Not
  // before the others are listened for: the runtime would end by a TERM that comes in between.
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGXFSZ", () => {});
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

/**
 * What this process was started to ignore, bit n - 1 for signal n: nohup wants no end by HUP, and a shell script none by
 * INT of what it runs in the background. Only Linux tells; elsewhere none is known of.
 */
function ignoredSignals(): number {
  if (Deno.build.os !== "linux") return 0;
  try {
    const status = openToRead("/proc/self/status");
    const bytes = new Uint8Array(STATUS_BYTES);
    const text = new TextDecoder().decode(bytes.subarray(0, status.readAt(0, bytes)));
    status.close();
    // 64 signals, 16 hexadecimal digits; those here are in the last ones.
    const at = text.indexOf(IGNORED) + IGNORED.length;
    return at < IGNORED.length ? 0 : Number.parseInt(text.slice(at + 8, at + 16), 16);
  } catch {
    return 0;
  }
}

const IGNORED = "\nSigIgn:\t";
/** Before the line stand the names of all groups of the user: of some hundred, at most. */
const STATUS_BYTES = 1 << 14;
