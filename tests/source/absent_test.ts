import { assertEquals } from "@std/assert";
import { isAbsent } from "../../lib/source/file_calls.ts";
import { libcFiles } from "../../lib/source/libc_files.ts";

Deno.test({
  name: "absent is only what is not there for no other reason",
  ignore: libcFiles === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "storescu-absent-" });
    try {
      Deno.mkdirSync(`${folder}/sub`);
      Deno.writeTextFileSync(`${folder}/file`, "");
      Deno.symlinkSync("nowhere", `${folder}/dangling`);
      Deno.symlinkSync("loop", `${folder}/loop`);
      Deno.symlinkSync("sub", `${folder}/link`);
      const absent = ["none", "none/x", "none/none//x", "sub/x", "link/x", "sub/../x", "/none/x"];
      const others = [
        "file",
        "sub",
        "link",
        "dangling",
        "loop",
        "file/x",
        "loop/x",
        "dangling/x",
        "x".repeat(300),
      ];
      const path = (name: string) => name.startsWith("/") ? name : `${folder}/${name}`;
      assertEquals(absent.filter((name) => !isAbsent(path(name))), []);
      assertEquals(others.filter((name) => isAbsent(path(name))), []);
      assertEquals(isAbsent("no such file here"), true);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
