/**
 * Every command that README shows is run: those of the program itself against peers, in a folder made for it, those of the
 * house here or by `sh scripts/test`. One that is new has to be added below.
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { TARGETS } from "../../scripts/denort.ts";
import { VERSION } from "../../lib/version.ts";
import { find, have, STORESCU } from "../peers/available.ts";
import { makeStudy, startCountingPeer } from "../peers/counting_peer.ts";
import { eventsOf, eventsOfReport } from "../peers/events.ts";
import { tarFile, zipFile } from "../peers/made_up_archives.ts";
import { dicomdir, record } from "../peers/made_up_dicomdir.ts";
import { imageFile } from "../peers/made_up_files.ts";
import { startRecordingPeer } from "../peers/recording_peer.ts";
import { runProgram, type RunResult } from "../peers/run_storescu.ts";
import { startStorescp } from "../peers/storescp.ts";

const root = new URL("../../", import.meta.url).pathname;
const readme = Deno.readTextFileSync(`${root}README.md`);

/** The lines of README's blocks of a kind, without comments. */
function blockLines(kind: string): string[] {
  const blocks = [...readme.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, "gm"))];
  return blocks.flatMap(([, block = ""]) => block.split("\n"))
    .map((line) => line.replace(/(^|\s+)#.*$/, "").trim()).filter((line) => line !== "");
}

const SHELL = blockLines("sh");
const SENDING = [
  ...new Set([
    ...SHELL.filter((line) => /(^|\| )storescu /.test(line)),
    ...blockLines("cron").map((line) => line.replace(/^(\S+ ){5}gateway /, "")),
    ...blockLines("ini").filter((line) => line.startsWith("ExecStart=")).map((line) => line.slice(10)),
  ]),
];
const INSTALLING = ["sha256sum", "install", "storescu --selftest", "storescu --man"];

/** Of the house, in blocks and in text; what shows each. */
const HOUSE: Readonly<Record<string, string>> = {
  "sh scripts/demo": "sh scripts/test",
  "sh scripts/test": "running this",
  "sh scripts/build": "sh scripts/test",
  "sh scripts/build TARGET": "sh scripts/release",
  "sh scripts/release": "below, as far as it takes less than minutes",
  "sh scripts/bench": "below",
  "sh scripts/deno task ok": "sh scripts/test fast",
  "sh scripts/deno run -A scripts/readme_options.ts": "below",
  "storescu --completions bash": "below",
};

Deno.test("README shows no command that no test runs", () => {
  const prose = readme.replaceAll(/^```[\s\S]*?^```/gm, "").replace(/^<!-- options:begin[\s\S]*/m, "");
  const inText = [...prose.matchAll(/`((?:sh scripts\/|storescu --)[^`]*)`/g)].map(([, command = ""]) =>
    command
  );
  const inBlocks = SHELL.filter((line) =>
    !SENDING.includes(line) && !INSTALLING.some((beginning) => line.startsWith(beginning))
  );
  assertEquals(new Set([...inText, ...inBlocks]), new Set(Object.keys(HOUSE)));
  assert(SENDING.length >= 14);
  const whole = Deno.readTextFileSync(`${root}scripts/test.ts`);
  for (const script of ["scripts/build", "scripts/demo"]) assertStringIncludes(whole, `["${script}"]`);
});

interface Place extends AsyncDisposable {
  readonly folder: string;
  /** Runs a command of README here, with real peers in the place of pacs.example. */
  run(command: string): Promise<RunResult>;
  /** Objects that have arrived at the peers. */
  arrived(): Promise<number>;
}

/** A folder with everything that README's commands name. */
async function makePlace(command: string): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const study = stack.use(await makeStudy(3));
  const peer = stack.use(startCountingPeer());
  const folder = study.path;
  await Deno.rename(study.files, `${folder}/study`);
  const image = await Deno.readFile(`${folder}/study/00001.dcm`);
  for (const name of ["image.dcm", "a.dcm", "b.dcm"]) await Deno.writeFile(`${folder}/${name}`, image);
  const members = [1, 2].map((number) => ({ name: `${number}.dcm`, content: imageFile({ number }) }));
  await Deno.writeFile(`${folder}/study.zip`, zipFile(members));
  await Deno.writeFile(`${folder}/study.tar.gz`, gzipSync(tarFile(members)));
  await Deno.mkdir(`${folder}/CD`);
  await Deno.writeFile(`${folder}/CD/DICOMDIR`, dicomdir([record("IMAGE")]));
  await Deno.writeFile(`${folder}/CD/IMAGE`, image);
  await Deno.mkdir(`${folder}/bin`);
  await Deno.symlink(STORESCU, `${folder}/bin/storescu`);
  const tlsPeer = /\+tls|\+tla .*pacs/.test(command) ? stack.use(await startTlsPeer(folder)) : undefined;
  return {
    folder,
    run(line) {
      const here = line.replace("pacs.example 104", `127.0.0.1 ${peer.port}`)
        .replace("pacs.example 2762", `127.0.0.1 ${tlsPeer?.port}`)
        .replaceAll("/usr/local/bin/", `${folder}/bin/`)
        .replaceAll("/var/lib/gateway", folder)
        .replace("/spool/out", `${folder}/study`);
      const env = { PATH: `${folder}/bin:${Deno.env.get("PATH")}`, MANPAGER: "cat", LC_ALL: "C" };
      return runProgram("/bin/sh", ["-c", here], { cwd: folder, env });
    },
    arrived: async () => peer.arrivals.size + (await tlsPeer?.receivedDataSets() ?? []).length,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** With the files that README's TLS commands name: the peer shows the same certificate as we do, and vouches for it. */
async function startTlsPeer(folder: string) {
  const [key, certificate] = [`${folder}/key.pem`, `${folder}/certificate.pem`];
  const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=pacs.example"];
  // Here pacs.example is this machine.
  made.push("-addext", "subjectAltName=IP:127.0.0.1");
  const { code, stderr } = await runProgram(
    find("openssl") ?? "openssl",
    [...made, "-keyout", key, "-out", certificate],
    {},
  );
  assertEquals(code, 0, stderr);
  await Deno.copyFile(certificate, `${folder}/ca.pem`);
  return await startStorescp([
    "--enable-tls",
    key,
    certificate,
    "--add-cert-file",
    certificate,
    "--verify-peer-cert",
  ]);
}

const ASKING = /--(echo|probe|dry-run|help) /;

for (const command of SENDING.filter((line) => !/--(selftest|man) /.test(`${line} `))) {
  const needs = [
    ...(/2762/.test(command) ? ["openssl", "storescp"] : []),
    ...["jq", "flock"].filter((tool) => command.includes(`${tool} -`)),
  ];
  Deno.test({
    name: `README's command works: ${command}`,
    ignore: !have(...needs),
    async fn() {
      await using place = await makePlace(command);
      const { code, stderr } = await place.run(command);
      assertEquals(code, 0, stderr);
      assertEquals(await place.arrived() > 0, !ASKING.test(command));
      if (command.includes("last.json")) {
        assertEquals(
          eventsOfReport(await Deno.readTextFile(`${place.folder}/last.json`)).at(-1)?.event,
          "summary",
        );
        assertEquals(stderr, "", "cron would send mail");
      }
    },
  });
}

Deno.test({
  name: "README's script that reads events names what was refused",
  ignore: !have("jq"),
  async fn() {
    const command = SENDING.find((line) => line.includes("jq")) ?? "";
    await using place = await makePlace(command);
    await using peer = startRecordingPeer({ statuses: [0, 0xa700, 0] });
    const { code, stdout } = await place.run(command.replace("pacs.example 104", `127.0.0.1 ${peer.port}`));
    assertEquals([code, stdout], [0, "study/00002.dcm\n"]);
    eventsOf(await Deno.readTextFile(`${place.folder}/events.jsonl`));
  },
});

Deno.test("README's log configuration keeps the log in a file", async () => {
  const [, configuration = ""] = /^```properties\n([\s\S]*?)^```/m.exec(readme) ?? [];
  await using place = await makePlace("");
  await Deno.writeTextFile(
    `${place.folder}/log.cfg`,
    configuration.replace("/var/lib/gateway", place.folder),
  );
  const { code, stderr } = await place.run("storescu -lc log.cfg pacs.example 104 image.dcm");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(
    await Deno.readTextFile(`${place.folder}/storescu.log`),
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} INFO: Received Store Response \(Success\)$/m,
  );
});

Deno.test({
  name: "README's way to install works",
  ignore: !have("sha256sum"),
  async fn() {
    await using place = await makePlace("");
    const name = `storescu-${VERSION}-x86_64-unknown-linux-gnu`;
    const lines = SHELL.filter((line) => INSTALLING.some((beginning) => line.startsWith(beginning)));
    assertEquals(lines.length, INSTALLING.length);
    assertStringIncludes(lines.join("\n"), name);
    await Deno.remove(`${place.folder}/bin/storescu`);
    await Deno.copyFile(STORESCU, `${place.folder}/${name}`);
    const { stdout: sums } = await place.run(`sha256sum ${name}; echo "${"0".repeat(64)}  not-taken-along"`);
    await Deno.writeTextFile(`${place.folder}/SHA256SUMS`, sums);
    for (const line of lines.filter((line) => !line.includes("man -l") || have("man"))) {
      const { code, stderr } = await place.run(line);
      assertEquals(code, 0, `${line}\n${stderr}`);
    }
  },
});

Deno.test({
  name: "README's systemd units are good ones",
  ignore: !have("systemd-analyze"),
  async fn() {
    await using place = await makePlace("");
    const [, units = ""] = /^```ini\n([\s\S]*?)^```/m.exec(readme) ?? [];
    const paths: string[] = [];
    for (
      const [, name, text = ""] of units.matchAll(
        /^# \/etc\/systemd\/system\/(\S+)\n([\s\S]*?)(?=^# |$(?![\s\S]))/gm,
      )
    ) {
      paths.push(`${place.folder}/${name}`);
      await Deno.writeTextFile(paths.at(-1) ?? "", text.replace("/usr/local/bin/", `${place.folder}/bin/`));
    }
    assertEquals(paths.length, 2);
    const { stderr } = await place.run(`systemd-analyze verify ${paths.join(" ")}`);
    assertEquals(stderr.split("\n").filter((line) => line.includes(place.folder)), []);
  },
});

Deno.test("README's completions are those that the program prints", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout } = await runProgram(STORESCU, ["--completions", shell], {});
    assertEquals([code, stdout.includes("--scan-directories")], [0, true]);
  }
});

/** A script of the house, as README calls it. */
function house(command: string): Promise<RunResult> {
  const env = { ...Deno.env.toObject(), DENO: Deno.execPath() };
  return runProgram("/bin/sh", ["-c", command], { cwd: root, env, timeoutSeconds: 600 });
}

Deno.test("README's targets are those that can be built and released", async () => {
  const { code, stderr, stdout } = await house("sh scripts/build no-such-target");
  assertEquals(code, 2);
  for (const target of TARGETS.keys()) {
    assertStringIncludes(stdout + stderr, target);
    assertStringIncludes(readme, target.replace(/^(x86_64|aarch64)-/, ""));
  }
  assertEquals((await house("sh scripts/release no-such-option")).code, 2);
});

Deno.test("README's benchmark measures", async () => {
  const { code, stdout, stderr } = await house("sh scripts/bench --quick --only --version");
  assertEquals(code, 0, stderr);
  assertMatch(stdout + stderr, /^\| --version .*\| ours /m);
});

Deno.test("README's gate is a task", async () => {
  const { stdout, stderr } = await house("NO_COLOR=1 sh scripts/deno task");
  assertMatch(stdout + stderr, /^- ok\b/m);
});

Deno.test("README's options are written by their script", async () => {
  const { code, stderr } = await house("sh scripts/deno run -A scripts/readme_options.ts");
  assertEquals(code, 0, stderr);
  assertEquals(Deno.readTextFileSync(`${root}README.md`), readme);
});
