import { assertEquals, assertThrows } from "@std/assert";
import {
  ACTION,
  type Event,
  STATE,
  type State,
  StateMachine,
  TRANSITIONS,
} from "../../lib/association/states.ts";

/**
 * PS3.8 table 9-10, copied from there row by row: for each event the action and the next state, by state. Left out are
 * the columns of the acceptor (Sta2, Sta3, Sta10, Sta12), its events (Evt5, Evt7, Evt8), and Evt9 in Sta8, which is
 * about sending more after the peer has asked to release: this program aborts then.
 */
const TABLE = `
                       Sta1     Sta4     Sta5      Sta6      Sta7      Sta8      Sta9      Sta11     Sta13
Evt1  associateRequest AE1/4    -        -         -         -         -         -         -         -
Evt2  transportConnected -      AE2/5    -         -         -         -         -         -         -
Evt3  associateAcPdu   -        -        AE3/6     AA8/13    AA8/13    AA8/13    AA8/13    AA8/13    AA6/13
Evt4  associateRjPdu   -        -        AE4/1     AA8/13    AA8/13    AA8/13    AA8/13    AA8/13    AA6/13
Evt6  associateRqPdu   -        -        AA8/13    AA8/13    AA8/13    AA8/13    AA8/13    AA8/13    AA7/13
Evt9  dataRequest      -        -        -         DT1/6     -         -         -         -         -
Evt10 dataPdu          -        -        AA8/13    DT2/6     AR6/7     AA8/13    AA8/13    AA8/13    AA6/13
Evt11 releaseRequest   -        -        -         AR1/7     -         -         -         -         -
Evt12 releaseRqPdu     -        -        AA8/13    AR2/8     AR8/9     AA8/13    AA8/13    AA8/13    AA6/13
Evt13 releaseRpPdu     -        -        AA8/13    AA8/13    AR3/1     AA8/13    AA8/13    AR3/1     AA6/13
Evt14 releaseResponse  -        -        -         -         -         AR4/13    AR9/11    -         -
Evt15 abortRequest     -        AA2/1    AA1/13    AA1/13    AA1/13    AA1/13    AA1/13    AA1/13    -
Evt16 abortPdu         -        -        AA3/1     AA3/1     AA3/1     AA3/1     AA3/1     AA3/1     AA2/1
Evt17 transportClosed  -        AA4/1    AA4/1     AA4/1     AA4/1     AA4/1     AA4/1     AA4/1     AR5/1
Evt18 artimExpired     -        -        -         -         -         -         -         -         AA2/1
Evt19 invalidPdu       -        -        AA8/13    AA8/13    AA8/13    AA8/13    AA8/13    AA8/13    AA7/13
`;

/** "Sta5 associateAcPdu AE3 Sta6" for every cell that is not empty. */
function cells(): string[] {
  const [head = "", ...rows] = TABLE.trim().split("\n");
  const states = head.trim().split(/\s+/);
  return rows.flatMap((row) => {
    const [, event, ...actions] = row.split(/\s+/);
    return actions.flatMap((cell, column) => {
      const [action, next] = cell.split("/");
      return next === undefined ? [] : [`${states[column]} ${event} ${action} Sta${next}`];
    });
  });
}

Deno.test("the state table is that of PS3.8 table 9-10", () => {
  const ours = Object.entries(TRANSITIONS).flatMap(([state, row]) =>
    Object.entries(row).map(([event, [action, next]]) => `${state} ${event} ${action} ${next}`)
  );
  assertEquals(cells().length, 78);
  assertEquals(ours.sort(), cells().sort());
});

Deno.test("every state and every action of the table can be reached", () => {
  const reached = new Set<State>(["Sta1"]);
  const actions = new Set<string>();
  for (let before = 0; before !== reached.size;) {
    before = reached.size;
    for (const state of [...reached]) {
      for (const [action, next] of Object.values(TRANSITIONS[state])) {
        reached.add(next);
        actions.add(action);
      }
    }
  }
  assertEquals([...reached].sort(), Object.keys(STATE).sort());
  assertEquals([...actions].sort(), Object.keys(ACTION).sort());
});

Deno.test("the machine goes through a whole association, and through a release collision", () => {
  const walk = (...events: Event[]) => {
    const machine = new StateMachine();
    return events.map((event) => `${machine.on(event)} ${machine.state}`);
  };
  assertEquals(
    walk(
      "associateRequest",
      "transportConnected",
      "associateAcPdu",
      "dataRequest",
      "dataPdu",
      "releaseRequest",
      "releaseRpPdu",
    ),
    ["AE1 Sta4", "AE2 Sta5", "AE3 Sta6", "DT1 Sta6", "DT2 Sta6", "AR1 Sta7", "AR3 Sta1"],
  );
  assertEquals(
    walk(
      "associateRequest",
      "transportConnected",
      "associateAcPdu",
      "releaseRequest",
      "releaseRqPdu",
      "releaseResponse",
      "releaseRpPdu",
    ),
    ["AE1 Sta4", "AE2 Sta5", "AE3 Sta6", "AR1 Sta7", "AR8 Sta9", "AR9 Sta11", "AR3 Sta1"],
  );
});

Deno.test("an event that cannot happen in a state is a mistake of ours, and changes nothing", () => {
  const machine = new StateMachine();
  assertThrows(() => machine.on("releaseRequest"), RangeError, "releaseRequest in Sta1 (Idle)");
  assertEquals(machine.state, "Sta1");
});
