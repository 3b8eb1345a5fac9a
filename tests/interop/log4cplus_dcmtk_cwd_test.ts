/**
 * One configuration given to DCMTK's storescu and to ours, with the same events: the same files, standard output and
 * standard error, apart from times and numbers. Left out where DCMTK is not installed.
 */

import { assertEquals } from "@std/assert";
import { type LogEvent, Logger, thresholdOf } from "../../lib/log/log.ts";
import { readLogConfig } from "../../lib/log/log4cplus.ts";

const STORESCU = "/usr/bin/storescu";
const CONFIGS = new URL("../../testdata/log/", import.meta.url).pathname;
const ignore = !isFile(STORESCU);
const VARIABLES = { FROM_ENVIRONMENT: "outside" };

/** What is left behind: files, "stdout" and "stderr" by name. */
type Traces = Record<string, string>;

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** DCMTK's log of a run whose peer closes at once. */
async function logOfDcmtk(config: string): Promise<Traces> {
  const folder = makeFolder();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const answered = listener.accept().then(hangUp);
  try {
    Deno.writeTextFileSync(`${folder}/input`, "");
    const { stdout, stderr } = await new Deno.Command(STORESCU, {
      args: ["-lc", config, "127.0.0.1", String(listener.addr.port), "input"],
      cwd: folder,
      env: VARIABLES,
      stdin: "null",
    }).output();
    return { ...collect(folder), stdout: decode(stdout), stderr: decode(stderr) };
  } finally {
    listener.close();
    await answered.catch(() => {});
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Takes a whole PDU and closes. */
async function hangUp(peer: Deno.TcpConn): Promise<void> {
  const bytes = new Uint8Array(100_000);
  let length = 0;
  while (length < 6 || length < 6 + new DataView(bytes.buffer).getUint32(2)) {
    length += await peer.read(bytes.subarray(length)) ?? Infinity;
  }
  peer.close();
}

/** Our log of the same events. */
async function logOfOurs(config: string, events: readonly LogEvent[]): Promise<Traces> {
  const folder = makeFolder();
  const before = Deno.cwd();
  const text = Deno.readTextFileSync(config);
  let stdout = "";
  let stderr = "";
  try {
    Deno.chdir(folder);
    const backend = await readLogConfig(text, config, {
      appName: "storescu",
      processId: 1,
      hostName: Deno.hostname(),
      now: Date.now(),
      stdout: (text) => stdout += text,
      stderr: (text) => stderr += text,
      syslogSocket: "/nowhere",
      refuseTaken: () => {},
      variable: (name) => name in VARIABLES ? "outside" : undefined,
    });
    for (const event of events) new Logger(backend, event.logger).log(event.level, event.text.split("\n"));
    await backend.close();
    return { ...collect(folder), stdout, stderr };
  } finally {
    Deno.chdir(before);
    Deno.removeSync(folder, { recursive: true });
  }
}

/** A folder with a log file that has grown already. */
function makeFolder(): string {
  const folder = Deno.makeTempDirSync();
  Deno.writeTextFileSync(`${folder}/out.log`, "of an earlier run\n");
  Deno.writeTextFileSync(`${folder}/big.log`, "full\n".repeat(41_000));
  return folder;
}

function collect(folder: string): Traces {
  return Object.fromEntries(
    [...Deno.readDirSync(folder)].filter((file) => file.name !== "input").map((file) => [
      normalised(file.name),
      Deno.readTextFileSync(`${folder}/${file.name}`),
    ]),
  );
}

function normalised(text: string): string {
  return text.replaceAll(/\d+/g, "0");
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** The events of such a run, from a log that tells where each begins. */
async function eventsOfDcmtk(): Promise<LogEvent[]> {
  const config = Deno.makeTempFileSync();
  Deno.writeTextFileSync(
    config,
    "log4cplus.rootLogger = DEBUG, a\nlog4cplus.appender.a = log4cplus::FileAppender\n" +
      "log4cplus.appender.a.File = out.log\nlog4cplus.appender.a.layout = log4cplus::TTCCLayout\n",
  );
  const log = (await logOfDcmtk(config))["out.log"] ?? "";
  Deno.removeSync(config);
  return log.split(/^\d+ \[\d+\] /m).slice(1).map((entry) => {
    const [, level = "", logger = "", text = ""] = /^(\w+) (\S+) <> - (.*)\n$/s.exec(entry) ?? [];
    const threshold = thresholdOf(level);
    if (threshold === undefined || threshold === "off" || threshold === "all") {
      throw new Error(`no level: ${entry}`);
    }
    return { level: threshold, logger, text };
  });
}

/** Configurations whose outcome differs on purpose, and how. */
const DIFFERENT: Readonly<Record<string, (dcmtk: Traces) => Traces>> = {
  // DCMTK says nothing.
  "additivity_mistake.cfg": (dcmtk) => ({
    ...dcmtk,
    stderr: 'log4cplus:WARN Invalid Additivity value: "perhaps"\n',
  }),
  // Keys in the spelling of DCMTK's own examples, which DCMTK does not understand.
  "key_spellings.cfg": (dcmtk) => ({ ...dcmtk, stdout: "", stderr: dcmtk.stdout ?? "" }),
};

Deno.test({
  name: "a log configuration leaves the same traces as with DCMTK",
  ignore,
  async fn(t) {
    const events = await eventsOfDcmtk();
    assertEquals(new Set(events.map((event) => event.level)), new Set(["debug", "info", "fatal"]));
    assertEquals(events.some((event) => event.text.includes("\n")), true);
    for (const { name } of [...Deno.readDirSync(CONFIGS)].sort((a, b) => a.name < b.name ? -1 : 1)) {
      await t.step(name, async () => {
        const dcmtk = await logOfDcmtk(CONFIGS + name);
        const ours = await logOfOurs(CONFIGS + name, events);
        const expected = DIFFERENT[name]?.(dcmtk) ?? dcmtk;
        assertEquals(Object.keys(ours).sort(), Object.keys(expected).sort());
        for (const [trace, text] of Object.entries(expected)) {
          assertEquals(normalised(ours[trace] ?? ""), normalised(text), trace);
        }
      });
    }
  },
});
