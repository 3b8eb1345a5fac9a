/** What peers do, right and wrong, and what becomes of a run then. */

import type { Case } from "../case.ts";
import type { DifferenceName } from "../differences.ts";
import * as peers from "../peers.ts";

/** Failures halt without a word in DCMTK. */
function status(value: number, ...differs: DifferenceName[]): Case {
  return { args: "-v $ a.dcm", peer: peers.statuses(value), differs };
}

function answer(peer: peers.CasePeer, ...differs: DifferenceName[]): Case {
  return { args: "-v $ a.dcm", peer, differs: ["not-sent-line", ...differs] };
}

function response(peer: peers.CasePeer, ...differs: DifferenceName[]): Case {
  return {
    args: "-v $ a.dcm b.dcm",
    peer,
    differs,
    mayDiffer: ["lost-exit-code", "not-sent-line"],
  };
}

function length(maximumBytes: number, ...differs: DifferenceName[]): Case {
  return { args: "-v $ large.dcm", peer: peers.maxPdu(maximumBytes), differs };
}

export const ASSOCIATION: readonly Case[] = [
  // statuses
  ...[0x0001, 0x0107, 0x0116, 0xb000, 0xb006, 0xb007, 0xb123].map((value) => status(value, "warning-line")),
  ...[0x0110, 0x0117, 0x0122, 0x0124, 0x0210, 0x0211, 0x0212, 0xa700, 0xa7ff, 0xa900, 0xc000, 0xcfff, 0xd000]
    .map((value) => status(value, "refused-line")),
  ...[0xfe00, 0xff00].map((value) => status(value, "refused-line")),
  ...[0x0002, 0x00ff].map((value) => status(value, "refused-line", "low-status-exit-code")),
  { args: "$ a.dcm", peer: peers.statuses(0xa700), differs: ["refused-line"] },
  { args: "-q $ a.dcm", peer: peers.statuses(0xa700) },
  {
    args: "-v $ a.dcm b.dcm c.dcm",
    peer: peers.statuses(0, 0xa700),
    differs: ["refused-line", "not-sent-line"],
  },
  {
    args: "-v -nh $ a.dcm b.dcm c.dcm",
    peer: peers.statuses(0, 0xa700, 0),
    differs: ["refused-line", "no-halt-exit-code"],
  },
  {
    args: "+rn -nh $ a.dcm b.dcm c.dcm",
    peer: peers.statuses(0, 0xa700, 0xb000),
    differs: ["refused-line", "no-halt-exit-code"],
  },
  {
    args: "-R -d $ a.dcm",
    peer: peers.statuses(0xb000),
    differs: ["warning-line", "debug-lines"],
  },
  {
    args: "-R -d $ a.dcm",
    peer: peers.statuses(0xc001),
    differs: ["refused-line", "debug-lines"],
  },

  // answers to the association request
  answer(peers.rejects(1, 1, 1)),
  answer(peers.rejects(1, 1, 2)),
  answer(peers.rejects(1, 1, 3)),
  answer(peers.rejects(1, 1, 7)),
  answer(peers.rejects(1, 2, 1)),
  answer(peers.rejects(1, 2, 2)),
  answer(peers.rejects(2, 3, 1)),
  answer(peers.rejects(2, 3, 2)),
  answer(peers.rejects(1, 1, 9), "rejection-words"),
  answer(peers.rejects(3, 4, 5), "rejection-words"),
  {
    args: "-v -ta 1 $ a.dcm",
    peer: peers.SILENT,
    differs: ["reasons", "violations-told", "not-sent-line"],
  },
  answer(peers.CLOSES_AT_ONCE, "reasons"),
  answer(peers.ABORTS_AT_ONCE, "reasons"),
  answer(peers.GARBAGE_AT_ONCE, "reasons", "violations-told"),
  answer(peers.ASKS_RELEASE_AT_ONCE, "violations-told"),

  { args: "-d -R $ a.dcm", peer: peers.rejects(1, 1, 7), differs: ["debug-lines", "not-sent-line"] },
  { args: "-d -R $ a.dcm", peer: peers.OTHER_TITLES, differs: ["debug-lines"] },
  { args: "-d -R $ large.dcm", peer: peers.NO_MAX_PDU, differs: ["debug-lines"] },

  // in the middle of a store
  {
    args: "-v -td 1 $ a.dcm b.dcm",
    peer: peers.NEVER_RESPONDS,
    differs: ["reasons", "lost-exit-code", "not-sent-line"],
  },
  {
    args: "-v -ts 3 $ a.dcm",
    peer: peers.NEVER_RESPONDS,
    differs: ["reasons", "violations-told"],
    mayDiffer: ["lost-exit-code"],
  },
  ...[peers.ABORTS_DURING, peers.CLOSES_DURING].map((peer): Case => ({
    args: "-v $ large.dcm b.dcm",
    peer,
    accidental: /^association 1: (?!RQ)/,
    differs: ["reasons"],
    mayDiffer: ["lost-exit-code", "not-sent-line"],
  })),
  response(peers.ABORTS_THEN, "reasons"),
  response(peers.CLOSES_THEN, "reasons"),
  response(peers.GARBAGE_THEN, "reasons", "violations-told"),
  response(peers.ASKS_RELEASE_THEN),
  response(peers.WRONG_MESSAGE_ID),
  response(peers.WRONG_COMMAND),
  response(peers.EMPTY_RESPONSE, "reasons"),
  {
    args: "-v -td 1 $ a.dcm b.dcm",
    peer: peers.WRONG_CONTEXT,
    differs: ["reasons", "response-on-other-context", "lost-exit-code"],
  },
  {
    args: "-v -td 1 $ a.dcm b.dcm",
    peer: peers.WRONG_INSTANCE,
    differs: ["reasons", "response-on-other-instance", "lost-exit-code"],
  },
  {
    args: "-v -nh $ a.dcm b.dcm",
    peer: peers.ABORTS_BETWEEN,
    differs: ["reconnecting"],
    mayDiffer: ["reasons"],
  },
  { args: "-v -td 1 $ a.dcm", peer: peers.SLOW, differs: ["reasons", "lost-exit-code"] },
  { args: "-v -td 60 -ts 3 $ a.dcm", peer: peers.SLOW },
  { args: "-v -ts 0 $ a.dcm", peer: peers.SLOW },
  { args: "-v -ts -1 $ a.dcm", peer: peers.SLOW },

  // at the end
  {
    args: "-v -ta 4 $ a.dcm",
    peer: peers.NEVER_RELEASES,
    differs: ["reasons", "violations-told", "lost-exit-code"],
  },
  {
    args: "-v $ a.dcm",
    peer: peers.ABORTS_RELEASE,
    differs: ["reasons", "lost-exit-code"],
  },
  {
    args: "-v $ a.dcm",
    peer: peers.CLOSES_RELEASE,
    differs: ["reasons", "lost-exit-code"],
  },
  { args: "-v --abort $ a.dcm" },
  { args: "-v --abort -ta 4 $ a.dcm", peer: peers.HANGS_AFTER_ABORT },

  // lengths
  { args: "-pdu 4096 $ a.dcm" },
  { args: "-pdu 4097 $ a.dcm" },
  { args: "-pdu 131072 $ a.dcm" },
  { args: "--max-send-pdu 4096 $ large.dcm" },
  { args: "-v --max-send-pdu 4096 $ large.dcm", differs: ["max-send-line"] },
  { args: "--max-send-pdu 5001 $ large.dcm", differs: ["odd-max-send-pdu"] },
  { args: "--max-send-pdu 131072 $ large.dcm" },
  { args: "--max-send-pdu 4096 $ large.dcm", peer: peers.maxPdu(0) },
  ...[0, 4096, 4097, 16384, 131072, 131073, 1_000_000, 0xffff_ffff].map((bytes) => length(bytes)),
  length(1, "small-max-pdu", "not-sent-line"),
  length(13, "small-max-pdu", "not-sent-line"),
  length(14, "small-max-pdu"),
  length(23, "small-max-pdu"),
  length(26, "small-max-pdu"),

  // limits and the environment
  { args: "-to 5 -ta 5 -td 5 -ts 5 $ a.dcm" },
  { args: "$ a.dcm", env: { TCP_NODELAY: "0" } },
  { args: "$ a.dcm", env: { TCP_NODELAY: "1" } },
  { args: "$ a.dcm", env: { TCP_NODELAY: "x" } },
  { args: "$ a.dcm", env: { TCP_BUFFER_LENGTH: "65536" } },
  { args: "$ a.dcm", env: { TCP_BUFFER_LENGTH: "x" } },
  {
    args: "-R -d $ a.dcm",
    env: { TCP_BUFFER_LENGTH: "65536" },
    differs: ["debug-lines", "socket-buffers"],
  },

  // the log at every level
  { args: "-ll fatal $ broken/text.dcm" },
  { args: "-ll error $ a.dcm" },
  { args: "-ll warn $ a.dcm" },
  { args: "-ll INFO $ a.dcm" },
  { args: "-ll off $ missing.dcm" },
  { args: "-R -d $ a.dcm", differs: ["debug-lines"] },
  { args: "-R -ll trace $ a.dcm", differs: ["debug-lines"] },
  { args: "-v -d -q $ missing.dcm" },
];
