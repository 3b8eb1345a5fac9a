import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { Inventor, uuidUid } from "../../lib/transfer/invention.ts";

const TAG = {
  studyUid: 0x0020000d,
  seriesUid: 0x0020000e,
  seriesNumber: 0x00200011,
  instanceUid: 0x00080018,
  instanceNumber: 0x00200013,
  patientId: 0x00100020,
  patientName: 0x00100010,
  studyId: 0x00200010,
  accession: 0x00080050,
};

/** Every UID "uid1", "uid2", ...; the time stands at 1700000000. */
function inventor(imagesPerSeries: number, seriesPerStudy: number, studiesPerPatient: number): Inventor {
  let uids = 0;
  const wish = { imagesPerSeries, seriesPerStudy, studiesPerPatient };
  return new Inventor(wish, () => 1700000000, () => `uid${++uids}`);
}

function values(from: Inventor, number: number): Map<number, string> {
  return new Map(from.inventFor(number).edits.map(({ tag, value }) => [tag, value?.text ?? ""]));
}

Deno.test("Inventor gives all attributes in DCMTK's formats", () => {
  const made = values(inventor(100, 50, 25), 1);
  assertEquals(made.get(TAG.patientName), "OFFIS^TEST_PN_17000000000");
  assertEquals(made.get(TAG.patientId), "PID_17000000000");
  assertEquals(made.get(TAG.studyId), "SID_17000000000");
  assertEquals(made.get(TAG.accession), "ACC_17000000000");
  assertEquals(made.get(TAG.seriesNumber), "0");
  assertEquals(made.get(TAG.instanceNumber), "0");
  assertEquals(made.size, 9);
});

Deno.test("Inventor begins series, study and patient anew when the count before is full", () => {
  const from = inventor(2, 2, 2);
  const rows = Array.from({ length: 18 }, (_, index) => values(from, index + 1));
  const column = (tag: number) => rows.map((row) => row.get(tag) ?? "");
  assertEquals(column(TAG.instanceNumber).join(""), "010101010101010101");
  assertEquals(column(TAG.seriesNumber).join(""), "001100110011001100");
  const changes = (tag: number) =>
    column(tag).flatMap((value, index) => index > 0 && value !== column(tag)[index - 1] ? [index] : []);
  assertEquals(changes(TAG.seriesUid), [2, 4, 6, 8, 10, 12, 14, 16]);
  assertEquals(changes(TAG.studyUid), [4, 8, 12, 16]);
  assertEquals(changes(TAG.patientId), [8, 16]);
  assertEquals(new Set(column(TAG.instanceUid)).size, 18);
});

Deno.test("Inventor numbers series within their study from 0 on (DCMTK's roll-over defect)", () => {
  const from = inventor(1, 1, 100);
  const numbers = [1, 2, 3, 4].map((number) => values(from, number).get(TAG.seriesNumber));
  assertEquals(numbers, ["0", "0", "0", "0"]);
});

Deno.test("Inventor makes up the same again for the same number until it is forgotten", () => {
  const from = inventor(100, 50, 25);
  const first = values(from, 7);
  assertEquals(values(from, 7), first);
  from.forget(7);
  assertNotEquals(values(from, 7).get(TAG.instanceUid), first.get(TAG.instanceUid));
});

Deno.test("Inventor keeps StudyID and AccessionNumber within 16 characters when counters grow", () => {
  const from = inventor(1, 1, 100000);
  for (let number = 1; number <= 2000; number++) {
    const made = values(from, number);
    for (const tag of [TAG.studyId, TAG.accession]) {
      assertMatch(made.get(tag) ?? "", /^[A-Z]+_?\d+$/);
      assertEquals((made.get(tag) ?? "").length <= 16, true, made.get(tag));
    }
  }
});

Deno.test("uuidUid() gives valid and different UIDs", () => {
  const uids = Array.from({ length: 1000 }, uuidUid);
  assertEquals(new Set(uids).size, 1000);
  for (const uid of uids) {
    assertMatch(uid, /^2\.25\.[1-9]\d{0,38}$/);
    assertEquals(uid.length <= 64, true);
  }
});
