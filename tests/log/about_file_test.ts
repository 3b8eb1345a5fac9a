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
  ["a.dcm", "inflated a.dcm ends inside an item", "a.dcm: its inflated data set ends inside an item"],
  [
    "a.dcm",
    "missing UID in file: a.dcm: cannot read a.dcm: cut off",
    "a.dcm: missing UID: cannot read it: cut off",
  ],
  ["a.zip", "cannot read archive a.zip: cut off", "a.zip: cannot read archive: cut off"],
  [
    "../b",
    "D refers to a file outside of its folder: ../b",
    "../b: D refers to a file outside of its folder",
  ],
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

/** Names that are words of our messages, and some that are not. */
const NAMES = [
  "a",
  "no",
  "file",
  "it",
  "empty",
  "is",
  "in",
  "of",
  "cannot",
  "read",
  "archive it",
  "data set",
  "x.dcm",
  "with space",
  "a $1 b",
];

/** Messages about a file NAME, and what follows its name. */
const TOLD: readonly (readonly [message: string, rest: string])[] = [
  [
    "NAME is not a DICOM file: no preamble, no meta header",
    "it is not a DICOM file: no preamble, no meta header",
  ],
  ["NAME is not a DICOM file: it is empty", "it is not a DICOM file: it is empty"],
  ["NAME was changed while it was being sent", "it was changed while it was being sent"],
  ["cannot read NAME: no such file or folder", "cannot read it: no such file or folder"],
  ["cannot access file: NAME", "cannot access file"],
  [
    "missing SOP class in file: NAME: NAME is not a DICOM file: it is empty",
    "missing SOP class: it is not a DICOM file: it is empty",
  ],
  [
    "cannot read a value of it in NAME at offset 12: it is no file in it",
    "cannot read a value of it at offset 12: it is no file in it",
  ],
  ["cannot inflate the data set of NAME: no end of it", "cannot inflate the data set of it: no end of it"],
  [
    "status A701H, no file of it is in a data set: empty",
    "status A701H, no file of it is in a data set: empty",
  ],
];

Deno.test("a name that is a word of the message is found where it is a name, and nowhere else", () => {
  for (const name of NAMES) {
    for (const [message, rest] of TOLD) {
      assertEquals(aboutFile(name, message.replaceAll("NAME", () => name)), `${name}: ${rest}`);
    }
  }
});
