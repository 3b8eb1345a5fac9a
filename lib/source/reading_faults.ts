import { Fault } from "../errors.ts";

/** What the operating system says, in words, about a file or folder that cannot be read. */
export function cannotRead(path: string, caught: unknown): Fault {
  if (caught instanceof Fault) return caught;
  const remedy = caught instanceof Deno.errors.NotCapable
    ? "copy it to another folder, or give it on standard input: /dev/stdin"
    : undefined;
  return new Fault("input", `cannot read ${path}: ${reasonOf(caught)}`, { cause: caught, remedy });
}

/** What the operating system says, in words, without the path. */
export function reasonOf(caught: unknown): string {
  if (caught instanceof Deno.errors.NotFound) return "no such file or folder";
  if (caught instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (caught instanceof Deno.errors.NotCapable) return "the runtime opens no files of /dev, /proc and /sys";
  if (caught instanceof Deno.errors.FilesystemLoop) return "too many symbolic links lead to each other";
  if (caught instanceof Deno.errors.IsADirectory) return "it is a directory";
  if (caught instanceof Deno.errors.NotADirectory) return "a part of the path is not a folder";
  const text = caught instanceof Error ? caught.message : String(caught);
  // "No such device or address (os error 6): open '/x'"
  return text.replace(/ \(os error \d+\).*$/, "");
}
