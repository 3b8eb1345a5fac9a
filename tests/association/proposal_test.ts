import { assert, assertEquals } from "@std/assert";
import {
  acceptedContexts,
  chooseContext,
  defaultContexts,
  MOST_CONTEXTS,
  neededContexts,
  numbered,
  type SyntaxWish,
  wasProposed,
} from "../../lib/association/proposal.ts";

const IMPLICIT = "1.2.840.10008.1.2";
const LITTLE = "1.2.840.10008.1.2.1";
const DEFLATED = "1.2.840.10008.1.2.1.99";
const BIG = "1.2.840.10008.1.2.2";
const JPEG = "1.2.840.10008.1.2.4.50";
const RLE = "1.2.840.10008.1.2.5";
const CT = "1.2.840.10008.5.1.4.1.1.2";
const MR = "1.2.840.10008.5.1.4.1.1.4";

const UNCOMPRESSED: SyntaxWish = {
  preferred: LITTLE,
  fallback: [BIG, IMPLICIT],
  exclusive: false,
  combine: false,
};

Deno.test("without wishes 64 classes are proposed with two contexts each, IDs 1, 3 ... 255", () => {
  const contexts = numbered(defaultContexts(UNCOMPRESSED));
  assertEquals(contexts.length, MOST_CONTEXTS);
  assertEquals(contexts.map(({ id }) => id), Array.from({ length: 128 }, (_, i) => 2 * i + 1));
  assertEquals(contexts[0], {
    id: 1,
    abstractSyntax: "1.2.840.10008.5.1.4.1.1.9.1.3",
    transferSyntaxes: [LITTLE],
  });
  assertEquals(contexts[1]?.transferSyntaxes, [BIG, IMPLICIT]);
  assertEquals(new Set(contexts.map(({ abstractSyntax }) => abstractSyntax)).size, 64);
  const combined = defaultContexts({ ...UNCOMPRESSED, combine: true });
  assertEquals([combined.length, combined[0]?.transferSyntaxes], [64, [LITTLE, BIG, IMPLICIT]]);
  assertEquals(defaultContexts({ ...UNCOMPRESSED, preferred: IMPLICIT, fallback: [] }).length, 64);
});

Deno.test("what files need is proposed: their own transfer syntax first, where the wish does not hold it", () => {
  const needs = [
    { sopClassUid: CT, transferSyntax: IMPLICIT },
    { sopClassUid: MR, transferSyntax: JPEG },
    { sopClassUid: CT, transferSyntax: RLE },
    { sopClassUid: CT, transferSyntax: RLE },
  ];
  const wished = (abstractSyntax: string) => [
    { abstractSyntax, transferSyntaxes: [LITTLE] },
    { abstractSyntax, transferSyntaxes: [BIG, IMPLICIT] },
  ];
  assertEquals(neededContexts(needs, UNCOMPRESSED), [[
    { abstractSyntax: CT, transferSyntaxes: [RLE] },
    ...wished(CT),
    { abstractSyntax: MR, transferSyntaxes: [JPEG] },
    ...wished(MR),
  ]]);
  assertEquals(
    neededContexts(needs, { ...UNCOMPRESSED, preferred: IMPLICIT, fallback: [], exclusive: true }),
    [[
      { abstractSyntax: CT, transferSyntaxes: [IMPLICIT] },
      { abstractSyntax: MR, transferSyntaxes: [IMPLICIT] },
    ]],
  );
  assertEquals(neededContexts([], UNCOMPRESSED), []);
});

Deno.test("no association gets more than 128 contexts, and no need is forgotten", () => {
  const needs = Array.from({ length: 200 }, (_, i) => ({ sopClassUid: `1.2.${i}`, transferSyntax: JPEG }));
  const associations = neededContexts(needs, UNCOMPRESSED);
  assertEquals(associations.map(({ length }) => length), [126, 126, 126, 126, 96]);
  for (const need of needs) assert(wasProposed(associations.flat(), need));
  const implicit = (count: number) =>
    needs.slice(0, count).map((need) => ({ ...need, transferSyntax: IMPLICIT }));
  assertEquals(neededContexts(implicit(64), UNCOMPRESSED).map(({ length }) => length), [128]);
  assertEquals(neededContexts(implicit(65), UNCOMPRESSED).map(({ length }) => length), [128, 2]);
  // One class with more transfer syntaxes than contexts: what is left over comes up again.
  const syntaxes = Array.from({ length: 300 }, (_, i) => ({ sopClassUid: CT, transferSyntax: `1.2.3.${i}` }));
  const [first = []] = neededContexts(syntaxes, UNCOMPRESSED);
  assertEquals(first.length, 128);
  assertEquals(syntaxes.filter((need) => wasProposed(first, need)).length, 128);
});

Deno.test("only answers that make sense are used; the others are told once", () => {
  const proposed = numbered([
    { abstractSyntax: CT, transferSyntaxes: [LITTLE] },
    { abstractSyntax: CT, transferSyntaxes: [BIG, IMPLICIT] },
    { abstractSyntax: MR, transferSyntaxes: [LITTLE] },
  ]);
  const cases: readonly (readonly [
    answered: readonly (readonly [id: number, result: number, transferSyntax: string])[],
    accepted: readonly string[],
    warnings: readonly string[],
  ])[] = [
    [[[1, 0, LITTLE], [3, 0, IMPLICIT], [5, 0, LITTLE]], ["1 LITTLE", "3 IMPLICIT", "5 LITTLE"], []],
    // In the order of the answer, not of the proposal.
    [[[5, 0, LITTLE], [1, 0, LITTLE]], ["5 LITTLE", "1 LITTLE"], []],
    [[[1, 1, ""], [3, 2, BIG], [5, 9, LITTLE]], [], []],
    [
      [[1, 0, LITTLE], [1, 0, LITTLE], [2, 0, LITTLE], [77, 0, LITTLE], [77, 0, LITTLE], [0, 0, LITTLE]],
      ["1 LITTLE"],
      ["ignoring the peer's answer for presentation context 1, 2, 77, 0: not proposed, or already answered"],
    ],
    // Refused and accepted: the first answer holds.
    [[[1, 3, ""], [1, 0, LITTLE]], [], [
      "ignoring the peer's answer for presentation context 1: not proposed, or already answered",
    ]],
    [[[1, 0, RLE], [3, 0, LITTLE]], [], [
      `ignoring presentation context 1: accepted with a transfer syntax ${RLE} that was not proposed`,
      `ignoring presentation context 3: accepted with a transfer syntax ${LITTLE} that was not proposed`,
    ]],
    [[[1, 0, ""], [3, 0, "\x1b[2J\nI: stored"]], [], [
      "ignoring presentation context 1: accepted with a transfer syntax that was not proposed",
      "ignoring presentation context 3: accepted with a transfer syntax that was not proposed",
    ]],
    [[], [], []],
  ];
  const names = new Map([[LITTLE, "LITTLE"], [IMPLICIT, "IMPLICIT"], [BIG, "BIG"]]);
  for (const [answered, expected, expectedWarnings] of cases) {
    const warnings: string[] = [];
    const answers = answered.map(([id, result, transferSyntax]) => ({ id, result, transferSyntax }));
    const accepted = acceptedContexts(proposed, answers, (text) => warnings.push(text));
    assertEquals(accepted.map(({ id, transferSyntax }) => `${id} ${names.get(transferSyntax)}`), expected);
    assertEquals(warnings, expectedWarnings);
  }
});

Deno.test("DCMTK's order chooses the context: own, explicit, implicit, any; never one that does not fit", () => {
  const accepted = (...syntaxes: string[]) =>
    syntaxes.map((transferSyntax, i) => ({ id: 2 * i + 1, abstractSyntax: CT, transferSyntax }));
  const chosen = (syntaxes: string[], own: string, fits: readonly string[], deflate = false) =>
    chooseContext(
      accepted(...syntaxes),
      { sopClassUid: CT, transferSyntax: own },
      (uid) => fits.includes(uid),
      deflate,
    )?.transferSyntax;
  const native = [IMPLICIT, LITTLE, BIG, DEFLATED];
  assertEquals(chosen([IMPLICIT, BIG, LITTLE], LITTLE, native), LITTLE);
  assertEquals(chosen([IMPLICIT, BIG, LITTLE], IMPLICIT, native), IMPLICIT);
  assertEquals(chosen([IMPLICIT, BIG, LITTLE], DEFLATED, native), BIG);
  assertEquals(chosen([DEFLATED, IMPLICIT], LITTLE, native), IMPLICIT);
  assertEquals(chosen([DEFLATED], LITTLE, native), DEFLATED);
  assertEquals(chosen([LITTLE, DEFLATED], LITTLE, native, true), DEFLATED);
  assertEquals(chosen([LITTLE], LITTLE, native, true), LITTLE);
  assertEquals(chosen([LITTLE, JPEG], JPEG, [JPEG]), JPEG);
  assertEquals(chosen([DEFLATED, JPEG], JPEG, [JPEG], true), JPEG);
  assertEquals(chosen([LITTLE, RLE], JPEG, [JPEG]), undefined);
  assertEquals(chosen([], LITTLE, native), undefined);
  const other = chooseContext(
    accepted(LITTLE),
    { sopClassUid: MR, transferSyntax: LITTLE },
    () => true,
  );
  assertEquals(other, undefined);
});

Deno.test("a class and a transfer syntax count as proposed only together", () => {
  const proposed = [
    { abstractSyntax: CT, transferSyntaxes: [LITTLE, IMPLICIT] },
    { abstractSyntax: MR, transferSyntaxes: [JPEG] },
  ];
  assert(wasProposed(proposed, { sopClassUid: CT, transferSyntax: IMPLICIT }));
  assert(!wasProposed(proposed, { sopClassUid: CT, transferSyntax: JPEG }));
  assert(!wasProposed(proposed, { sopClassUid: MR, transferSyntax: LITTLE }));
});
