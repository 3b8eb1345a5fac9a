import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readWholeFile, readWholeFileLater } from "../../lib/source/whole_file.ts";
import { withFolder } from "../with_folder.ts";

for (const lengthBytes of [0, 1, 65_535, 65_536, 65_537, 1_000_000]) {
  Deno.test(`a file of ${lengthBytes} bytes is read as it is`, async () => {
    const path = await Deno.makeTempFile();
    try {
      const bytes = Uint8Array.from({ length: lengthBytes }, (_, index) => index * 31);
      await Deno.writeFile(path, bytes);
      assertEquals(readWholeFile(path), bytes);
      assertEquals(await readWholeFileLater(path), bytes);
    } finally {
      await Deno.remove(path);
    }
  });
}

Deno.test("a file without end is refused in bounded memory", { ignore: Deno.build.os === "windows" }, () => {
  assertThrows(() => readWholeFile("/dev/zero"), Error, "it is longer than 16777216 bytes");
});

Deno.test("a file may have as many bytes as the limit says, and no more", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, new Uint8Array(1000));
    assertEquals(readWholeFile(path, 1000).length, 1000);
    assertThrows(() => readWholeFile(path, 999), Error, "it is longer than 999 bytes");
    await assertRejects(() => readWholeFileLater(path, 999), Error, "it is longer than 999 bytes");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test(
  "a FIFO and a socket are refused, and not opened",
  { ignore: Deno.build.os === "windows" },
  async () => {
    await withFolder(async (folder) => {
      await new Deno.Command("mkfifo", { args: [`${folder}/fifo`] }).output();
      using _ = Deno.listen({ transport: "unix", path: `${folder}/socket` });
      for (const [name, reason] of [["fifo", "it is a FIFO, "], ["socket", "it is a socket, "]] as const) {
        assertThrows(() => readWholeFile(`${folder}/${name}`), Error, reason);
        await assertRejects(() => readWholeFileLater(`${folder}/${name}`), Error, reason);
      }
    });
  },
);

Deno.test("a directory and a missing file are refused in the system's words", () => {
  assertThrows(() => readWholeFile("/no/such/file"), Error, "No such file");
  assertThrows(() => readWholeFile("."), Error);
});
