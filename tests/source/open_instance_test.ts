import { assertEquals } from "@std/assert";
import type { ByteSource } from "../../lib/bytes/source.ts";
import { instanceOpener } from "../../lib/source/open_instance.ts";
import { ReadPace } from "../../lib/source/read_pace.ts";
import { CT_IMAGE_STORAGE, encodeDataSet, joined, metaHeader, SYNTAX_OF } from "../peers/made_up_files.ts";
import { withFolder } from "../with_folder.ts";

function dataSet(sopClassUid: string, sopInstanceUid: string, seriesUid: string): Uint8Array {
  return encodeDataSet([
    [0x00080016, "UI", sopClassUid],
    [0x00080018, "UI", sopInstanceUid],
    [0x0020000e, "UI", seriesUid],
  ], "explicit");
}

async function allOf(source: ByteSource): Promise<Uint8Array> {
  const bytes = new Uint8Array(1000);
  let lengthBytes = 0;
  while (!source.ended) lengthBytes += await source.fill(bytes.subarray(lengthBytes));
  source.close();
  return bytes.subarray(0, lengthBytes);
}

/** SOP class, SOP instance, series. */
type Uids = readonly [string, string, string];

interface Case {
  readonly what: string;
  readonly uids: Uids;
  readonly repairUids: boolean;
  readonly sent: Uids;
}

const CASES: readonly Case[] = [
  {
    what: "padding goes as it is",
    uids: [CT_IMAGE_STORAGE, "1.2.3.4.5 ", "1.2.3.4 "],
    repairUids: false,
    sent: [CT_IMAGE_STORAGE, "1.2.3.4.5 ", "1.2.3.4 "],
  },
  {
    what: "padding is made right with -up",
    uids: [CT_IMAGE_STORAGE, "1.2.3.4.5 ", "1.2.3.4 "],
    repairUids: true,
    sent: [CT_IMAGE_STORAGE, "1.2.3.4.5", "1.2.3.4"],
  },
  {
    what: "with blanks inside the SOP Instance UID all of them go, so that it is the one of the command",
    uids: [CT_IMAGE_STORAGE, "1.2.3.4 5", "1.2.3.4 "],
    repairUids: false,
    sent: [CT_IMAGE_STORAGE, "1.2.3.45", "1.2.3.4"],
  },
  {
    what: "with blanks inside the SOP Class UID all of them go, so that it is the one of the context",
    uids: ["1.2.840.10008. 5.1.4.1.1.2", "1.2.3.4.5 ", "1.2.3.4 "],
    repairUids: false,
    sent: [CT_IMAGE_STORAGE, "1.2.3.4.5", "1.2.3.4"],
  },
];

for (const { what, uids: [sopClassUid, sopInstanceUid, series], repairUids, sent } of CASES) {
  Deno.test(`of UIDs with blanks ${what}`, async () => {
    await withFolder(async (folder) => {
      const path = `${folder}/a.dcm`;
      const meta = metaHeader(SYNTAX_OF.explicit, CT_IMAGE_STORAGE, "1.2.3");
      await Deno.writeFile(path, joined([meta, dataSet(sopClassUid, sopInstanceUid, series)]));
      const open = instanceOpener({ mode: "auto", repairUids }, new ReadPace());
      const instance = await open({ path, scanned: false, number: 1 });
      if ("skipped" in instance) throw new Error(instance.skipped);
      assertEquals(instance.sopClassUid, CT_IMAGE_STORAGE);
      assertEquals(instance.sopInstanceUid, sopInstanceUid.replaceAll(" ", ""));
      assertEquals(await allOf(await instance.dataSet(SYNTAX_OF.explicit)), dataSet(...sent));
    });
  });
}
