/** What options name but what is no file: a FIFO to which nobody writes stops nothing, the output of a program is read. */

import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { STORESCU } from "../peers/available.ts";
import { imageFile } from "../peers/made_up_files.ts";
import { runProgram, runStorescu } from "../peers/run_storescu.ts";
import { waitFor } from "../peers/wait_for.ts";
import { runOpenssl } from "../tls/openssl_command.ts";
import { selfSigned } from "../tls/authority.ts";
import { withFolder } from "../with_folder.ts";

/** Against hangs only. */
const timeoutSeconds = 20;
const ignore = Deno.build.os !== "linux";

/** A peer that would be reached only after everything has been read: nothing listens there. */
function nobody(): readonly string[] {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return ["127.0.0.1", String(listener.addr.port)];
}
const REACHED_OUT =
  /^F: Association Request Failed: 0006:031c TCP Initialization Error: Connection refused$/m;

const PROFILE = `[[TransferSyntaxes]]
[Plain]
TransferSyntax1 = LittleEndianExplicit
[[PresentationContexts]]
[Images]
PresentationContext1 = CTImageStorage\\Plain
[[Profiles]]
[Mine]
PresentationContexts = Images
`;
const LOG_CONFIG = `log4cplus.rootLogger = INFO, c
log4cplus.appender.c = log4cplus::ConsoleAppender
log4cplus.appender.c.layout = log4cplus::PatternLayout
log4cplus.appender.c.layout.ConversionPattern = mine %m%n
`;

/** A folder with one file of each kind. */
async function withFiles(use: (folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const { keyFile } = await selfSigned(folder, "own");
    const sealing = ["-aes256", "-passout", "pass:secret", "-out", `${folder}/sealed.key`];
    await runOpenssl(["pkey", "-in", keyFile, ...sealing]);
    await Promise.all([
      Deno.writeFile(`${folder}/a.dcm`, imageFile()),
      Deno.writeTextFile(`${folder}/profile`, PROFILE),
      Deno.writeTextFile(`${folder}/log`, LOG_CONFIG),
      Deno.writeTextFile(`${folder}/arguments`, "--port-is-no-option"),
      Deno.writeTextFile(`${folder}/list`, `${folder}/a.dcm\n`),
      Deno.writeTextFile(`${folder}/password`, "secret\n"),
      runProgram("mkfifo", [`${folder}/fifo`], {}),
    ]);
    await use(folder);
  });
}

interface Case {
  /** What options name instead of FILE: one of the files of `withFiles`. */
  readonly file: string;
  readonly args: readonly string[];
  /** What is said when it has been read. */
  readonly read: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  "--config-file": { file: "profile", args: ["-xf", "FILE", "Mine"], read: REACHED_OUT },
  "--log-config": { file: "log", args: ["-lc", "FILE"], read: /^mine Requesting Association$/m },
  "a command file": { file: "arguments", args: ["@FILE"], read: /Unknown option --port-is-no-option/ },
  "--files-from": { file: "list", args: ["--files-from", "FILE"], read: REACHED_OUT },
  "--password-file": { file: "password", args: ["-usr", "u", "--password-file", "FILE"], read: REACHED_OUT },
  "--kerberos": { file: "password", args: ["-kt", "FILE"], read: REACHED_OUT },
  "--saml": { file: "password", args: ["--saml", "FILE"], read: REACHED_OUT },
  "--jwt": { file: "password", args: ["--jwt", "FILE"], read: REACHED_OUT },
  "--add-cert-file": { file: "own.pem", args: ["+tla", "+cf", "FILE"], read: REACHED_OUT },
  "the key of --enable-tls": {
    file: "own.key",
    args: ["+tls", "FILE", "own.pem", "+cf", "own.pem"],
    read: REACHED_OUT,
  },
  "the certificate of --enable-tls": {
    file: "own.pem",
    args: ["+tls", "own.key", "FILE", "+cf", "own.pem"],
    read: REACHED_OUT,
  },
  "--key-password-file": {
    file: "password",
    args: ["+tls", "sealed.key", "own.pem", "+cf", "own.pem", "--key-password-file", "FILE"],
    read: REACHED_OUT,
  },
};

/** The command line of a case, with something to send. */
function commandLine({ args }: Case, path: string): string[] {
  return [...args.map((arg) => arg.replace("FILE", path)), ...nobody(), "a.dcm"];
}

for (const [what, example] of Object.entries(CASES)) {
  Deno.test({
    name: `${what} may be a file, or the output of a program`,
    ignore,
    fn: () =>
      withFiles(async (folder) => {
        const [first, ...rest] = commandLine(example, "FILE");
        const words = [first, ...rest].map((word) => word?.includes("FILE") ? word : `'${word}'`).join(" ");
        for (const path of [example.file, `<(cat ${example.file})`, `<(cat ${example.file}; sleep 0.1)`]) {
          const script = `exec '${STORESCU}' ${words.replace("FILE", path)}`;
          const env = { PATH: Deno.env.get("PATH") ?? "" };
          const run = await runProgram("bash", ["-c", script], { cwd: folder, env, timeoutSeconds });
          assertEquals(run.code, 1, run.stderr);
          assertMatch(run.stdout + run.stderr, example.read);
        }
      }),
  });

  Deno.test({
    name: `${what} is refused when it is a FIFO or a socket`,
    ignore,
    fn: () =>
      withFiles(async (folder) => {
        using _ = Deno.listen({ transport: "unix", path: `${folder}/socket` });
        for (
          const [path, reason] of [["fifo", /\bit is a FIFO, to which perhaps nobody writes: save /], [
            "socket",
            /\bit is a socket, not a file$/m,
          ]] as const
        ) {
          const run = await runStorescu(commandLine(example, path), { cwd: folder, timeoutSeconds });
          assertEquals(run.code, 1, run.stderr);
          assertMatch(run.stderr, reason);
          assertNotMatch(run.stderr, REACHED_OUT);
        }
      }),
  });
}

Deno.test({
  name: "a FIFO or a device is no journal, no DICOMDIR and no report",
  ignore,
  fn: () =>
    withFiles(async (folder) => {
      await runProgram("mkfifo", [`${folder}/fifo.json`], {});
      const cases: readonly (readonly [args: readonly string[], says: RegExp])[] = [
        [["--journal", "fifo"], /^E: cannot use journal fifo: it is not a regular file$/m],
        [["--journal", "/dev/null"], /^E: cannot use journal \/dev\/null: it is not a regular file$/m],
        [["--dicomdir", "fifo"], /^F: fifo: cannot read it: it is not a regular file$/m],
        [["--report", "fifo.json"], /^E: cannot write fifo.json: it is not a regular file$/m],
        [["--metrics", "fifo"], /^E: cannot write fifo: it is not a regular file$/m],
      ];
      for (const [args, says] of cases) {
        const all = [...args, ...nobody(), ...(args[0] === "--dicomdir" ? [] : ["a.dcm"])];
        const run = await runProgram(STORESCU, all, { cwd: folder, timeoutSeconds });
        assertEquals(run.code, 1, run.stderr);
        assertMatch(run.stderr, says);
      }
    }),
});

Deno.test({
  name: "a FIFO in a folder of certificates or in DCMDICTPATH stops nothing",
  ignore,
  fn: () =>
    withFiles(async (folder) => {
      const args = ["+tla", "+cd", ".", ...nobody(), "a.dcm"];
      const env = { DCMDICTPATH: `${folder}/fifo` };
      const run = await runStorescu(args, { cwd: folder, env, timeoutSeconds });
      assertMatch(run.stderr, /^E: DcmDataDictionary: Cannot open file: .*fifo$/m);
      assertMatch(run.stderr, REACHED_OUT);
    }),
});

Deno.test({
  name: "/dev/null is an empty file",
  ignore,
  fn: () =>
    withFiles(async (folder) => {
      const run = await runStorescu([
        "@/dev/null",
        "-usr",
        "u",
        "--password-file",
        "/dev/null",
        ...nobody(),
        "a.dcm",
      ], {
        cwd: folder,
        timeoutSeconds,
      });
      assertMatch(run.stderr, REACHED_OUT);
    }),
});

Deno.test({
  name: "standard input may be named instead of a file, by one option",
  ignore,
  fn: () =>
    withFiles(async (folder) => {
      for (const example of Object.values(CASES)) {
        const stdin = await Deno.readTextFile(`${folder}/${example.file}`);
        const run = await runStorescu(commandLine(example, "/dev/stdin"), {
          cwd: folder,
          stdin,
          timeoutSeconds,
        });
        assertMatch(run.stdout + run.stderr, example.read);
      }
      const twice = ["-xf", "/dev/stdin", "Mine", "--saml", "/dev/stdin", ...nobody(), "a.dcm"];
      const run = await runStorescu(twice, { cwd: folder, stdin: PROFILE, timeoutSeconds });
      assertMatch(run.stderr, /\/dev\/stdin: cannot read it: it has been read already$/m);
    }),
});

/** Ends when the program has ended. */
const SILENCE = "<(exec tail -f --pid=$$ /dev/null 2>/dev/null)";

/** Which of them each task reads after signals are listened for. */
const WAITED_FOR: Readonly<Record<string, readonly string[]>> = {
  "--no-halt": [
    ...["--config-file", "--files-from", "--password-file", "--saml"],
    ...["--add-cert-file", "--key-password-file"],
  ],
  "--echo": ["--config-file", "--password-file", "--add-cert-file"],
  "--probe": ["--config-file", "--files-from", "--password-file"],
  "--dry-run": ["--config-file", "--files-from"],
};

for (const [task, options] of Object.entries(WAITED_FOR)) {
  for (const what of options) {
    const example = CASES[what];
    if (example === undefined) throw new Error(what);
    Deno.test({
      name: `a signal ends ${task} that waits for ${what} from a program that writes nothing`,
      ignore,
      fn: () =>
        withFiles(async (folder) => {
          const words = [task, ...commandLine(example, "FILE")].map((word) =>
            word.includes("FILE") ? word.replace("FILE", () => SILENCE) : `'${word}'`
          );
          const files = task === "--echo" ? words.slice(0, -1) : words;
          let stopping: Promise<void> | undefined;
          const env = { PATH: Deno.env.get("PATH") ?? "" };
          const { code, stderr } = await runProgram("bash", ["-c", `exec '${STORESCU}' ${files.join(" ")}`], {
            cwd: folder,
            env,
            timeoutSeconds,
            onStart: (pid) => {
              stopping = waitFor("a listener for SIGTERM", () => listensForTerm(pid))
                .then(() => Deno.kill(pid, "SIGTERM"));
            },
          });
          await stopping;
          assertEquals(code, 143, stderr);
          assertMatch(stderr, /^W: SIGTERM: ending/m);
        }),
    });
  }
}

/** The shell catches signals, too, until the program has taken its place. */
function listensForTerm(pid: number): boolean {
  if (!Deno.readTextFileSync(`/proc/${pid}/cmdline`).startsWith(STORESCU)) return false;
  const [, caught = "0"] = /^SigCgt:\s*(\w+)$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
  // That of SIGXFSZ is the last one made; TERM is caught as soon as there is any.
  return (BigInt(`0x${caught}`) >> 24n & 1n) === 1n;
}

const TO_FIFO = `log4cplus.rootLogger = INFO, f
log4cplus.appender.f = log4cplus::FileAppender
log4cplus.appender.f.File = fifo
log4cplus.appender.f.layout = log4cplus::SimpleLayout
`;

Deno.test({
  name:
    "a log is written to a FIFO that somebody reads; without anybody that is a complaint, and the run goes on",
  ignore,
  fn: () =>
    withFiles(async (folder) => {
      await Deno.writeTextFile(`${folder}/log`, TO_FIFO);
      const args = ["-lc", "log", ...nobody(), "a.dcm"];
      const unread = await runStorescu(args, { cwd: folder, timeoutSeconds });
      assertEquals(unread.code, 1);
      assertEquals(
        unread.stderr,
        "log4cplus:ERROR Unable to open file: fifo: it is a FIFO from which nobody reads\n",
      );
      const reading = runProgram("cat", ["fifo"], { cwd: folder, timeoutSeconds });
      const read = await runReadFifo();
      assertEquals(read.stderr, "");
      assertMatch((await reading).stdout, /^INFO - Requesting Association$/m);

      /** `cat` may not have got there yet. */
      async function runReadFifo() {
        for (;;) {
          const run = await runStorescu(args, { cwd: folder, timeoutSeconds });
          if (!run.stderr.includes("nobody reads")) return run;
        }
      }
    }),
});
