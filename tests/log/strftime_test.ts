import { assertEquals } from "@std/assert";
import { strftime } from "../../lib/log/strftime.ts";

const SUNDAY = Date.UTC(2026, 10, 22, 10, 6, 42, 45);

Deno.test("a moment is written as C's strftime writes it", () => {
  const cases: readonly (readonly [format: string, expected: string])[] = [
    ["%a|%A|%b|%B|%h", "Sun|Sunday|Nov|November|Nov"],
    ["%c|%x|%X", "Sun Nov 22 10:06:42 2026|11/22/26|10:06:42"],
    ["%C|%y|%Y|%g|%G", "20|26|2026|26|2026"],
    ["%d|%e|%j|%m|%D|%F", "22|22|326|11|11/22/26|2026-11-22"],
    ["%H|%I|%k|%l|%M|%S|%p|%P", "10|10|10|10|06|42|AM|am"],
    ["%r|%R|%T|%s", "10:06:42 AM|10:06|10:06:42|1795342002"],
    ["%u|%w|%U|%V|%W", "7|0|47|47|46"],
    ["%z|%Z|%n|%t|%%", "+0000|GMT|\n|\t|%"],
    ["%q|%Q|%qq", "045|045.000|045q"],
    ["%E|%i|%|%", "%E|%i|%|%"],
    ["", ""],
  ];
  for (const [format, expected] of cases) assertEquals(strftime(format, SUNDAY, true), expected, format);
});

Deno.test("hours of the afternoon and days of one digit", () => {
  const moment = Date.UTC(2024, 1, 3, 0, 0, 0);
  assertEquals(strftime("%I|%l|%p|%e|%j|%y", moment, true), "12|12|AM| 3|034|24");
  assertEquals(strftime("%I|%l|%p|%k", moment + 13 * 3_600_000, true), "01| 1|PM|13");
});

Deno.test({
  name: "any moment is written as by the system's date command",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
    const letters = [..."aAbBcCdDeFgGhHIjklmMpPrRsSTuUVwWxXyYz"].map((letter) => `%${letter}`).join("|");
    const moments = Array.from({ length: 200 }, (_, i) => Math.imul(seed + i, 2654435761) >>> 0);
    const list = Deno.makeTempFileSync();
    Deno.writeTextFileSync(list, moments.map((moment) => `@${moment}`).join("\n"));
    const { stdout } = await new Deno.Command("date", {
      args: ["-u", "-f", list, `+${letters}`],
      env: { LC_ALL: "C" },
    }).output();
    Deno.removeSync(list);
    const expected = new TextDecoder().decode(stdout).trimEnd().split("\n");
    assertEquals(expected.length, moments.length);
    moments.forEach((moment, i) => {
      assertEquals(strftime(letters, 1000 * moment, true), expected[i], `seed ${seed}, @${moment}`);
    });
  },
});

Deno.test("local time follows the zone of the machine", () => {
  const date = new Date(SUNDAY);
  const two = (value: number) => String(value).padStart(2, "0");
  assertEquals(
    strftime("%d %H:%M:%S", SUNDAY, false),
    `${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
  );
});
