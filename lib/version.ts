/** Which program this is: what --version, the help header and reports say of it. */

/** Same as in deno.json; tests/version_test.ts compares the two. */
export const VERSION = "0.1.0";

/** scripts/build.ts puts the real values in place of the marks; run from source they stay marks. */
const STAMP = { commit: "@commit@", date: "@date@" };

/** The commit this executable was built from, "1a2b3c4d5e6f", with "+" behind it if there were changes; or "source". */
export function buildCommit(): string {
  return STAMP.commit.startsWith("@") ? "source" : STAMP.commit;
}

/** The day of that commit, "2026-01-31"; empty when run from source. */
export function buildDate(): string {
  return STAMP.date.startsWith("@") ? "" : STAMP.date;
}
