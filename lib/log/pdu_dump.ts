/** PDUs as they came, in the words of DCMTK's -d. */

const BYTES_PER_LINE = 16;
const PDU_HEADER_BYTES = 6;
/** What follows is left out. */
const DUMPED_BYTES = 512;

/** The beginning of an A-ASSOCIATE-AC PDU in hexadecimal. Where the last line is full an empty one follows, as in DCMTK's. */
export function dumpAssociateAc(pdu: Uint8Array): string[] {
  const lines = [
    `PDU Type: Associate Accept, PDU Length: ${pdu.length - PDU_HEADER_BYTES} + ${PDU_HEADER_BYTES} bytes ` +
    "PDU header",
  ];
  if (pdu.length > DUMPED_BYTES) lines.push(`Only dumping ${DUMPED_BYTES} bytes.`);
  let line = "";
  pdu.subarray(0, DUMPED_BYTES).forEach((byte, index) => {
    line += `  ${byte.toString(16).padStart(2, "0")}`;
    if ((index + 1) % BYTES_PER_LINE !== 0) return;
    lines.push(line);
    line = "";
  });
  return [...lines, line];
}
