import { assertEquals, assertThrows } from "@std/assert";
import { readWholeFile } from "../../lib/source/whole_file.ts";

for (const lengthBytes of [0, 1, 65_535, 65_536, 65_537, 1_000_000]) {
  Deno.test(`a file of ${lengthBytes} bytes is read as it is`, async () => {
    const path = await Deno.makeTempFile();
    try {
      const bytes = Uint8Array.from({ length: lengthBytes }, (_, index) => index * 31);
      await Deno.writeFile(path, bytes);
      assertEquals(readWholeFile(path), bytes);
    } finally {
      await Deno.remove(path);
    }
  });
}

Deno.test("a file without end is refused in bounded memory", { ignore: Deno.build.os === "windows" }, () => {
  assertThrows(() => readWholeFile("/dev/zero"), Error, "it is longer than 16777216 bytes");
});

Deno.test("a directory and a missing file are refused in the system's words", () => {
  assertThrows(() => readWholeFile("/no/such/file"), Error, "No such file");
  assertThrows(() => readWholeFile("."), Error);
});
