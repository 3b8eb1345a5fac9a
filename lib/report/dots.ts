/** "XMIT: ....": one dot for each data PDV sent, as DCMTK writes them to standard output. */

/** A function for what the transfer tells of each write: dots for a number, the end of the line for undefined. */
export function dotsTo(write: (text: string) => void): (dataPdvs: number | undefined) => void {
  let begun = false;
  return (dataPdvs) => {
    if (dataPdvs === undefined) {
      if (begun) write("\n");
      begun = false;
      return;
    }
    write((begun ? "" : "XMIT: ") + ".".repeat(dataPdvs));
    begun = true;
  };
}
