/** The annotated PDUs of testdata/pdus as bytes: hex digits, and comments from # to the end of the line. */

const FOLDER = new URL("../../testdata/pdus/", import.meta.url);

export function recordedPdu(name: string): Uint8Array<ArrayBuffer> {
  const lines = Deno.readTextFileSync(new URL(`${name}.txt`, FOLDER)).split("\n");
  const hex = lines.map((line) => line.replace(/#.*/, "")).join(" ").trim().split(/\s+/);
  return Uint8Array.from(hex, (digits) => {
    if (!/^[0-9a-f]{2}$/.test(digits)) throw new Error(`${name}: '${digits}' is no octet`);
    return parseInt(digits, 16);
  });
}

export function recordedNames(): string[] {
  return [...Deno.readDirSync(FOLDER)].map(({ name }) => name.replace(/\.txt$/, "")).sort();
}
