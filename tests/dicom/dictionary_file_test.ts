import { assertEquals } from "@std/assert";
import { loadDictionary } from "../../lib/dicom/dictionary_file.ts";
import { vrText } from "../../lib/dicom/vr.ts";

function load(...lines: readonly string[]): ReturnType<typeof loadDictionary> {
  return loadDictionary([{ name: "own.dic", text: lines.join("\n") }]);
}

Deno.test("a user's entries replace built-in ones and add new ones", () => {
  const { dictionary, complaints } = load(
    "# comment",
    "",
    "   # indented comment",
    "(0010,0010)\tLO\tMyName\t1\tOWN",
    "(0010,9998)\txs\tNew\t1-n",
    '(0029,"ACME 1.1",10)\tFD\tAcmeValue\t2-2n\tPRIVATE',
    '(0029,"SIEMENS CSA HEADER",08)\tSH\tChanged',
    "(7000-70FF,0010)\tUS\tEvenOnly\t1",
    "(7101-o-71FF,4000-u-40FF)\tUL\tOddOnly\t1",
    '(0031-o-0035,"ACME 1.1",01-u-05)\tSS\tRange\t1',
    "(0010,0010)\tUC\tLaterWins\t1",
  );
  assertEquals(complaints, []);
  assertEquals(vrText(dictionary.vrOf(0x00100010)), "UC");
  assertEquals(dictionary.keywordOf(0x00100010), "LaterWins");
  assertEquals(dictionary.tagOf("LaterWins"), 0x00100010);
  assertEquals(vrText(dictionary.vrOf(0x00109998)), "xs");
  assertEquals(vrText(dictionary.vrOf(0x00100020)), "LO");
  assertEquals(vrText(dictionary.privateVrOf("ACME 1.1", 0x00291010)), "FD");
  assertEquals(vrText(dictionary.privateVrOf("ACME 1.1", 0x0029FF10)), "FD");
  assertEquals(vrText(dictionary.privateVrOf("ACME 1.1", 0x00291011)), "");
  assertEquals(vrText(dictionary.privateVrOf("SIEMENS CSA HEADER", 0x00291008)), "SH");
  assertEquals(vrText(dictionary.privateVrOf("SIEMENS CSA HEADER", 0x00291009)), "LO");
  assertEquals(vrText(dictionary.vrOf(0x70020010)), "US");
  assertEquals(vrText(dictionary.vrOf(0x71034001)), "UL");
  assertEquals(vrText(dictionary.vrOf(0x71024001)), "");
  assertEquals(vrText(dictionary.privateVrOf("ACME 1.1", 0x00331103)), "SS");
  assertEquals(vrText(dictionary.privateVrOf("ACME 1.1", 0x00331106)), "");
});

const BAD: ReadonlyArray<readonly [line: string, problem: string]> = [
  ["(0010,0020)\tLO", "too few fields (line 2)"],
  ["(0010,0020) LO spaces instead of tabs 1", "too few fields (line 2)"],
  ["(0010,0020)\tLO\tA\t1\tX\tY", "too many fields (line 2)"],
  ["0010,0040\tCS\tA\t1", "bad Tag field (line 2): 0010,0040"],
  ["(0010,zz)\tCS\tA\t1", "bad Tag field (line 2): (0010,zz)"],
  ["(0010-x-0012,00F6)\tLO\tX\t1", "bad Tag field (line 2): (0010-x-0012,00F6)"],
  ["(0010,0040\tCS\tA\t1", "bad Tag field (line 2): (0010,0040"],
  ["(00100,0040)\tCS\tA\t1", "bad Tag field (line 2): (00100,0040)"],
  ["(0010,0040)\tCS\tA\tabc", "bad VM field (line 2): abc"],
  ["(0010,0040)\tQQ\tA\t1", "bad VR field (line 2): QQ"],
  ["\t(0010,0040)\tLO\tA\t1", "bad Tag field (line 2): "],
];

Deno.test("a line that cannot be used is left out and complained about with its number", () => {
  for (const [line, problem] of BAD) {
    const { dictionary, complaints } = load("# first", line, "(0010,9999)\tLO\tGood\t1");
    assertEquals(complaints, [`DcmDataDictionary: own.dic: ${problem}`]);
    assertEquals(dictionary.tagOf("Good"), 0x00109999);
  }
});

Deno.test("several files are read in order, and their line ends may be of any kind", () => {
  const { dictionary, complaints } = loadDictionary([
    { name: "a.dic", text: "(0010,0010)\tLO\tA\t1\r\n(0010,0020\tLO\tA\t1\r\n" },
    { name: "b.dic", text: "(0010,0010)\tSH\tB\t1\rbad" },
  ]);
  assertEquals(vrText(dictionary.vrOf(0x00100010)), "SH");
  assertEquals(complaints, [
    "DcmDataDictionary: a.dic: bad Tag field (line 2): (0010,0020",
    "DcmDataDictionary: b.dic: too few fields (line 2)",
  ]);
});
