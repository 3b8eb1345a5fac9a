/** PDUs as they came, in the words of DCMTK's -d. */

const BYTES_PER_LINE = 16;
const PDU_HEADER_BYTES = 6;

/** A whole A-ASSOCIATE-AC PDU in hexadecimal. Where the last line is full an empty one follows, as in DCMTK's. */
export function dumpAssociateAc(pdu: Uint8Array): string {
  let text =
    `PDU Type: Associate Accept, PDU Length: ${pdu.length - PDU_HEADER_BYTES} + ${PDU_HEADER_BYTES} bytes ` +
    "PDU header\n";
  pdu.forEach((byte, index) => {
    text += `  ${byte.toString(16).padStart(2, "0")}`;
    if ((index + 1) % BYTES_PER_LINE === 0) text += "\n";
  });
  return text;
}
