/** A run keeps to the files that it has counted. */

import { assertEquals, assertRejects } from "@std/assert";
import { readCommand } from "../../lib/cli/command.ts";
import type { Settings } from "../../lib/cli/settings.ts";
import { Fault } from "../../lib/errors.ts";
import { Logger, plainBackend } from "../../lib/log/log.ts";
import { readFolder } from "../../lib/source/folder_entries.ts";
import { Inputs } from "../../lib/source/inputs.ts";
import type { OpenInstance } from "../../lib/source/instance.ts";
import { tarFile, zipFile } from "../peers/made_up_archives.ts";
import { withFolder } from "../with_folder.ts";

// The C library stays loaded from the first scan on, which is no leak of the test that comes first.
readFolder(".");

function settingsOf(args: readonly string[]): Settings {
  const command = readCommand(["127.0.0.1", "104", ...args], {
    readFile: () => new Uint8Array(),
    exists: () => false,
    variable: () => undefined,
  });
  if (command.kind !== "run") throw new Error(`${args.join(" ")} is no command to send`);
  return command.settings;
}

const SILENT = new Logger(plainBackend("off", () => {}));

/** Of files, repeats counted, what is to be sent and what is told: relative to the folder. */
async function listed(inputs: Inputs, folder: string) {
  const short = (text: string) => text.replaceAll(`${folder}/`, "");
  const [work, all]: [string[], string[]] = [[], []];
  for await (const { path, fault } of inputs.work()) {
    work.push(short(fault === undefined ? path : `${path} ${fault.message}`));
  }
  for await (const { path, bad } of inputs.all()) all.push(short(bad === undefined ? path : `${path} bad`));
  assertEquals(await inputs.count(), all.length);
  return { work, all };
}

const neverAsked: OpenInstance = () => {
  throw new Error("was asked for");
};
const unwanted: OpenInstance = () => ({ skipped: "of no interest" });

async function write(folder: string, ...names: readonly string[]): Promise<void> {
  for (const name of names) await Deno.writeTextFile(`${folder}/${name}`, "");
}

Deno.test("what vanishes after it was counted is still asked for, and what arrives waits for the next run", async () => {
  await withFolder(async (folder) => {
    for (const name of ["s", "s/sub", "t"]) await Deno.mkdir(`${folder}/${name}`);
    await write(folder, "named", "s/a", "s/b", "s/sub/c", "t/d");
    for (const sizes of [false, true]) {
      const args = ["+sd", "+r", "--repeat", "2", ...["named", "s", "t"].map((name) => `${folder}/${name}`)];
      const inputs = new Inputs(settingsOf(args), SILENT, { sizes });
      const { count, bad, totalBytes } = await inputs.check(neverAsked);
      assertEquals([count, bad, totalBytes], [10, [], sizes ? 0 : undefined]);
      await Deno.remove(`${folder}/s/sub`, { recursive: true });
      await Deno.remove(`${folder}/named`);
      await write(folder, "s/aa", "t/e");
      const expected = ["named", "s/a", "s/b", "s/sub/c", "t/d"].flatMap((name) => [name, name]);
      assertEquals(await listed(inputs, folder), { work: expected, all: expected });
      await Deno.mkdir(`${folder}/s/sub`);
      for (const name of ["s/aa", "t/e"]) await Deno.remove(`${folder}/${name}`);
      await write(folder, "named", "s/sub/c");
    }
  });
});

Deno.test("a file that was missing stays so, also when it comes, and when it is named twice", async () => {
  await withFolder(async (folder) => {
    await write(folder, "a");
    const args = ["-nh", ...["later", "a", "later"].map((name) => `${folder}/${name}`)];
    const inputs = new Inputs(settingsOf(args), SILENT);
    const { count, bad } = await inputs.check(neverAsked);
    assertEquals([count, bad.length], [3, 2]);
    await write(folder, "later");
    assertEquals(await listed(inputs, folder), { work: ["a"], all: ["later bad", "a", "later bad"] });
  });
});

Deno.test("only that of two files of one name is left out which is bad", async () => {
  await withFolder(async (folder) => {
    const same = (content: string) => ({ name: "same", content: new TextEncoder().encode(content) });
    await Deno.writeFile(`${folder}/a.tar`, tarFile([same("good"), same("bad"), same("good")]));
    const inputs = new Inputs(settingsOf(["-nh", "-R", `${folder}/a.tar`]), SILENT);
    let asked = 0;
    const { count, bad } = await inputs.check(() => {
      if (++asked === 2) throw new Fault("input", "bad");
      return { skipped: "of no interest" };
    });
    assertEquals([count, bad.length], [3, 1]);
    const offsets: number[] = [];
    for await (const { member } of inputs.work()) offsets.push(member?.offset ?? -1);
    assertEquals(offsets, [512, 2560]);
    const all: boolean[] = [];
    for await (const { bad } of inputs.all()) all.push(bad !== undefined);
    assertEquals(all, [false, true, false]);
  });
});

const MEMBERS = ["x", "y", "z"].map((name) => ({ name, content: new TextEncoder().encode(name) }));

Deno.test("each member of an archive that is not there any more, or another one, has its own fault", async () => {
  for (const becomes of ["nothing", "another"]) {
    await withFolder(async (folder) => {
      await write(folder, "a");
      for (const name of ["a.zip", "b.zip"]) await Deno.writeFile(`${folder}/${name}`, zipFile(MEMBERS));
      const args = ["a.zip", "a", "b.zip"].map((name) => `${folder}/${name}`);
      const inputs = new Inputs(settingsOf(args), SILENT);
      assertEquals((await inputs.check(neverAsked)).count, 7);
      if (becomes === "nothing") await Deno.remove(`${folder}/a.zip`);
      else await Deno.writeFile(`${folder}/a.zip`, zipFile([...MEMBERS, ...MEMBERS]));
      const reason = becomes === "nothing"
        ? "a.zip: cannot read it: no such file or folder"
        : "a.zip: cannot read it: it was changed since this run looked at it first";
      const names = ["a.zip!x", "a.zip!y", "a.zip!z"];
      const rest = ["a", "b.zip!x", "b.zip!y", "b.zip!z"];
      assertEquals(await listed(inputs, folder), {
        work: [...names.map((name) => `${name} ${reason}`), ...rest],
        all: [...names, ...rest],
      });
    });
  }
});

Deno.test("why a named file is missing, and what to do about it", async () => {
  await withFolder(async (folder) => {
    Deno.symlinkSync("gone", `${folder}/dangling`);
    Deno.symlinkSync("loop", `${folder}/loop`);
    await write(folder, "file");
    const cases: readonly (readonly [name: string, remedy: string])[] = [
      [`${folder}/none`, "no such file or folder: check its name"],
      ["none", `no such file or folder: check its name; it is looked for in ${Deno.cwd()}`],
      [
        `${folder}/dangling`,
        "it is a symbolic link to something that does not exist: mend or remove the link",
      ],
      [`${folder}/loop`, "too many symbolic links lead to each other: mend or remove them"],
      [`${folder}/${"x".repeat(300)}`, "the name is longer than the system allows: check its name"],
      [`${folder}/file/in`, "a part of the path is not a folder: check its name"],
      ["-", "what comes from a pipe is sent by the name of /dev/stdin"],
    ];
    for (const [name, remedy] of cases) {
      const fault = await assertRejects(
        () => new Inputs(settingsOf([name]), SILENT).check(neverAsked),
        Fault,
      );
      assertEquals([fault.message, fault.remedy], [`cannot access file: ${name}`, remedy]);
    }
  });
});

Deno.test("a file of an archive that ends the run: the hint says how the rest is sent; a single one says what to do", async () => {
  await withFolder(async (folder) => {
    const odd = { name: "odd", content: new Uint8Array(4), method: 77 };
    await Deno.writeFile(`${folder}/a.zip`, zipFile([odd, ...MEMBERS]));
    await Deno.writeFile(`${folder}/b.zip`, zipFile([odd]));
    const faultOf = (...args: string[]) =>
      assertRejects(() => new Inputs(settingsOf(args), SILENT).check(neverAsked), Fault);
    const unpack = "unpack the archive and send the files";
    assertEquals((await faultOf(`${folder}/a.zip`)).remedy, `${unpack}; --no-halt (-nh) sends the rest`);
    const none = await faultOf("-nh", `${folder}/b.zip`);
    assertEquals([none.message, none.remedy], ["no input files to be sent", unpack]);
  });
});

Deno.test("after a stop what was found is only named: no archive is opened", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/a.zip`, zipFile(MEMBERS));
    const inputs = new Inputs(settingsOf([`${folder}/a.zip`]), SILENT);
    await inputs.check(neverAsked);
    const work = inputs.work();
    assertEquals((await work.next()).value?.member?.name, "x");
    inputs.stop();
    await Deno.remove(`${folder}/a.zip`);
    const rest = await Array.fromAsync(work);
    assertEquals(
      rest.map(({ member, fault, number }) => [member?.name, member?.offset !== 0, fault, number]),
      [
        ["y", true, undefined, 2],
        ["z", true, undefined, 3],
      ],
    );
    const names = ["a.zip!x", "a.zip!y", "a.zip!z"];
    assertEquals(await listed(inputs, folder), { work: names, all: names });
  });
});

Deno.test("a stop ends a check that waits for a file, and keeps what was found till then", async () => {
  await withFolder(async (folder) => {
    await write(folder, "a", "b", "c");
    const args = ["-R", ...["a", "b", "c"].map((name) => `${folder}/${name}`)];
    const inputs = new Inputs(settingsOf(args), SILENT);
    const { count } = await inputs.check(({ path }) => {
      if (path.endsWith("a")) return { skipped: "of no interest" };
      inputs.stop();
      return new Promise(() => {});
    });
    assertEquals([count, inputs.checked, inputs.stopped], [2, 2, true]);
    assertEquals(await listed(inputs, folder), { work: ["a", "b"], all: ["a", "b"] });
  });
});

Deno.test("a stop before anything was looked for leaves what was named, without folders", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/s`);
    await write(folder, "a", "s/b");
    const inputs = new Inputs(settingsOf(["+sd", `${folder}/a`, `${folder}/s`]), SILENT);
    inputs.stop();
    assertEquals(await listed(inputs, folder), { work: ["a"], all: ["a"] });
    assertEquals((await inputs.check(neverAsked)).count, 1);
  });
});

Deno.test("a check that has failed has seen some; whoever counts goes on from there", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/a.zip`, zipFile(MEMBERS));
    await write(folder, "b");
    const args = ["a.zip", "b"].map((name) => `${folder}/${name}`);
    const inputs = new Inputs(settingsOf(["-R", ...args]), SILENT);
    await assertRejects(
      () =>
        inputs.check((input) => {
          if (input.member?.name !== "y") return unwanted(input);
          throw new Fault("input", "bad");
        }),
      Fault,
      "bad",
    );
    assertEquals(inputs.checked, 2);
    const { work, all } = await listed(inputs, folder);
    assertEquals(work, ["a.zip!x", "a.zip!z", "b"]);
    assertEquals(all, ["a.zip!x", "a.zip!y bad", "a.zip!z", "b"]);
  });
});
