import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { manPage } from "../../lib/cli/man.ts";
import { allOptions, GROUPS } from "../../lib/cli/options.ts";

const PAGE = manPage("1.2.3", "2026-01-31");

Deno.test("the manual page has every option with its values, and every group", () => {
  const plain = PAGE.replaceAll("\\-", "-").replaceAll(/\\f[BIR]/g, "");
  for (const { short, long, params } of allOptions()) {
    const names = short === undefined ? long : `${short}, ${long}`;
    const values = (params ?? []).map(({ name }) => ` ${name}`).join("");
    assertStringIncludes(plain, `.TP\n${names}${values}\n`);
  }
  for (const { title } of GROUPS) assertStringIncludes(plain.toLowerCase(), `.ss "${title.toLowerCase()}"\n`);
  assertStringIncludes(PAGE, '.TH STORESCU 1 "2026-01-31" "storescu 1.2.3"');
});

Deno.test("the manual page is ASCII, and no text line of it can be taken for a request", () => {
  assert(/^[\n -~]*$/.test(PAGE));
  const requests = new Set(PAGE.split("\n").flatMap((line) => /^[.'](\S*)/.exec(line)?.[1] ?? []));
  assertEquals(
    [...requests].toSorted(),
    ["B", "BR", "I", "PP", "SH", "SS", "TH", "TP", "br", '\\"'].toSorted(),
  );
});

/** Formatters that complain about bad roff; one that is not installed is left out. */
const CHECKS: readonly (readonly [command: string, ...args: string[]])[] = [
  ["groff", "-man", "-ww", "-z", "-Tutf8"],
  ["mandoc", "-T", "lint"],
  ["man", "--warnings=w", "-l"],
];

for (const [command, ...args] of CHECKS) {
  Deno.test({
    name: `${command} has nothing to say against the manual page`,
    ignore: !await isInstalled(command),
    fn: async () => {
      const path = await Deno.makeTempFile({ suffix: ".1" });
      try {
        await Deno.writeTextFile(path, PAGE);
        const { code, stdout, stderr } = await new Deno.Command(command, {
          args: [...args, path],
          env: { MANPAGER: "cat", MANWIDTH: "80" },
        }).output();
        assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
        const printed = new TextDecoder().decode(stdout);
        if (command === "man") assertStringIncludes(printed, "--max-pdu bytes");
        else assertEquals(printed, "");
      } finally {
        await Deno.remove(path);
      }
    },
  });
}

async function isInstalled(command: string): Promise<boolean> {
  try {
    await new Deno.Command(command, { args: ["-h"], stdin: "null" }).output();
    return true;
  } catch {
    return false;
  }
}
