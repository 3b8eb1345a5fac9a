/** Where the system keeps OpenSSL 3. */

/** Folders of libssl.so.3 and libcrypto.so.3; the executable's permission to load libraries is limited to these. */
export const OPENSSL_FOLDERS = [
  `/lib/${Deno.build.arch}-linux-gnu`, // Debian has those of other machines beside it
  "/lib64",
  "/usr/lib64",
  "/usr/lib",
] as const;

/** The first of them that has the library: it is only looked for, not loaded, which would take 20 ms. */
export function openSslFolder(): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  return OPENSSL_FOLDERS.find((folder) => isFile(`${folder}/libssl.so.3`));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
