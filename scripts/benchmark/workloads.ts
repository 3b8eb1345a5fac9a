/** The rows of the table: what is sent to whom, and by which senders. */

import { type DataSetKind, KINDS } from "./data.ts";
import type { PeerName } from "./peers.ts";
import type { SenderName } from "./senders.ts";

export interface Workload {
  readonly name: string;
  readonly peer: PeerName;
  /** Undefined: --version, nothing is sent. */
  readonly kind: DataSetKind | undefined;
  /** So many of the files; all if absent. */
  readonly count?: number;
  /** With --quick. */
  readonly quickCount?: number;
  /** The first is the one that the others are compared with. */
  readonly senders: readonly SenderName[];
  /** Read from the disk: taken out of memory before each sender's turn. */
  readonly cold?: true;
  /** What the floor needs to know of the peer. */
  readonly pduBytes?: number;
  /** No more rounds than this: it takes long. */
  readonly mostRounds?: number;
  /** Left out with --quick. */
  readonly long?: true;
}

const TUNED: readonly SenderName[] = ["storescu, TCP_NODELAY=1", "dcmsend, TCP_NODELAY=1"];
const DCMTK: readonly SenderName[] = [
  "storescu",
  "storescu, TCP_NODELAY=1",
  "dcmsend",
  "dcmsend, TCP_NODELAY=1",
];

/** DCMTK with its defaults takes 45 to 90 ms for each file: it gets fewer of them. */
const FEW = 100;

export const WORKLOADS: readonly Workload[] = [
  { name: "--version", peer: "receiver", kind: undefined, senders: ["ours", "storescu", "dcmsend"] },
  {
    name: "1 file of 10 KB",
    peer: "receiver",
    kind: KINDS.small,
    count: 1,
    senders: ["ours", "floor", ...DCMTK],
  },
  { name: "1 object of 800 MB", peer: "receiver", kind: KINDS.large, senders: ["ours", "floor", ...DCMTK] },
  {
    name: "400 CT of 530 KB",
    peer: "receiver",
    kind: KINDS.ct,
    quickCount: 100,
    senders: ["ours", "floor", ...TUNED],
  },
  {
    name: "3,000 of 10 KB",
    peer: "receiver",
    kind: KINDS.small,
    quickCount: 500,
    senders: ["ours", "floor", ...TUNED],
  },
  {
    name: "400 CT of 530 KB, not in memory",
    peer: "receiver",
    kind: KINDS.ct,
    quickCount: 100,
    senders: ["ours", "floor", ...TUNED],
    cold: true,
  },
  {
    name: "3,000 of 10 KB, not in memory",
    peer: "receiver",
    kind: KINDS.small,
    quickCount: 500,
    senders: ["ours", "floor", ...TUNED],
    cold: true,
  },
  {
    name: "20,000 of 10 KB",
    peer: "receiver",
    kind: KINDS.many,
    senders: ["ours", "--jobs 8", "floor", ...TUNED],
    mostRounds: 1,
    long: true,
  },
  {
    name: "1 object of 2 GB",
    peer: "receiver",
    kind: KINDS.huge,
    senders: ["ours", "floor", ...TUNED],
    mostRounds: 3,
  },
  {
    name: "1 object of 800 MB",
    peer: "receiver, 16 KB PDUs",
    kind: KINDS.large,
    senders: ["ours", "floor", ...TUNED],
    pduBytes: 16384,
  },
  {
    name: "400 CT of 530 KB",
    peer: "receiver, 16 KB PDUs",
    kind: KINDS.ct,
    quickCount: 100,
    senders: ["ours", "floor", ...TUNED],
    pduBytes: 16384,
  },
  {
    name: "400 CT, implicit to explicit VR",
    peer: "receiver, explicit only",
    kind: KINDS.implicitCt,
    quickCount: 100,
    senders: ["ours", ...TUNED],
  },
  {
    name: "2,000 CT, implicit to explicit VR",
    peer: "receiver, explicit only",
    kind: KINDS.implicitCts,
    senders: ["ours", "storescu, TCP_NODELAY=1"],
    long: true,
  },
  {
    name: "1 object of 500 MB, implicit to explicit VR",
    peer: "receiver, explicit only",
    kind: KINDS.implicitLarge,
    senders: ["ours", "storescu, TCP_NODELAY=1"],
    long: true,
  },
  {
    name: "1 object of 800 MB, to big endian",
    peer: "receiver, big endian only",
    kind: KINDS.large,
    senders: ["ours", "storescu, TCP_NODELAY=1"],
    long: true,
  },
  {
    name: "600 of 10 KB",
    peer: "receiver, answers after 20 ms",
    kind: KINDS.small,
    count: 600,
    quickCount: 100,
    senders: ["ours", "--jobs 8", "--max-ops-invoked 16", "storescu, TCP_NODELAY=1"],
  },
  {
    name: "400 CT of 530 KB",
    peer: "storescp --ignore, TLS",
    kind: KINDS.ct,
    quickCount: 100,
    senders: ["ours", "storescu, TCP_NODELAY=1"],
  },
  {
    name: "100 of 10 KB",
    peer: "storescp --ignore",
    kind: KINDS.small,
    count: FEW,
    quickCount: 20,
    senders: ["ours", "floor", ...DCMTK],
  },
  {
    name: "100 of 10 KB",
    peer: "Orthanc",
    kind: KINDS.small,
    count: FEW,
    quickCount: 20,
    senders: ["ours", "floor", ...DCMTK],
  },
  {
    name: "400 CT of 530 KB",
    peer: "Orthanc",
    kind: KINDS.ct,
    quickCount: 20,
    senders: ["ours", "--jobs 8", "storescu, TCP_NODELAY=1"],
    long: true,
  },
];
