import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import type { ByteSource } from "../../lib/bytes/source.ts";
import { asFault } from "../../lib/errors.ts";
import { openArchive } from "../../lib/source/archives/archive.ts";
import { mayBeArchive } from "../../lib/source/container_names.ts";
import type { Archive, Member } from "../../lib/source/archives/member.ts";
import { Expansion } from "../../lib/source/expand.ts";
import { ReadPace } from "../../lib/source/read_pace.ts";
import { tarFile, type TarMember, zipFile, type ZipMember } from "../peers/made_up_archives.ts";
import { joined, pattern } from "../peers/made_up_files.ts";
import { waitFor } from "../peers/wait_for.ts";
import { withFolder } from "../with_folder.ts";

const text = (content: string) => new TextEncoder().encode(content);
const BIG = pattern(300_000);

/** The members of an archive with these bytes, with their contents, or why they have none; then why it ended early. */
async function listed(name: string, bytes: Uint8Array): Promise<string[]> {
  return await withArchive(name, bytes, 100, async (archive) => {
    const found: string[] = [];
    try {
      for await (const member of archive.members()) {
        const { name, skipped, fault } = member;
        found.push(`${name}: ${skipped ?? fault?.message ?? await contentOf(member)}`);
      }
    } catch (caught) {
      found.push(asFault(caught).message);
    }
    return found.map((line) => line.replaceAll(/\/tmp\/[^/]+\//g, ""));
  });
}

async function withArchive<Answer>(
  name: string,
  bytes: Uint8Array,
  membersLeft: number,
  use: (archive: Archive, folder: string) => Promise<Answer>,
): Promise<Answer> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/${name}`, new Uint8Array(bytes));
    const archive = await openArchive(`${folder}/${name}`, new ReadPace(), { membersLeft });
    if (archive === undefined) throw new Error("no archive");
    const answer = await use(archive, folder);
    archive.rest();
    return answer;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Short contents as text, long ones as their length, and whether they are BIG; else why they cannot be read. */
async function contentOf(member: Member): Promise<string> {
  try {
    const bytes = await read(member);
    if (bytes.length < 100) return new TextDecoder().decode(bytes);
    return bytes.every((byte, index) => byte === BIG[index])
      ? `big, ${bytes.length}`
      : `other, ${bytes.length}`;
  } catch (caught) {
    return asFault(caught).message;
  }
}

async function read(member: Member): Promise<Uint8Array> {
  const opened = await member.open();
  const source = "readAt" in opened ? opened.passThrough(0, opened.lengthBytes) : opened;
  try {
    return await readAll(source);
  } finally {
    source.close();
  }
}

async function readAll(source: ByteSource): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  while (!source.ended) {
    const part = new Uint8Array(10_000);
    parts.push(part.subarray(0, await source.fill(part)));
  }
  return joined(parts);
}

Deno.test("which names are looked into", () => {
  const yes = ["a.zip", "A.ZIP", "dir/a.tar", "a.tar.gz", "a.tgz", "a.dcm.gz", "a.taz"];
  const no = ["a.dcm", "zip", "a.zip.dcm", "a.tar.bz2", "a.gzip", ".zipper"];
  assertEquals([...yes, ...no].filter(mayBeArchive), yes);
});

const SAME: readonly ZipMember[] & readonly TarMember[] = [
  { name: "st/a", content: text("first") },
  { name: "st/b", content: BIG },
  { name: "../../etc/passwd", content: text("not a path") },
  { name: "/absolute", content: text("neither") },
  { name: "st/a", content: text("same name") },
  { name: "empty", content: new Uint8Array() },
];

const SAME_LISTED = [
  "st/a: first",
  "st/b: big, 300000",
  "../../etc/passwd: not a path",
  "/absolute: neither",
  "st/a: same name",
  "empty: ",
];

const WHOLE: readonly (readonly [what: string, name: string, bytes: Uint8Array])[] = [
  ["a zip file", "a.zip", zipFile(SAME)],
  ["a zip file that does not compress", "a.zip", zipFile(SAME.map((member) => ({ ...member, method: 0 })))],
  ["a tar file", "a.tar", tarFile(SAME)],
  ["a tar file from before POSIX", "a.tar", tarFile(SAME.map((member) => ({ ...member, magic: "" })))],
  ["a compressed tar file", "a.tar.gz", gzipSync(tarFile(SAME))],
  [
    "a tar file compressed in two parts",
    "a.tgz",
    joined([
      gzipSync(tarFile(SAME).subarray(0, 1000)),
      gzipSync(tarFile(SAME).subarray(1000)),
    ]),
  ],
  ["a tar file that is called .gz", "a.gz", tarFile(SAME)],
];

for (const [what, name, bytes] of WHOLE) {
  Deno.test(`the members of ${what}, in order`, async () => {
    assertEquals(await listed(name, bytes), SAME_LISTED);
  });
}

Deno.test("an archive without members is one; zeros that go on are none", async () => {
  const zeros = (count: number) => new Uint8Array(count);
  const empty = [["a.zip", zipFile([])], ["a.tar", zeros(1024)], ["a.tar", zeros(10240)], [
    "a.tgz",
    gzipSync(zeros(10240)),
  ]] as const;
  for (const [name, bytes] of empty) assertEquals(await listed(name, bytes), [], name);
  for (
    const [name, bytes] of [["a.tar", zeros(10241)], ["a.tar", zeros(511)], ["a.zip", zeros(1024)]] as const
  ) {
    assertEquals(
      await withArchive(name, bytes, 1, () => Promise.resolve("one")).catch(String),
      "Error: no archive",
    );
  }
});

Deno.test("folders are no members; long names are whole", async () => {
  const long = "x".repeat(150);
  assertEquals(
    await listed(
      "a.tar",
      tarFile([
        { name: "folder/", type: "5" },
        { name: "././@LongLink", type: "L", content: text(`${long}\0`) },
        { name: long.slice(0, 100), content: text("long") },
      ]),
    ),
    [`${long}: long`],
  );
  const inZip = zipFile([{ name: "folder/", content: text("") }, { name: long, content: text("long") }]);
  assertEquals(await listed("a.zip", inZip), [`${long}: long`]);
});

Deno.test("what a single gzip file holds has its name", async () => {
  assertEquals(await listed("a.dcm.gz", gzipSync(BIG)), ["a.dcm: big, 300000"]);
});

Deno.test("links are not sent, and say so", async () => {
  assertEquals(
    await listed(
      "a.tar",
      tarFile([
        { name: "hard", type: "1", linkname: "st/a" },
        { name: "soft", type: "2", linkname: "/etc/passwd" },
        { name: "pipe", type: "6" },
      ]),
    ),
    ["hard: it is a hard link to st/a", "soft: it is a symbolic link to /etc/passwd", "pipe: it is a fifo"],
  );
  const link = zipFile([{ name: "soft", content: text("/etc/passwd"), mode: 0o120777 }]);
  assertEquals(await listed("a.zip", link), ["soft: it is a symbolic link"]);
});

Deno.test("what cannot be unpacked is a failure of that member only", async () => {
  assertEquals(
    await listed(
      "a.zip",
      zipFile([
        { name: "secret", content: text("xxxx"), flags: 1 },
        { name: "zstd", content: text("xxxx"), method: 93 },
        { name: "odd", content: text("xxxx"), method: 77 },
        { name: "crc", content: text("xxxx"), claimedCrc: 1 },
        { name: "big crc", content: BIG, claimedCrc: 1 },
        { name: "short", content: text("xxxx"), claimedBytes: 5 },
        { name: "long", content: BIG, claimedBytes: 299_999, method: 0 },
        { name: "fine", content: text("fine") },
      ]),
    ),
    [
      "secret: a.zip!secret: cannot read it: it is encrypted",
      "zstd: a.zip!zstd: cannot read it: it is packed with Zstandard, not with Deflate",
      "odd: a.zip!odd: cannot read it: it is packed with method 77, not with Deflate",
      "crc: a.zip!crc: it is damaged: its CRC is wrong",
      "big crc: a.zip!big crc: it is damaged: its CRC is wrong",
      "short: a.zip!short: it is damaged: it is 1 bytes shorter than the archive's directory says",
      "long: a.zip!long: it is damaged: it is longer than the archive's directory says",
      "fine: fine",
    ],
  );
  assertEquals(
    await listed("a.tar", tarFile([{ name: "holes", type: "S" }, { name: "fine", content: text("fine") }])),
    ["holes: a.tar!holes: cannot read it: it is of a kind that is not known here", "fine: fine"],
  );
});

Deno.test("a zip file of which nothing can be read is one failure, not one of each member", async () => {
  const secret = (name: string) => ({ name, content: text("xxxx"), flags: 1 });
  const folder = { name: "in/", content: text("") };
  assertEquals(await listed("a.zip", zipFile([folder, secret("in/a"), secret("in/b")])), [
    "a.zip: cannot read the archive: it is encrypted",
  ]);
  assertEquals(await listed("a.zip", zipFile([secret("a"), { name: "b", content: text("open") }])), [
    "a: a.zip!a: cannot read it: it is encrypted",
    "b: open",
  ]);
  assertEquals(await listed("a.zip", zipFile([folder])), []);
  assertEquals(await listed("a.zip", zipFile([{ name: "a", content: text("open") }]).subarray(0, -10)), [
    "a.zip: cannot read the archive: its end, where the list of what it holds stands, is missing",
  ]);
});

Deno.test("an archive that is cut off says so, wherever that is, and what it lists is right", async () => {
  const members = [{ name: "a", content: text("first") }, { name: "b", content: pattern(1500) }];
  const whole: readonly (readonly [string, Uint8Array])[] = [
    ["a.zip", zipFile(members)],
    ["a.tar", tarFile(members)],
    ["a.tgz", gzipSync(tarFile(members))],
  ];
  for (const [name, bytes] of whole) {
    const good = await listed(name, bytes);
    // The end mark of a tar file is twice as long as it need be.
    const end = name === "a.tar" ? bytes.length - 512 : bytes.length;
    for (let length = 600; length < end; length += 37) {
      const found = await listed(name, bytes.subarray(0, length));
      const fault = found.pop() ?? "";
      assert(
        /^a\.\w+(!\w+)?: cannot (read the archive|inflate it): /.test(fault),
        `${name} of ${length}: ${found}; ${fault}`,
      );
      const wrong = found.filter((line, index) => line !== good[index] && !/: cannot inflate/.test(line));
      assertEquals(wrong, [], `${name} of ${length}`);
    }
  }
});

Deno.test("a tar file that is cut off between two members says so behind the last of them", async () => {
  assertEquals(await listed("a.tar", tarFile([{ name: "a", content: text("first") }], 0)), [
    "a: first",
    "a.tar: cannot read the archive: its end mark is missing: it has been cut off",
  ]);
});

Deno.test("an archive that is damaged in the middle is read up to there", async () => {
  const tar = tarFile([{ name: "a", content: text("first") }, { name: "b", content: text("second") }]);
  tar[1024 + 10] = 1;
  const found = await listed("a.tar", tar);
  assertEquals(found[0], "a: first");
  assertEquals(found[1]?.startsWith("a.tar: cannot read the archive: at offset 1024: "), true);
  assertEquals(found.length, 2);
});

Deno.test("members of one archive may be open at the same time, and in any order", async () => {
  for (const [name, bytes] of [["a.zip", zipFile(SAME)], ["a.tgz", gzipSync(tarFile(SAME))]] as const) {
    const counts = await withArchive(name, bytes, 100, async (archive) => {
      const all: Member[] = [];
      for await (const member of archive.members()) all.push(member);
      const contents = await Promise.all([...all, ...all.toReversed(), ...all].map(read));
      return contents.map(({ length }) => length);
    });
    const lengths = SAME.map(({ content }) => content?.length ?? 0);
    assertEquals(counts, [...lengths, ...lengths.toReversed(), ...lengths], name);
  }
});

Deno.test("a member that is closed while it is being read leaves the others whole", async () => {
  await withArchive("a.tgz", gzipSync(tarFile(SAME)), 100, async (archive) => {
    const all = await Array.fromAsync(archive.members());
    const [, big] = all;
    const left = await big?.open();
    if (big === undefined || left === undefined || "readAt" in left) throw new Error("no stream");
    const filling = left.fill(new Uint8Array(10_000));
    left.close();
    assertEquals(await contentOf(big), "big, 300000");
    await Promise.allSettled([filling]);
  });
});

/** The files in `folder` that are open, one that is opened twice named twice. */
function openFilesIn(folder: string): string[] {
  return [...Deno.readDirSync("/proc/self/fd")].flatMap(({ name }) => {
    try {
      const path = Deno.readLinkSync(`/proc/self/fd/${name}`);
      return path.startsWith(`${folder}/`) ? [path] : [];
    } catch {
      return []; // closed by another test
    }
  });
}

Deno.test({
  name: "of the streams of a compressed archive that nobody reads some are kept, not all",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await withArchive("a.tgz", gzipSync(tarFile(SAME)), 100, async (archive, folder) => {
      const [, big] = await Array.fromAsync(archive.members());
      if (big === undefined) throw new Error("no member");
      const open = await Promise.all(Array.from({ length: 40 }, () => big.open()));
      assert(openFilesIn(folder).length >= 40);
      for (const source of open) source.close();
      // What is being read ahead is closed a little later.
      await waitFor("16 to be left", () => openFilesIn(folder).length === 16, 5);
      archive.rest();
      await waitFor("none to be left", () => openFilesIn(folder).length === 0, 5);
    });
  },
});

Deno.test({
  name: "of many archives the last few stay open",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withFolder(async (folder) => {
      const expansion = new Expansion(new ReadPace());
      for (let number = 1; number <= 10; number++) {
        const path = `${folder}/${number}.tgz`;
        await Deno.writeFile(path, gzipSync(tarFile(SAME)));
        const named = [{ path, scanned: false }];
        for await (const { member } of expansion.expand(named, false, () => {})) {
          if (member !== undefined) assert((await read(member)).length >= 0);
        }
      }
      await waitFor("4 archives to be left", () => new Set(openFilesIn(folder)).size === 4, 5);
      for (let number = 1; number <= 4; number++) {
        await Deno.writeFile(`${folder}/${number}.zip`, zipFile(SAME));
        await Array.fromAsync(
          expansion.expand([{ path: `${folder}/${number}.zip`, scanned: false }], false, () => {}),
        );
      }
      await waitFor("none to be left", () => openFilesIn(folder).length === 0, 5);
    }),
});

for (const membersLeft of [SAME.length, SAME.length - 1]) {
  Deno.test(`the second listing of a tar file is like the first, with ${membersLeft} remembered`, async () => {
    const bytes = gzipSync(tarFile(SAME));
    const twice = await withArchive("a.tgz", bytes, membersLeft, async (archive) => {
      const names: string[] = [];
      for (const _ of [1, 2]) for await (const { name } of archive.members()) names.push(name);
      return names;
    });
    const names = SAME.map(({ name }) => name);
    assertEquals(twice, [...names, ...names]);
  });
}

Deno.test("what is no archive is not taken for one, whatever its name is", async () => {
  const preamble = new Uint8Array(200);
  preamble.set(text("PK\x03\x04"));
  preamble.set(text("DICM"), 128);
  const folder = await Deno.makeTempDir();
  try {
    for (
      const bytes of [new Uint8Array(), text("PK"), text("not an archive"), new Uint8Array(2048), preamble]
    ) {
      await Deno.writeFile(`${folder}/a.zip`, bytes);
      assertEquals(await openArchive(`${folder}/a.zip`, new ReadPace(), { membersLeft: 0 }), undefined);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
