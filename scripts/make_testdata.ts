/**
 * Writes testdata/files: small files named by what is special or wrong with them. `deno run -A scripts/make_testdata.ts`;
 * tests/scripts/make_testdata_test.ts checks that what is kept there is what this makes.
 */

import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import {
  CT_IMAGE_STORAGE,
  type Elements,
  encodeDataSet,
  imageElements,
  imageFile,
  instanceUid,
  joined,
  metaHeader,
  SYNTAX_OF,
} from "../tests/peers/made_up_files.ts";

export const FOLDER: string = join(import.meta.dirname ?? ".", "..", "testdata", "files");

const DEFLATED = "1.2.840.10008.1.2.1.99";
const JPEG_BASELINE = "1.2.840.10008.1.2.4.50";

const whole = imageFile();
const explicit = encodeDataSet(imageElements(), "explicit");
const meta = metaHeader(SYNTAX_OF.explicit, CT_IMAGE_STORAGE, instanceUid(1));

/** The image without, or with other, elements. */
function changed(change: (elements: Elements) => Elements): Uint8Array {
  return joined([meta, encodeDataSet(change(imageElements()), "explicit")]);
}

const without = (tag: number) => changed((elements) => elements.filter(([other]) => other !== tag));

/** Offset of the head of the element with `tag`, explicit little endian, in the whole file. */
function offsetOf(tag: number): number {
  const head = [tag >>> 16 & 0xff, tag >>> 24, tag & 0xff, tag >>> 8 & 0xff];
  return whole.findIndex((_, at) => head.every((byte, index) => whole[at + index] === byte));
}

const pixelDataAt = offsetOf(0x7fe00010);

/** Copies the whole file and overwrites four bytes at `at`. */
function patched(at: number, value: number): Uint8Array {
  const bytes = whole.slice();
  new DataView(bytes.buffer).setUint32(at, value, true);
  return bytes;
}

const encapsulatedPixels: Elements = [
  ...imageElements().slice(0, -1),
  [0x7fe00010, "SQ", []],
];

function encapsulated(end: Uint8Array): Uint8Array {
  const head = encodeDataSet(encapsulatedPixels, "explicit").slice(0, -8);
  head.set(new TextEncoder().encode("OB"), head.length - 8);
  const fragment = Uint8Array.of(0xfe, 0xff, 0x00, 0xe0, 4, 0, 0, 0, 0xff, 0xd8, 0xff, 0xd9);
  const emptyTable = Uint8Array.of(0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0);
  return joined([
    metaHeader(JPEG_BASELINE, CT_IMAGE_STORAGE, instanceUid(1)),
    head,
    emptyTable,
    fragment,
    fragment,
    end,
  ]);
}

const SEQUENCE_END = Uint8Array.of(0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0);

/** By folder and name: what must be sent as it is, and what must not be sent at all. */
export const FILES: Readonly<Record<string, Uint8Array>> = {
  "whole/explicit_little_endian.dcm": whole,
  "whole/implicit_little_endian.dcm": imageFile({ encoding: "implicit" }),
  "whole/explicit_big_endian.dcm": imageFile({ encoding: "bigEndian" }),
  "whole/deflated.dcm": joined([
    metaHeader(DEFLATED, CT_IMAGE_STORAGE, instanceUid(1)),
    evened(deflateRawSync(explicit)),
  ]),
  "whole/encapsulated.dcm": encapsulated(SEQUENCE_END),
  "whole/bare_explicit_little_endian.dcm": explicit,
  "whole/bare_implicit_little_endian.dcm": encodeDataSet(imageElements(), "implicit"),
  "whole/bare_explicit_big_endian.dcm": encodeDataSet(imageElements(), "bigEndian"),
  "whole/no_preamble.dcm": whole.slice(132),
  "whole/instance_uid_padded_with_a_space.dcm": changed((elements) =>
    elements.map((element) =>
      element[0] === 0x00080018 ? [element[0], "UI", `${instanceUid(11)} `.padEnd(36)] as const : element
    )
  ),
  "whole/elements_out_of_order.dcm": changed((elements) => [...elements.slice(2), ...elements.slice(0, 2)]),
  "whole/trailing_padding.dcm": changed((elements) => [...elements, [0xfffcfffc, "OB", new Uint8Array(16)]]),
  "whole/meta_group_length_wrong.dcm": patched(140, 4),
  "whole/uids_in_meta_header_only.dcm": changed((elements) => elements.slice(2)),

  "broken/empty.dcm": new Uint8Array(),
  "broken/one_byte.dcm": Uint8Array.of(8),
  "broken/text.dcm": new TextEncoder().encode("This is no DICOM file, whatever its name says.\n".repeat(9)),
  "broken/preamble_only.dcm": whole.slice(0, 132),
  "broken/meta_header_only.dcm": meta,
  "broken/cut_in_meta_header.dcm": whole.slice(0, 170),
  "broken/cut_in_element_head.dcm": whole.slice(0, pixelDataAt + 5),
  "broken/cut_in_value.dcm": whole.slice(0, -17),
  "broken/cut_in_sequence.dcm": whole.slice(0, offsetOf(0x00081155) + 12),
  "broken/cut_in_encapsulated_pixel_data.dcm": encapsulated(new Uint8Array()),
  "broken/value_longer_than_the_file.dcm": patched(pixelDataAt + 8, 0x7ffffffe),
  "broken/no_sop_class_uid.dcm": joined([
    metaHeader(SYNTAX_OF.explicit, "", instanceUid(1)),
    without(0x00080016).slice(meta.length),
  ]),
  "broken/no_sop_instance_uid.dcm": joined([
    metaHeader(SYNTAX_OF.explicit, CT_IMAGE_STORAGE, ""),
    without(0x00080018).slice(meta.length),
  ]),
  "broken/uids_in_a_sequence_only.dcm": encodeDataSet(
    [[0x00081140, "SQ", [imageElements().slice(0, 2)]], ...imageElements().slice(4)],
    "explicit",
  ),
};

/** A deflated data set has even length like any other, PS3.5 annex A.5. */
function evened(bytes: Uint8Array): Uint8Array {
  return bytes.length % 2 === 0 ? bytes : joined([bytes, new Uint8Array(1)]);
}

if (import.meta.main) {
  await Deno.mkdir(join(FOLDER, "whole"), { recursive: true });
  await Deno.mkdir(join(FOLDER, "broken"), { recursive: true });
  for (const [name, bytes] of Object.entries(FILES)) await Deno.writeFile(join(FOLDER, name), bytes);
}
