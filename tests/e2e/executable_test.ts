/** The executable by itself: it runs anywhere, and stops when nobody listens any more. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { STORESCU } from "../peers/available.ts";
import { runProgram, runStorescu } from "../peers/run_storescu.ts";

const CASES = [
  { name: "an empty environment", options: { env: {} } },
  { name: "a HOME that does not exist", options: { env: { HOME: "/nonexistent" } } },
  { name: "a working folder that cannot be written", options: { cwd: "/proc" } },
];

for (const { name, options } of CASES) {
  Deno.test(`with ${name} it tests itself and is content`, async () => {
    const { code, stdout, stderr } = await runStorescu(["--selftest"], options);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /All \d+ objects arrived, byte for byte as sent/);
  });
}

Deno.test("copied elsewhere it needs nothing beside it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "storescu-alone-" });
  try {
    await Deno.copyFile(STORESCU, `${folder}/sender`);
    const { code, stdout } = await runProgram(`${folder}/sender`, ["--version"], { cwd: folder });
    assertEquals(code, 0);
    assertStringIncludes(stdout, "storescu: DICOM storage (C-STORE) SCU");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["sender"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("it says which commit it was built from, and what TLS offers", async () => {
  const { stdout } = await runStorescu(["--version"]);
  assertMatch(stdout, /^Built from: ([0-9a-f]{12}\+? of \d{4}-\d\d-\d\d|unknown)$/m);
  assertMatch(stdout, /^TLS by: (the runtime \(rustls\)|the system's OpenSSL 3 \(\/.*\))$/m);
  assertMatch(stdout, /^TLS versions: 1\.2, 1\.3.*--list-profiles, --list-ciphers\)$/m);
});

Deno.test("it does not mind a pipe that is closed early", async () => {
  const script = '"$0" --help | head -n 1; "$0" --selftest | :';
  const { stdout, stderr } = await runProgram("/bin/sh", ["-c", script, STORESCU], {
    env: { PATH: "/usr/bin:/bin" },
  });
  assertMatch(stdout, /^\$.*storescu.*\$\n$/);
  assertEquals(stderr, "");
});

Deno.test("it holds the permissions of deno.json and no others", async () => {
  const bytes = await Deno.readFile(STORESCU);
  const tail = new TextDecoder("latin1").decode(bytes.subarray(-20_000_000));
  const found = /"permissions":(\{.*?\}),"location"/.exec(tail);
  const embedded = JSON.parse(found?.[1] ?? "{}");
  const { permissions } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assertEquals(embedded.prompt, false);
  assertEquals(embedded.allow_run, null);
  assertEquals(embedded.allow_sys, permissions.storescu.sys);
  assertEquals(embedded.allow_ffi, permissions.storescu.ffi);
  assertEquals(embedded.deny_import, []); // denied, without exception
});
