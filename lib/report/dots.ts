/** "XMIT: ....": one dot for each data PDV sent, as DCMTK writes them to standard output. */

import type { WatchMessage } from "../transfer/delivery.ts";

export function dotsTo(write: (text: string) => void): WatchMessage {
  return () => {
    let begun = false;
    return {
      wrote(dataPdvs) {
        write((begun ? "" : "XMIT: ") + ".".repeat(dataPdvs));
        begun = true;
      },
      ended() {
        if (begun) write("\n");
      },
    };
  };
}
