/** The scripts on machines that are not as they should be: a clear line, and nothing done. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { runCommand } from "../../scripts/run_command.ts";

const root = join(import.meta.dirname ?? ".", "..", "..");

const CASES = [
  {
    name: "a DENO of another version is refused",
    env: { DENO: "/bin/true" },
    args: ["scripts/deno", "--version"],
    says: "scripts/deno: DENO=/bin/true is not Deno 2.7.11",
  },
  {
    name: "a DENO that is not there is refused",
    env: { DENO: "/nonexistent/deno" },
    args: ["scripts/deno", "--version"],
    says: "scripts/deno: DENO=/nonexistent/deno is not Deno 2.7.11",
  },
  {
    name: "an unknown target is answered with those that are known",
    env: { DENO: Deno.execPath() },
    args: ["scripts/build", "sparc-sun-solaris"],
    says: "  aarch64-unknown-linux-gnu",
  },
  {
    name: "a DENORT_BIN that is something else is refused",
    env: { DENO: Deno.execPath(), DENORT_BIN: "/bin/sh" },
    args: ["scripts/build"],
    says: "build: DENORT_BIN=/bin/sh is no denort of Deno 2.7.11",
  },
  {
    name: "a DENORT_BIN that is not there is refused",
    env: { DENO: Deno.execPath(), DENORT_BIN: "/nonexistent/denort" },
    args: ["scripts/build"],
    says: "build: DENORT_BIN=/nonexistent/denort cannot be read",
  },
  {
    name: "the gate knows one argument",
    env: { DENO: Deno.execPath() },
    args: ["scripts/test", "everything"],
    says: "usage: sh scripts/test [fast]",
  },
];

for (const { name, env, args, says } of CASES) {
  Deno.test(`scripts: ${name}`, async () => {
    const { code, stdout, stderr } = await runCommand("sh", args, { cwd: root, env });
    assertEquals(code === 0, false);
    assertStringIncludes(stdout + stderr, says);
  });
}

Deno.test("scripts: npm is found beside npx where there is no command npm", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "scripts"));
    await Deno.copyFile(join(root, "scripts/deno"), join(folder, "scripts/deno"));
    await Deno.mkdir(join(folder, "bin"));
    const tools = "cat chmod dirname find head ls mkdir mv readlink rm sed sh uname".split(" ");
    for (const tool of tools) {
      const { stdout } = await runCommand("sh", ["-c", `command -v ${tool}`], { cwd: folder });
      await Deno.symlink(stdout.trim(), join(folder, "bin", tool));
    }
    for (const name of ["npm-cli.js", "npx-cli.js"]) await Deno.writeTextFile(join(folder, name), "");
    await Deno.writeTextFile(join(folder, "bin/node"), '#!/bin/sh\necho "node is given $*"\n', {
      mode: 0o755,
    });
    await Deno.chmod(join(folder, "npx-cli.js"), 0o755);
    await Deno.symlink(join(folder, "npx-cli.js"), join(folder, "bin/npx"));
    const { code, stderr } = await runCommand("sh", ["scripts/deno", "--version"], {
      cwd: folder,
      env: { PATH: join(folder, "bin"), DENO: "" },
    });
    assertEquals(code, 1);
    assertStringIncludes(stderr, "node is given ");
    assertMatch(stderr, /\/npm-cli\.js install .*@deno\/\S+@2\.7\.11\n.* holds no executable\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
