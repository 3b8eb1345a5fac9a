import { assertEquals } from "@std/assert";
import { cannotRead } from "../../lib/source/reading_faults.ts";
import { withFolder } from "../with_folder.ts";

const { FilesystemLoop, NotFound } = Deno.errors;

Deno.test("a link to nothing is told from links that lead to each other, whatever the runtime makes of them", async () => {
  await withFolder((folder) => {
    const link = (name: string, target: string) => {
      Deno.symlinkSync(target, `${folder}/${name}`);
      return `${folder}/${name}`;
    };
    const nowhere = link("nowhere", "no such file");
    const further = link("further", "nowhere");
    link("there", "back");
    const loop = link("back", "there");
    const dangling = "it is a symbolic link to something that does not exist";
    const cases = [
      [nowhere, new FilesystemLoop(), dangling],
      [nowhere, new NotFound(), dangling],
      [further, new FilesystemLoop(), dangling],
      [loop, new FilesystemLoop(), "too many symbolic links lead to each other"],
      [`${loop}/a`, new FilesystemLoop(), "too many symbolic links lead to each other"],
      [`${folder}/none`, new NotFound(), "no such file or folder"],
      [`${nowhere}/a`, new NotFound(), "no such file or folder"],
      [nowhere, new Deno.errors.PermissionDenied(), "permission denied"],
    ] as const;
    for (const [path, caught, reason] of cases) {
      assertEquals(cannotRead(path, caught).message, `${path}: cannot read it: ${reason}`);
    }
  });
});
