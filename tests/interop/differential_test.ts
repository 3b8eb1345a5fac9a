/**
 * The same arguments for DCMTK's storescu and for ours, each against a peer of its own that notes every byte. Exit code,
 * lines on both streams, what was proposed, sent and left behind must be the same, apart from the differences that a case
 * names (see differential/differences.ts, and README).
 *
 * The runs of several cases overlap, because most of them wait: for a time limit, or for the other program to start.
 */

import { assertEquals } from "@std/assert";
import { have } from "../peers/available.ts";
import { runDcmtk } from "../peers/run_storescu.ts";
import { type Case, nameOf } from "./differential/case.ts";
import { CASES } from "./differential/cases.ts";
import { claim } from "./differential/claims.ts";
import { oneSided } from "./differential/compare.ts";
import { ANYWHERE } from "./differential/differences.ts";
import { observe } from "./differential/observe.ts";
import { writeSpecimens } from "./differential/specimens.ts";

const AT_A_TIME = 6;
/** Of each case's complaints. */
const MOST_LINES = 40;

/** All cases, started when the first result is asked for. */
class Runs {
  #results: readonly PromiseWithResolvers<string>[] | undefined;
  #work: Promise<void> | undefined;

  /** What is wrong in case `index`; empty when nothing is. */
  result(index: number): Promise<string> {
    this.#results ??= this.#start();
    return this.#results[index]?.promise ?? Promise.resolve("no such case");
  }

  async end(): Promise<void> {
    await this.#work;
  }

  #start(): PromiseWithResolvers<string>[] {
    const results = CASES.map(() => Promise.withResolvers<string>());
    for (const { promise } of results) promise.catch(() => {});
    this.#work = this.#runAll(results);
    return results;
  }

  async #runAll(results: readonly PromiseWithResolvers<string>[]): Promise<void> {
    const specimens = await Deno.makeTempDir({ prefix: "specimens-" });
    try {
      await writeSpecimens(specimens);
      const queue = CASES.entries();
      const worker = async () => {
        for (const [index, case_] of queue) {
          const { resolve, reject } = results[index] ?? Promise.withResolvers<string>();
          await complaints(case_, specimens).then(resolve, reject);
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    } catch (caught) {
      for (const { reject } of results) reject(caught);
    } finally {
      await Deno.remove(specimens, { recursive: true });
    }
  }
}

async function complaints(case_: Case, specimens: string): Promise<string> {
  const { differs = [], mayDiffer = [] } = case_;
  const [theirs, ours] = await Promise.all([
    observe("DCMTK", case_, specimens),
    observe("ours", case_, specimens),
  ]);
  const differing = oneSided(comparable(case_, theirs), comparable(case_, ours));
  const { unclaimed, idle } = claim(differing, [...differs, ...mayDiffer, ...ANYWHERE]);
  return [
    ...unclaimed.slice(0, MOST_LINES).map(({ side, line }) => `${side} ${line}`),
    ...unclaimed.length > MOST_LINES ? [`and ${unclaimed.length - MOST_LINES} more`] : [],
    ...idle.filter((name) => differs.includes(name)).map((name) => `there is no difference "${name}"`),
  ].join("\n");
}

function comparable({ accidental }: Case, lines: readonly string[]): string[] {
  return lines.filter((line) => accidental?.test(line) !== true);
}

const runs = new Runs();
/** What differs is written down for this version. */
const ignore = !have("storescu", "openssl") ||
  !(await runDcmtk(["storescu", "--version"])).stdout.includes("v3.6.7 ");

for (const [index, case_] of CASES.entries()) {
  Deno.test({
    name: nameOf(case_),
    ignore,
    // Other cases are under way.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => assertEquals(await runs.result(index), ""),
  });
}

Deno.test({
  name: "the differential cases come to an end",
  ignore,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () => runs.end(),
});
