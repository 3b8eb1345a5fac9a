/** Takes out of lines what is another thing in every run, or by nature: times, ports, folders, names of the programs. */

import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from "../../../lib/dicom/implementation.ts";

/** Where one run has happened. */
export interface Place {
  readonly folder: string;
  readonly port: number;
}

const RULES: readonly (readonly [RegExp, string])[] = [
  [/\$(?:dcmtk: storescu v\S+ \S+|storescu: v\S+) \$/g, "$$PROGRAM$$"],
  [/'(?:[^' ]*\/)?storescu' with/g, "'storescu' with"],
  [
    new RegExp(`${IMPLEMENTATION_CLASS_UID}|1\\.2\\.276\\.0\\.7230010\\.3\\.0\\.3\\.6\\.7`, "g"),
    "IMPLEMENTATION",
  ],
  [new RegExp(`${IMPLEMENTATION_VERSION_NAME}|OFFIS_DCMTK_367`, "g"), "VERSION"],
  // +II puts the time behind the names it makes up
  [/(PN_|PID_|SID_|ACC_)\d{10}(?=\d)/g, "$1TIME"],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?/g, "DATE TIME"],
  [/\b\d\d:\d\d:\d\d(\.\d+)?\b/g, "TIME"],
  // the layout TTCC: time since the start, thread
  [/: (\d+ |TIME )\[\d+\] /g, ": TIME [THREAD] "],
];

/** UIDs made up by +II: in DCMTK's own root, and derived from UUIDs; a NUL may make their length even. */
const MADE_UP_UIDS = /(?:1\.2\.276\.0\.7230010\.3\.1\.\d[0-9.]*|2\.25\.[0-9]+)(?:\\0)?/g;

export function normalLines(lines: readonly string[], { folder, port }: Place): string[] {
  const portWord = new RegExp(`\\b${port}\\b`, "g");
  const uids = new Map<string, string>();
  const named = (uid: string): string => {
    const plain = uid.replace("\\0", "");
    const name = uids.get(plain) ?? `UID${uids.size + 1}`;
    uids.set(plain, name);
    return name;
  };
  return lines.map((line) =>
    RULES.reduce((text, [pattern, word]) => text.replaceAll(pattern, word), line)
      .replaceAll(folder, "FOLDER")
      .replaceAll(portWord, "PORT")
      .replaceAll(MADE_UP_UIDS, named)
  );
}
