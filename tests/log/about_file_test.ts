import { assertEquals } from "@std/assert";
import { aboutFile } from "../../lib/log/about_file.ts";

const CASES: readonly (readonly [path: string, message: string, expected: string])[] = [
  ["a.dcm", "its turn never came", "a.dcm: its turn never came"],
  ["a.dcm", "a.dcm is not a DICOM file: it is empty", "a.dcm: it is not a DICOM file: it is empty"],
  ["a.dcm", "a.dcm: it cannot be converted", "a.dcm: it cannot be converted"],
  ["a.dcm", "cannot access file: a.dcm", "a.dcm: cannot access file"],
  ["a.dcm", "cannot access file: a.dcm, to which D refers", "a.dcm: cannot access file, to which D refers"],
  ["a", "missing SOP class in file: a: none there", "a: missing SOP class: none there"],
  ["a.dcm", "cannot read a.dcm: permission denied", "a.dcm: cannot read it: permission denied"],
  ["a.dcm", "cannot read x in a.dcm at offset 12: cut off", "a.dcm: cannot read x at offset 12: cut off"],
  ["a.zip!b", "cannot inflate a.zip!b: invalid", "a.zip!b: cannot inflate it: invalid"],
  ["a(1)+.dcm", "a(1)+.dcm ends inside an item", "a(1)+.dcm: it ends inside an item"],
  // A name that is part of another word is not the name.
  ["1", "status A701H, refused, out of resources", "1: status A701H, refused, out of resources"],
  ["a", "a.dcm was changed", "a: a.dcm was changed"],
  ["a", "cannot read a.dcm", "a: cannot read a.dcm"],
];

Deno.test("a message about a file begins with its name and names it once", () => {
  for (const [path, message, expected] of CASES) assertEquals(aboutFile(path, message), expected);
});
