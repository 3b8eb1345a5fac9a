/** A judge between encodings of the same data set: DCMTK's dcmconv writes both anew, then they must be equal. */

import { readInstance } from "./part10.ts";
import { runDcmtk } from "./run_storescu.ts";

/**
 * The data set of the Part 10 file at `path` in one canonical encoding: explicit lengths, no group lengths, no trailing
 * padding; in `transferSyntaxOption` of dcmconv, such as "+te" for explicit little endian, else in the file's own.
 * @throws Error when dcmconv cannot read the file.
 */
export async function canonicalDataSet(path: string, transferSyntaxOption = "+t="): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir({ prefix: "canonical-" });
  try {
    const out = `${folder}/out.dcm`;
    const args = ["dcmconv", transferSyntaxOption, "-g", "+e", "-p", path, out];
    const { code, stderr } = await runDcmtk(args);
    if (code !== 0) throw new Error(`dcmconv cannot read ${path}: ${stderr}`);
    return (await readInstance(out)).dataSet;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
