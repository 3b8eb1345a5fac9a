/**
 * Tries inputs, one after the other, and says so on standard output, a line of JSON each time. The other half of
 * scripts/fuzz.ts, which starts it with the wish as its only argument.
 */

import { Fault } from "../../lib/errors.ts";
import { say } from "../run_command.ts";
import { Random } from "../../tests/dataset/made_up_data_sets.ts";
import { mutate } from "./mutate.ts";
import { type Target, TARGETS } from "./targets.ts";

/** What the worker says before each input, and at the end. */
export interface Progress {
  readonly target: string;
  /** Of what was mutated. */
  readonly name: string;
  readonly seed: number;
  readonly count: number;
  readonly problem?: string;
  readonly done?: true;
}

/** What the worker is asked to do. */
export interface Wish {
  readonly seconds: number;
  readonly seed: number;
  readonly targets: readonly string[];
}

/** Saying so before each of some thousand inputs a second would be all that happens. */
const SAY_EVERY_MS = 100;

function tell(progress: Progress): void {
  say(JSON.stringify(progress));
}

async function tryTargets({ seconds, seed: firstSeed, targets: names }: Wish): Promise<void> {
  const targets = TARGETS.filter(({ name }) => names.length === 0 || names.includes(name));
  if (targets.length === 0) {
    throw new Error(`no such target; there are ${TARGETS.map(({ name }) => name).join(", ")}`);
  }
  const counts = new Map<string, number>();
  const end = Date.now() + seconds * 1000;
  let said = 0;
  for (let seed = firstSeed; Date.now() < end; seed++) {
    const random = new Random(seed);
    const target = random.pick(targets);
    const corpus = await corpusOf(target);
    const [name, bytes] = random.pick(corpus);
    const input = mutate(bytes, random.pick(corpus)[1], random);
    const count = (counts.get(target.name) ?? 0) + 1;
    counts.set(target.name, count);
    if (Date.now() - said > SAY_EVERY_MS || count === 1) {
      said = Date.now();
      tell({ target: target.name, name, seed, count });
    }
    const started = Date.now();
    const problem = await problemOf(target, input, random);
    if (Date.now() - started > 2000) said = 0;
    if (problem === undefined) continue;
    const kept = await Deno.makeTempFile({ prefix: `fuzz-${target.name}-`, suffix: ".bin" });
    await Deno.writeFile(kept, input);
    tell({ target: target.name, name, seed, count, problem: `${problem}\nthe input is in ${kept}` });
    return;
  }
  tell({ target: "", name: "", seed: 0, count: 0, done: true });
}

const corpora = new Map<Target, Promise<readonly (readonly [string, Uint8Array])[]>>();

function corpusOf(target: Target): Promise<readonly (readonly [string, Uint8Array])[]> {
  let corpus = corpora.get(target);
  if (corpus === undefined) corpora.set(target, corpus = target.corpus());
  return corpus;
}

async function problemOf(target: Target, input: Uint8Array, random: Random): Promise<string | undefined> {
  try {
    await target.run(input, random);
    return undefined;
  } catch (caught) {
    if (caught instanceof Fault && caught.kind !== "bug") return undefined;
    return caught instanceof Error ? caught.stack ?? caught.message : String(caught);
  }
}

try {
  await tryTargets(JSON.parse(Deno.args[0] ?? ""));
} catch (caught) {
  const problem = caught instanceof Error ? caught.message : String(caught);
  tell({ target: "", name: "", seed: 0, count: 0, problem });
}
