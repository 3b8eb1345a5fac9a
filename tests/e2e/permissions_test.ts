/**
 * What the executable's permissions keep it from, tried: a program with the same permission set, made by the same `deno compile`
 * from the same denort, does what storescu has no business doing. That storescu has this set and no other, the test beside
 * this one shows (executable_test.ts).
 */

import { assertEquals } from "@std/assert";
import { cutDenort } from "../../scripts/executable_formats.ts";
import { runCommand } from "../../scripts/run_command.ts";
import { STORESCU } from "../peers/available.ts";
import { runProgram } from "../peers/run_storescu.ts";

/** Name and body of a function that must be refused. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  "run a program": `await new Deno.Command("/bin/true").output()`,
  "run a shell": `(await import("node:child_process")).execSync("touch " + folder + "/touched")`,
  "start a program and leave it": `new Deno.Command("/bin/true").spawn().unref()`,
  "signal another process": `Deno.kill(1, "SIGCONT")`,
  "load another library": `Deno.dlopen("/lib/x86_64-linux-gnu/libm.so.6", {})`,
  "load a library that was put somewhere": `Deno.dlopen(folder + "/libc.so.6", {})`,
  "load an addon": `process.dlopen({ exports: {} }, folder + "/addon.node")`,
  "write to its own memory": `Deno.openSync("/proc/self/mem", { write: true })`,
  "load code from the network": `await import(codeAddress)`,
  "learn the kernel": `Deno.osRelease()`,
  "learn the user": `Deno.uid()`,
  "learn the network interfaces": `Deno.networkInterfaces()`,
  "learn the load": `Deno.loadavg()`,
  "learn the memory": `Deno.systemMemoryInfo()`,
};

/** What storescu needs: shows that the program above is refused, not broken. */
const ALLOWED: Readonly<Record<string, string>> = {
  "read a file": `Deno.readTextFileSync(folder + "/file")`,
  "write a file": `Deno.writeTextFileSync(folder + "/written", "")`,
  "know the host's name": `Deno.hostname()`,
  "read a variable": `Deno.env.get("STORESCU_PASSWORD")`,
  "connect": `(await Deno.connect({ hostname: "127.0.0.1", port })).close()`,
};

function probe(tries: Readonly<Record<string, string>>): string {
  const functions = Object.entries(tries).map(([name, body]) =>
    `${JSON.stringify(name)}: async () => { ${body}; }`
  );
  return `import process from "node:process";
const [folder] = Deno.args;
const port = Number(Deno.args[1]);
const codeAddress = "http://127.0.0.1:" + port + "/code.js";
const outcomes = {};
for (const [name, act] of Object.entries({ ${functions.join(",\n")} })) {
  try {
    await act();
    outcomes[name] = "allowed";
  } catch (caught) {
    // Some say it with an error of their own; the test looks whether anything has come of it.
    const text = caught.name + " " + caught.code + " " + caught.message;
    outcomes[name] = /NotCapable|Command failed|Module not found/.test(text) ? "refused" : text;
  }
}
console.log(JSON.stringify(outcomes));
Deno.exit(0);
`;
}

Deno.test("what the embedded permissions forbid is refused when it is tried", async () => {
  const folder = await Deno.makeTempDir({ prefix: "storescu-permissions-" });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let connections = 0;
  const accepting = (async () => {
    for await (const connection of listener) {
      connections++;
      connection.close();
    }
  })();
  try {
    const { permissions } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
    const tries = { ...FORBIDDEN, ...ALLOWED };
    await Promise.all([
      Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ permissions })),
      Deno.writeTextFile(`${folder}/probe.js`, probe(tries)),
      Deno.writeTextFile(`${folder}/file`, ""),
      Deno.writeFile(`${folder}/denort`, cutDenort(await Deno.readFile(STORESCU))),
    ]);
    const made = await runCommand(
      Deno.execPath(),
      [
        "compile",
        "--quiet",
        "--no-check",
        "--no-lock",
        "--permission-set=storescu",
        "--no-prompt",
        "--output",
        `${folder}/probe`,
        "probe.js",
      ],
      { cwd: folder, env: { DENORT_BIN: `${folder}/denort` }, timeoutSeconds: 120 },
    );
    assertEquals(made.code, 0, made.stderr);
    const port = String(listener.addr.port);
    const { code, stdout, stderr } = await runProgram(`${folder}/probe`, [folder, port], {});
    assertEquals([code, stderr], [0, ""]);
    assertEquals(
      JSON.parse(stdout),
      Object.fromEntries(Object.keys(tries).map((name) => [name, name in FORBIDDEN ? "refused" : "allowed"])),
    );
    assertEquals(connections, 1);
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    assertEquals([names.includes("written"), names.includes("touched")], [true, false]);
  } finally {
    listener.close();
    await accepting;
    await Deno.remove(folder, { recursive: true });
  }
});
