/** The C library of a Linux system, for what Deno does not offer. */

/** Places of glibc; the executable's permission to load libraries is limited to these files (deno.json). */
const LIBC_PATHS = [
  "/lib/x86_64-linux-gnu/libc.so.6",
  "/lib/aarch64-linux-gnu/libc.so.6",
  "/lib64/libc.so.6",
  "/usr/lib64/libc.so.6",
  "/usr/lib/libc.so.6",
];

/** Loads these functions, or answers undefined where that is not possible: another system, no permission. */
export function openLibc<S extends Deno.ForeignLibraryInterface>(
  symbols: S,
): Deno.DynamicLibrary<S> | undefined {
  if (Deno.build.os !== "linux") return undefined;
  for (const path of LIBC_PATHS) {
    try {
      return Deno.dlopen(path, symbols);
    } catch {
      // not this distribution's place, or not permitted: the next one, or none
    }
  }
  return undefined;
}
