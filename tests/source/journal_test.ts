import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Fault } from "../../lib/errors.ts";
import { factsOf } from "../../lib/source/file_calls.ts";
import type { FileVersion } from "../../lib/source/open_file.ts";
import { Journal } from "../../lib/source/journal.ts";

const PEER = "ANY-SCP@pacs:104";

/** A temporary folder with some files to be sent, and a place for a journal. */
function folder(): {
  readonly path: string;
  readonly journal: string;
  file(name: string, text: string): string;
} & Disposable {
  const path = Deno.makeTempDirSync({ prefix: "journal" });
  return {
    path,
    journal: `${path}/journal.txt`,
    file: (name, text) => {
      Deno.writeTextFileSync(`${path}/${name}`, text);
      return `${path}/${name}`;
    },
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

function acknowledge(journal: Journal, path: string): void {
  assertEquals(journal.has(path), false);
  journal.add(path, "", versionOf(path), "1.2.3");
}

function versionOf(path: string): FileVersion {
  return factsOf(path) ?? { sizeBytes: 0, modifiedMs: 0 };
}

Deno.test("Journal remembers across runs what the peer has acknowledged", () => {
  using place = folder();
  const names = [
    "a.dcm",
    "with space.dcm",
    "tab\tin name.dcm",
    "line\nbreak.dcm",
    'quote".dcm',
    "ümlaut.dcm",
  ];
  const paths = names.map((name) => place.file(name, name));
  {
    using journal = Journal.open(place.journal, PEER);
    for (const path of paths) acknowledge(journal, path);
  }
  using journal = Journal.open(place.journal, PEER);
  assertEquals(paths.map((path) => journal.has(path)), paths.map(() => true));
  assertEquals(journal.has(place.file("new.dcm", "x")), false);
});

Deno.test("Journal keeps peers apart", () => {
  using place = folder();
  const path = place.file("a.dcm", "x");
  {
    using journal = Journal.open(place.journal, PEER);
    acknowledge(journal, path);
  }
  using journal = Journal.open(place.journal, "OTHER@pacs:104");
  assertEquals(journal.has(path), false);
});

Deno.test("Journal sends a changed file again", () => {
  using place = folder();
  const path = place.file("a.dcm", "x");
  {
    using journal = Journal.open(place.journal, PEER);
    acknowledge(journal, path);
  }
  place.file("a.dcm", "longer");
  using journal = Journal.open(place.journal, PEER);
  assertEquals(journal.has(path), false);
});

Deno.test("Journal remembers the file that was sent, not one that has taken its place meanwhile", () => {
  using place = folder();
  const path = place.file("a.dcm", "x");
  {
    using journal = Journal.open(place.journal, PEER);
    const opened = versionOf(path);
    place.file("a.dcm", "replaced while it was sent");
    assertEquals(journal.has(path), false, "looked up again for its second turn");
    journal.add(path, "", opened, "1.2.3");
  }
  using journal = Journal.open(place.journal, PEER);
  assertEquals(journal.has(path), false);
});

Deno.test("Journal keeps members of an archive apart, and archives of one name", () => {
  using place = folder();
  const path = place.file("a.zip", "x");
  const version = versionOf(path);
  {
    using journal = Journal.open(place.journal, PEER);
    journal.add(path, "!one@0", version, "1.2.3");
  }
  using journal = Journal.open(place.journal, PEER);
  const has = (inside: string, of = version) => journal.has(path, inside, of);
  assertEquals([has("!one@0"), has("!one@500"), has(""), has("!one@0", { ...version, sizeBytes: 2 })], [
    true,
    false,
    false,
    false,
  ]);
});

Deno.test("Journal of earlier versions, which knew whole milliseconds only, still counts", () => {
  using place = folder();
  const path = place.file("a.dcm", "x");
  const { size, mtime } = Deno.statSync(path);
  const line = [PEER, size, mtime?.getTime(), "1.2.3", JSON.stringify(path)].join("\t");
  Deno.writeTextFileSync(place.journal, `storescu-journal 1\n${line}\n`);
  using journal = Journal.open(place.journal, PEER);
  assertEquals(journal.has(path), true);
});

Deno.test("Journal is not led astray by a UID that holds tabs and line breaks", () => {
  using place = folder();
  const [path, other] = [place.file("a.dcm", "x"), place.file("b.dcm", "y")];
  const { sizeBytes, modifiedMs } = versionOf(other);
  const forged = [PEER, sizeBytes, Math.trunc(modifiedMs), "1.2", JSON.stringify(other)].join("\t");
  for (const uid of ["1.2\t3", `1.2\t"${path}"\n${forged}\n`, "1.2\r\n", '"', "\u2028\0"]) {
    {
      using journal = Journal.open(place.journal, PEER);
      journal.add(path, "", versionOf(path), uid);
    }
    {
      using journal = Journal.open(place.journal, PEER);
      assertEquals([journal.has(path), journal.has(other)], [true, false], JSON.stringify(uid));
    }
    Deno.removeSync(place.journal);
  }
});

Deno.test({
  name: "Journal that is new is on the disk with its name: its folder is synchronised, wherever a link leads",
  ignore: Deno.build.os === "windows",
  fn: () => {
    using place = folder();
    Deno.mkdirSync(`${place.path}/elsewhere`);
    Deno.symlinkSync("elsewhere/journal.txt", place.journal);
    const synchronised: string[] = [];
    const { syncSync } = Deno.FsFile.prototype;
    Deno.FsFile.prototype.syncSync = function () {
      const { ino, isDirectory } = this.statSync();
      if (isDirectory && ino === Deno.statSync(`${place.path}/elsewhere`).ino) synchronised.push("elsewhere");
      syncSync.call(this);
    };
    try {
      Journal.open(place.journal, PEER)[Symbol.dispose]();
      assertEquals(synchronised, ["elsewhere"]);
      Journal.open(place.journal, PEER)[Symbol.dispose]();
      assertEquals(synchronised, ["elsewhere"], "it is not new any more");
    } finally {
      Deno.FsFile.prototype.syncSync = syncSync;
    }
  },
});

Deno.test("Journal cut off at any byte keeps its whole lines and takes new ones", () => {
  using place = folder();
  const paths = [1, 2, 3].map((number) => place.file(`f${number}.dcm`, "x".repeat(number)));
  {
    using journal = Journal.open(place.journal, PEER);
    for (const path of paths) acknowledge(journal, path);
  }
  const whole = Deno.readFileSync(place.journal);
  for (let length = 0; length <= whole.length; length++) {
    Deno.writeFileSync(place.journal, whole.subarray(0, length));
    const lines = Math.max(0, new TextDecoder().decode(whole.subarray(0, length)).split("\n").length - 2);
    {
      using journal = Journal.open(place.journal, PEER);
      assertEquals(paths.filter((path) => journal.has(path)).length, lines, `cut at ${length}`);
      for (const path of paths) if (!journal.has(path)) acknowledge(journal, path);
    }
    using journal = Journal.open(place.journal, PEER);
    assertEquals(paths.filter((path) => journal.has(path)).length, 3, `cut at ${length}`);
  }
});

Deno.test("Journal cuts off a torn line that is longer than the next", () => {
  using place = folder();
  const path = place.file("a.dcm", "x");
  const heading = "storescu-journal 1\n";
  Deno.writeTextFileSync(place.journal, heading + "torn ".repeat(1000));
  {
    using journal = Journal.open(place.journal, PEER);
    acknowledge(journal, path);
  }
  const text = Deno.readTextFileSync(place.journal);
  assertMatch(text, /^storescu-journal 1\nANY-SCP@pacs:104\t.*a\.dcm"\n$/);
});

/** What is asked of the disk under every file that is open, and how much of it is done. */
interface Disk extends Disposable {
  readonly calls: string[];
  /** Most bytes that one write takes. */
  writeBytes: number;
  /** How many more will fit. */
  roomBytes: number;
}

function disk(): Disk {
  const { writeSync, syncDataSync } = Deno.FsFile.prototype;
  const disk: Disk = {
    calls: [],
    writeBytes: Infinity,
    roomBytes: Infinity,
    [Symbol.dispose]: () => void Object.assign(Deno.FsFile.prototype, { writeSync, syncDataSync }),
  };
  Deno.FsFile.prototype.writeSync = function (bytes) {
    if (disk.roomBytes === 0) throw new Error("No space left on device (os error 28)");
    const taken = writeSync.call(this, bytes.subarray(0, Math.min(disk.writeBytes, disk.roomBytes)));
    disk.roomBytes -= taken;
    disk.calls.push("write");
    return taken;
  };
  Deno.FsFile.prototype.syncDataSync = function () {
    syncDataSync.call(this);
    disk.calls.push("sync");
  };
  return disk;
}

Deno.test("Journal has each line on the disk before it goes on", () => {
  using place = folder();
  const paths = ["a.dcm", "b.dcm"].map((name) => place.file(name, "x"));
  using journal = Journal.open(place.journal, PEER);
  using watched = disk();
  for (const path of paths) acknowledge(journal, path);
  assertEquals(watched.calls, ["write", "sync", "write", "sync"]);
});

Deno.test("Journal writes whole lines, however little the disk takes at a time", () => {
  using place = folder();
  const path = place.file("a.dcm", "x");
  {
    using journal = Journal.open(place.journal, PEER);
    using small = disk();
    small.writeBytes = 7;
    acknowledge(journal, path);
  }
  using journal = Journal.open(place.journal, PEER);
  assertEquals(journal.has(path), true);
});

Deno.test("Journal adds nothing to a line that broke off, even when there is room again", () => {
  using place = folder();
  const paths = ["a.dcm", "b.dcm"].map((name) => place.file(name, "x"));
  const [first = "", second = ""] = paths;
  {
    using journal = Journal.open(place.journal, PEER);
    using full = disk();
    full.roomBytes = 5;
    const fault = assertThrows(() => acknowledge(journal, first), Fault, "cannot write journal");
    full.roomBytes = Infinity;
    assertEquals(assertThrows(() => acknowledge(journal, second), Fault), fault);
  }
  {
    using journal = Journal.open(place.journal, PEER);
    for (const path of paths) acknowledge(journal, path);
  }
  using journal = Journal.open(place.journal, PEER);
  assertEquals(paths.map((path) => journal.has(path)), [true, true]);
});

Deno.test("Journal refuses a file that is none, and leaves it as it is", () => {
  using place = folder();
  const path = place.file("letter.txt", "Dear Sir,\nplease find enclosed\n");
  assertThrows(() => Journal.open(path, PEER), Fault, "is not a journal");
  assertEquals(Deno.readTextFileSync(path), "Dear Sir,\nplease find enclosed\n");
  const short = place.file("short.txt", "stored");
  assertThrows(() => Journal.open(short, PEER), Fault, "is not a journal");
});

Deno.test("Journal says why it cannot be opened", () => {
  using place = folder();
  assertThrows(() => Journal.open(`${place.path}/no/such/folder/j`, PEER), Fault, "no such file or folder");
  assertThrows(() => Journal.open(place.path, PEER), Fault, "journal");
  const { remedy } = assertThrows(() => Journal.open(`${place.path}/no/folder/j`, PEER), Fault);
  assertEquals(remedy, "give --journal a file in a folder that exists and may be written to");
});
