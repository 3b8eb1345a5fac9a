import { assert, assertEquals } from "@std/assert";
import { Deadlines, type TimeLimits, type Waiting } from "../../lib/association/deadlines.ts";
import type { Fault } from "../../lib/errors.ts";
import { waitFor } from "../peers/wait_for.ts";

const NOTHING: Waiting = { acse: undefined, oldestRequestMs: undefined, writing: false, bytesDue: false };

/** Runs time limits over what `waiting` says until one strikes, or `patienceMs` have passed. */
async function run(
  limits: TimeLimits,
  waiting: (deadlines: Deadlines) => Waiting,
  patienceMs = 10_000,
  undeliveredBytes = () => 0,
): Promise<Fault | undefined> {
  const strikes: Fault[] = [];
  const deadlines: Deadlines = new Deadlines(
    limits,
    () => waiting(deadlines),
    undeliveredBytes,
    (fault) => strikes.push(fault),
  );
  deadlines.acseStarted();
  const begin = performance.now();
  await waitFor("a time limit", () => strikes.length > 0 || performance.now() - begin > patienceMs);
  deadlines.stop();
  assert(strikes.length <= 1);
  return strikes[0];
}

Deno.test("each time limit names itself when it strikes", async () => {
  const begin = performance.now();
  const all: TimeLimits = { acseTimeoutSeconds: 0.2, dimseTimeoutSeconds: 0.2, socketTimeoutSeconds: 0.2 };
  const cases: readonly (readonly [limits: TimeLimits, waiting: Waiting, code: string, text: string])[] = [
    [all, { ...NOTHING, acse: "A-RELEASE-RP" }, "0006:031a", "no A-RELEASE-RP within 0.2 s (--acse-timeout)"],
    [
      { ...all, socketTimeoutSeconds: 0.1 },
      { ...NOTHING, acse: "A-ASSOCIATE-AC", bytesDue: true },
      "0006:031a",
      "no A-ASSOCIATE-AC within 0.2 s (--acse-timeout)",
    ],
    [
      { ...all, socketTimeoutSeconds: 0.1 },
      { ...NOTHING, oldestRequestMs: begin, bytesDue: true },
      "0006:0207",
      "no response within 0.2 s (--dimse-timeout)",
    ],
    [
      all,
      { ...NOTHING, bytesDue: true },
      "0006:0317",
      "no byte moved either way for 0.2 s (--socket-timeout)",
    ],
    [
      { acseTimeoutSeconds: 0.1, socketTimeoutSeconds: 0.2 },
      { ...NOTHING, oldestRequestMs: begin, bytesDue: true },
      "0006:0317",
      "no byte moved either way for 0.2 s (--socket-timeout)",
    ],
  ];
  await Promise.all(cases.map(async ([limits, waiting, code, text]) => {
    const fault = await run(limits, () => waiting);
    assertEquals([fault?.kind, fault?.code, fault?.transient], ["lost", code, true]);
    assert(fault?.message.endsWith(text), fault?.message);
  }));
});

Deno.test("no time limit strikes while nothing is awaited, while bytes move, or where there is none", async () => {
  const all: TimeLimits = { acseTimeoutSeconds: 0.1, dimseTimeoutSeconds: 0.1, socketTimeoutSeconds: 0.3 };
  const none: TimeLimits = { acseTimeoutSeconds: 0.1 };
  const faults = await Promise.all([
    run(all, () => NOTHING, 600),
    run(none, () => ({ ...NOTHING, oldestRequestMs: 0, bytesDue: true }), 600),
    run({ ...none, socketTimeoutSeconds: 0.3 }, (deadlines) => {
      deadlines.moved();
      return { ...NOTHING, bytesDue: true };
    }, 900),
    run({ ...all, dimseTimeoutSeconds: 5 }, () => ({
      ...NOTHING,
      oldestRequestMs: performance.now(), // another one each time: answers keep coming
      bytesDue: true,
    }), 600),
  ]);
  assertEquals(faults, [undefined, undefined, undefined, undefined]);
});

Deno.test("a limit set later strikes a peer that stalls, sooner while it is to take bytes than while its answer is due", async () => {
  for (const [writing, seconds] of [[true, 0.2], [false, 0.4]] as const) {
    let limited = false;
    const fault = await run({ acseTimeoutSeconds: 60, dimseTimeoutSeconds: 60 }, (deadlines) => {
      if (!limited) deadlines.limitStall({ writingSeconds: 0.2, otherwiseSeconds: 0.4 });
      limited = true;
      return { ...NOTHING, oldestRequestMs: performance.now(), writing, bytesDue: true };
    });
    assertEquals([fault?.kind, fault?.transient], ["lost", false]);
    assert(
      fault?.message.endsWith(`no byte moved either way for ${seconds} s after the stop was asked for`),
      fault?.message,
    );
  }
});

Deno.test("a limit set later strikes a peer that sends this and that, but no answer", async () => {
  let limited = false;
  const fault = await run({ acseTimeoutSeconds: 60, socketTimeoutSeconds: 60 }, (deadlines) => {
    if (!limited) deadlines.limitStall({ writingSeconds: 0.1, otherwiseSeconds: 0.3 });
    limited = true;
    deadlines.moved();
    return { ...NOTHING, oldestRequestMs: 0, bytesDue: true };
  });
  assertEquals(fault?.message, "no response within 0.3 s after the stop was asked for");
});

Deno.test("a limit set later counts from when it is set, not from the last byte before", async () => {
  const begin = performance.now();
  let asked = 0;
  const fault = await run({ acseTimeoutSeconds: 60 }, (deadlines) => {
    // Nothing has moved for longer than the limit allows.
    if (performance.now() - begin > 250 && asked++ === 0) {
      deadlines.limitStall({ writingSeconds: 0.2, otherwiseSeconds: 0.2 });
    }
    return { ...NOTHING, bytesDue: true };
  });
  assertEquals(fault?.kind, "lost");
  assert(asked > 1, "it struck at once");
});

Deno.test("no time limit strikes while what was written still reaches the peer; then they run anew", async () => {
  const due = { ...NOTHING, oldestRequestMs: performance.now(), bytesDue: true };
  for (const limit of ["dimseTimeoutSeconds", "socketTimeoutSeconds"] as const) {
    let left = 8;
    let isOver = false;
    const fault = await run({ acseTimeoutSeconds: 60, [limit]: 0.9 }, () => due, 10_000, () => {
      if (left > 0) left--;
      isOver = left === 0;
      return left;
    });
    assertEquals([isOver, fault?.kind], [true, "lost"], limit);
  }
});
