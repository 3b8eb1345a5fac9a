import { assert, assertEquals } from "@std/assert";
import { mayBeDicomdir } from "../../lib/source/container_names.ts";
import { isDicomdirFile, referencedFiles } from "../../lib/source/dicomdir.ts";
import { ReadPace } from "../../lib/source/read_pace.ts";
import { dicomdir, MEDIA_STORAGE_DIRECTORY, record } from "../peers/made_up_dicomdir.ts";
import { type Elements, imageFile, joined, metaHeader, SYNTAX_OF } from "../peers/made_up_files.ts";

/** The files that a DICOMDIR in a folder with these files refers to, or why they cannot be sent. */
async function referenced(bytes: Uint8Array, files: readonly string[]): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    for (const file of files) {
      await Deno.mkdir(`${folder}/${file}`.replace(/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${file}`, "");
    }
    await Deno.writeFile(`${folder}/DICOMDIR`, new Uint8Array(bytes));
    return [...referencedFiles(`${folder}/DICOMDIR`, new ReadPace())]
      .map(({ path, fault }) => (fault?.message ?? path).replaceAll(`${folder}/`, ""));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("records are read in order; those that are not in use, or have no file, are left out", async () => {
  const icon: Elements = [[0x00880200, "SQ", [[[0x00280010, "US", 1], [
    0x7fe00010,
    "OW",
    new Uint8Array(2),
  ]]]]];
  const records = [
    record(undefined),
    record("A\\B\\C1"),
    record("A\\B\\C2", 0),
    record("A\\B\\C3", 0xffff, icon),
    record(""),
    record("A\\B\\C1"),
  ];
  for (const encoding of ["explicit", "implicit"] as const) {
    const found = await referenced(dicomdir(records, encoding), ["A/B/C1", "A/B/C2", "A/B/C3"]);
    assertEquals(found, ["A/B/C1", "A/B/C3", "A/B/C1"], encoding);
  }
});

Deno.test("files whose names were changed by copying a medium are found", async () => {
  const records = ["A\\B1", "A\\B2", "A\\B3", "C\\D"].map((id) => record(id));
  const found = await referenced(dicomdir(records), ["a/b1", "a/B2.;1", "a/b3;1", "C/d."]);
  assertEquals(found, ["a/b1", "a/B2.;1", "a/b3;1", "C/d."]);
});

Deno.test("a file that is missing, a folder, and a file outside are faults of their own", async () => {
  const records = ["GONE\\A", "A", "B", "..\\ETC", "A\\..\\..\\ETC", "A/../../ETC", "."].map((id) =>
    record(id)
  );
  assertEquals(await referenced(dicomdir(records), ["A/X", "B"]), [
    "cannot access file: GONE/A, to which DICOMDIR refers",
    "cannot access file: A, to which DICOMDIR refers",
    "B",
    "../ETC: it is not inside the folder of DICOMDIR, which refers to it",
    "A/../../ETC: it is not inside the folder of DICOMDIR, which refers to it",
    "A/../../ETC: it is not inside the folder of DICOMDIR, which refers to it",
    ".: it is not inside the folder of DICOMDIR, which refers to it",
  ]);
});

Deno.test("a path that begins at the root, or with a dot, or has slashes, is one inside the folder", async () => {
  const records = ["\\A\\B", ".\\A\\B", "/A/B", "A/B", "./a/b"].map((id) => record(id));
  assertEquals(await referenced(dicomdir(records), ["A/B"]), ["A/B", "A/B", "A/B", "A/B", "A/B"]);
});

Deno.test("a DICOMDIR that is cut off never lists a file that is not there, and says so", async () => {
  const files = ["A/B1", "A/B2", "A/B3"];
  const whole = dicomdir(files.map((file) => record(file.replace("/", "\\"))));
  const start = joined([metaHeader(SYNTAX_OF.explicit, MEDIA_STORAGE_DIRECTORY, "1.2.3")]).length;
  // Ten bytes in the element before the directory records can be read; with none of them there is nothing to be sent.
  for (let length = start + 20; length < whole.length; length++) {
    const found = await referenced(whole.subarray(0, length), files);
    const last = found.pop() ?? "";
    assert(last.startsWith("DICOMDIR: cannot read the DICOMDIR at offset "), `${length}: ${last}`);
    assertEquals(found, files.slice(0, found.length));
  }
});

Deno.test("which files are looked at, and which are one", async () => {
  const names = [
    "DICOMDIR",
    "a/dicomdir",
    "DICOMDIR.dcm",
    "DICOMDIR-old",
    "MYDICOMDIR",
    "DICOMDIR/a.dcm",
    "a.dcm",
  ];
  assertEquals(names.filter(mayBeDicomdir), ["DICOMDIR", "a/dicomdir", "DICOMDIR.dcm", "DICOMDIR-old"]);
  const path = await Deno.makeTempFile();
  try {
    const cases = [[dicomdir([]), true], [imageFile(), false], [new Uint8Array(10), false]] as const;
    for (const [bytes, expected] of cases) {
      await Deno.writeFile(path, new Uint8Array(bytes));
      assertEquals(isDicomdirFile(path, new ReadPace()), expected);
    }
    const [only, ...more] = [...referencedFiles(path, new ReadPace())];
    assertEquals([only?.fault?.message, more], [`${path}: it is not a DICOMDIR`, []]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a folder is no DICOMDIR, but may hold one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [only] = referencedFiles(`${folder}/`, new ReadPace());
    assertEquals(only?.fault?.message, `${folder}/: cannot read it: it is a directory`);
    assertEquals(only?.fault?.remedy, `name the DICOMDIR in it: ${folder}/DICOMDIR`);
  } finally {
    await Deno.remove(folder);
  }
});
