import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { readFolder } from "../../lib/source/folder_entries.ts";
import { type Operand, operands } from "../../lib/source/operands.ts";
import { openLibc } from "../../lib/libc.ts";
import { folderScan, type ScanWishes } from "../../lib/source/scan.ts";

// The C library stays loaded from the first scan on, which is no leak of the test that comes first.
readFolder(".");

const EVERYTHING: ScanWishes = { scanPattern: undefined, recurse: true, rename: false };

/** A folder with this in it: a file for each name, a folder for one that ends in "/", a link for "name -> target". */
async function withFolder(
  entries: readonly string[],
  use: (folder: string) => void | Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const entry of entries) {
      const [name = "", target] = entry.split(" -> ");
      if (target !== undefined) await Deno.symlink(target, join(folder, name));
      else if (name.endsWith("/")) await Deno.mkdir(join(folder, name), { recursive: true });
      else await Deno.writeTextFile(join(folder, name), "");
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What comes of these operands, and what is logged meanwhile; `folder` is left out of both. */
function found(named: readonly string[], wishes: ScanWishes | undefined, folder: string) {
  let log = "";
  const warn = (text: string) => void (log += `${text}\n`);
  const operandsFound: Operand[] = [...operands(named, { scanFolder: wishes && folderScan(wishes) }, warn)];
  const short = (text: string) => text.replaceAll(`${folder}/`, "").replaceAll(folder, "FOLDER");
  return {
    paths: operandsFound.filter(({ fault }) => fault === undefined).map(({ path }) => short(path)),
    scanned: operandsFound.map(({ scanned }) => scanned),
    faults: operandsFound.flatMap(({ fault }) => fault === undefined ? [] : [short(fault.message)]),
    log: short(log),
  };
}

Deno.test("a folder is read in name order, hidden files and subfolders included", async () => {
  const entries = [
    "b.dcm",
    "a.dcm",
    "B.dcm",
    ".hidden",
    "sub/",
    "sub/z",
    "sub/deep/",
    "sub/deep/y",
    ".folder/",
    ".folder/x",
    "empty/",
    "sub.dcm",
  ];
  await withFolder(entries, (folder) => {
    const { paths, scanned, log } = found([folder], EVERYTHING, folder);
    assertEquals(paths, [
      ".folder/x",
      ".hidden",
      "B.dcm",
      "a.dcm",
      "b.dcm",
      "sub/deep/y",
      "sub/z",
      "sub.dcm",
    ]);
    assert(scanned.every((each) => each));
    assertEquals(log, "");
    assertEquals(found([folder], { ...EVERYTHING, recurse: false }, folder).paths, [
      ".hidden",
      "B.dcm",
      "a.dcm",
      "b.dcm",
      "sub.dcm",
    ]);
  });
});

Deno.test("a pattern chooses among scanned files by base name, and leaves named files alone", async () => {
  await withFolder(["a.dcm", "b.txt", ".c.dcm", "d.dcm/", "d.dcm/e.txt", "d.dcm/f.dcm"], (folder) => {
    const { paths } = found([join(folder, "b.txt"), folder], { ...EVERYTHING, scanPattern: "*.dcm" }, folder);
    assertEquals(paths, ["b.txt", ".c.dcm", "a.dcm", "d.dcm/f.dcm"]);
  });
});

Deno.test("what is named is passed on as it is, existing or not, as often as it is named", async () => {
  await withFolder(["a"], (folder) => {
    const named = [join(folder, "a"), "no/such/file", join(folder, "a"), ""];
    const { paths, scanned } = found(named, EVERYTHING, folder);
    assertEquals(paths, ["a", "no/such/file", "a", ""]);
    assertEquals(scanned, [false, false, false, false]);
  });
});

Deno.test("a folder is left out with a warning and a hint when folders are not to be scanned", async () => {
  await withFolder(["a"], (folder) => {
    const { paths, log } = found([folder], undefined, folder);
    assertEquals(paths, []);
    assertEquals(
      log,
      "ignoring directory because option --scan-directories is not set: FOLDER\n" +
        "hint: add +sd to send the files in FOLDER, and +r for those in its subfolders\n",
    );
  });
});

Deno.test("what +rn has renamed is left out by a scan with +rn, unless a pattern says otherwise", async () => {
  await withFolder(["a", "a.done", "b.bad", "s.done/", "s.done/c"], (folder) => {
    const all = ["a", "a.done", "b.bad", "s.done/c"];
    assertEquals(found([folder], EVERYTHING, folder).paths, all);
    assertEquals(found([folder], { ...EVERYTHING, rename: true }, folder).paths, ["a", "s.done/c"]);
    const done = { ...EVERYTHING, rename: true, scanPattern: "*.done" };
    assertEquals(found([folder, `${folder}/b.bad`], done, folder).paths, ["a.done", "b.bad"]);
  });
});

Deno.test("paths begin as the folder was named and without slashes at its end", async () => {
  await withFolder(["s/", "s/a"], (folder) => {
    assertEquals(found([`${folder}/s//`], EVERYTHING, folder).paths, ["s/a"]);
    assertEquals(found([`${folder}/./s`], EVERYTHING, folder).paths, ["./s/a"]);
  });
});

Deno.test("links are followed, but not back to a folder that is being read", async () => {
  const links = [
    "a",
    "f/",
    "f/b",
    "f/loop -> ..",
    "f/self -> .",
    "file -> a",
    "other -> f",
    "nowhere -> gone",
  ];
  await withFolder(links, (folder) => {
    const { paths, log, faults } = found([folder], EVERYTHING, folder);
    assertEquals(paths, ["a", "f/b", "file", "nowhere", "other/b"]);
    assertEquals(faults, []);
    assertEquals(log.match(/not following symbolic link .*\n/g), [
      "not following symbolic link f/loop: it leads back to FOLDER\n",
      "not following symbolic link f/self: it leads back to f\n",
      "not following symbolic link other/loop: it leads back to FOLDER\n",
      "not following symbolic link other/self: it leads back to other\n",
    ]);
  });
});

Deno.test("a folder that cannot be read is a failure, and the rest is read nevertheless", async () => {
  await withFolder(["a", "locked/", "locked/secret", "z"], async (folder) => {
    await Deno.chmod(join(folder, "locked"), 0);
    try {
      // The superuser may read everything.
      const readable = Deno.uid() === 0;
      const { paths, faults } = found([folder], EVERYTHING, folder);
      assertEquals(paths, readable ? ["a", "locked/secret", "z"] : ["a", "z"]);
      assertEquals(faults, readable ? [] : ["locked: cannot read it: permission denied"]);
    } finally {
      await Deno.chmod(join(folder, "locked"), 0o700);
    }
  });
});

Deno.test("a folder that vanishes while its neighbours are read is a failure", async () => {
  await withFolder(["a", "b/", "b/c"], async (folder) => {
    const finds = operands(
      [folder],
      { scanFolder: folderScan(EVERYTHING) },
      () => {},
    );
    assertEquals(finds.next().value?.path, join(folder, "a"));
    await Deno.remove(join(folder, "b"), { recursive: true });
    const gone: Operand | undefined = finds.next().value ?? undefined;
    assertEquals(gone?.fault?.message, `${join(folder, "b")}: cannot read it: no such file or folder`);
    assertEquals(finds.next().done, true);
  });
});

const libc = openLibc({
  creat: { parameters: ["buffer", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
});

Deno.test({
  name: "files whose names are not valid UTF-8 are reported, not lost",
  ignore: libc === undefined,
  fn: () =>
    withFolder(["a.dcm", "ä.dcm"], (folder) => {
      for (const name of [[0xFC], [0x62, 0xFF, 0x2E]]) {
        const path = Uint8Array.from([...new TextEncoder().encode(`${folder}/`), ...name, 0]);
        const descriptor = libc?.symbols.creat(path, 0o600) ?? -1;
        assert(descriptor >= 0);
        libc?.symbols.close(descriptor);
      }
      const { paths, faults } = found([folder], EVERYTHING, folder);
      assertEquals(paths, ["a.dcm", "ä.dcm"]);
      assertEquals(faults, ['FOLDER: cannot read "\\xFC", "b\\xFF." in it: the name is not valid UTF-8']);
    }),
});
