/** One association from its request to its end, as a sender does it, for tests of what peers make of it. */

import { Association, type AssociationOptions } from "../../lib/association/association.ts";
import type { Duplex } from "../../lib/association/duplex.ts";
import { findSocket } from "../../lib/association/socket.ts";
import { tcpDuplex } from "../../lib/association/tcp_duplex.ts";
import { connectTcp } from "../../lib/association/transport.ts";
import type { ByteSource } from "../../lib/bytes/source.ts";
import type { DimseRsp } from "../../lib/dimse/messages.ts";
import { Fault } from "../../lib/errors.ts";
import { APPLICATION_CONTEXT } from "../../lib/dicom/uids.ts";
import type { AssociateRq } from "../../lib/pdu/types.ts";

export const CT = "1.2.840.10008.5.1.4.1.1.2";
export const LITTLE = "1.2.840.10008.1.2.1";
export const IMPLICIT = "1.2.840.10008.1.2";

export const RQ: AssociateRq = {
  type: "associateRq",
  calledAeTitle: "ANY-SCP",
  callingAeTitle: "STORESCU",
  applicationContext: APPLICATION_CONTEXT,
  contexts: [
    { id: 1, abstractSyntax: CT, transferSyntaxes: [LITTLE] },
    { id: 3, abstractSyntax: CT, transferSyntaxes: [IMPLICIT] },
  ],
  maximumLengthReceived: 16384,
  implementationClassUid: "1.2.826.0.1.3680043.2.1396.999",
  implementationVersionName: "TEST",
  operationsWindow: undefined,
  roles: [],
  extended: [],
  userIdentity: undefined,
};

/** Long enough never to strike unless a test is about them. */
export const PATIENT = { acseTimeoutSeconds: 60, dimseTimeoutSeconds: 60, socketTimeoutSeconds: 60 };

// The system's library stays open once it was used; open it before any test counts what it leaves open.
findSocket(
  { transport: "tcp", hostname: "127.0.0.1", port: 1 },
  { transport: "tcp", hostname: "127.0.0.1", port: 1 },
);

export async function connectTo(port: number): Promise<Duplex> {
  return tcpDuplex(await connectTcp({ peer: "127.0.0.1", port, family: "ipv4", noDelay: true }));
}

/** `lengthBytes` bytes that differ from place to place. */
export function bytesOf(lengthBytes: number): ByteSource {
  let at = 0;
  return {
    fill(into) {
      const put = Math.min(into.length, lengthBytes - at);
      for (let i = 0; i < put; i++) into[i] = patternAt(at + i);
      at += put;
      return put;
    },
    get ended() {
      return at === lengthBytes;
    },
    close() {},
  };
}

export function patternAt(offset: number): number {
  return (offset + (offset >> 8) * 7) & 0xff;
}

/** Much more than any buffer on the way takes: whoever reads nothing stalls the sender, who must notice all the same. */
export function endlessBytes(): ByteSource {
  return { fill: (into) => into.length, ended: false, close() {} };
}

export interface Course {
  readonly options?: Partial<AssociationOptions>;
  /** One C-STORE after the other. Default: one of 1000 bytes. */
  readonly sources?: readonly ByteSource[];
  readonly end?: "release" | "abort";
}

/** What an association came to: each response, and how far it got before which fault. */
export interface Ending {
  readonly statuses: readonly number[];
  readonly responses: readonly DimseRsp[];
  readonly fault: Fault | undefined;
  readonly during: "request" | "store" | "release" | "done";
  readonly warnings: readonly string[];
}

/** Goes through an association; when it returns, nothing of it is left running. */
export async function hold(duplex: Duplex, course: Course = {}): Promise<Ending> {
  const responses: DimseRsp[] = [];
  const warnings: string[] = [];
  let during: Ending["during"] = "request";
  let association: Association | undefined;
  const ending = (fault: Fault | undefined): Ending => ({
    statuses: responses.map(({ status }) => status),
    responses,
    fault,
    during,
    warnings,
  });
  try {
    association = await Association.request(duplex, RQ, {
      ...PATIENT,
      ...course.options,
      events: { warning: (text) => warnings.push(text), ...course.options?.events },
    });
    during = "store";
    let messageId = 0;
    for (const source of course.sources ?? [bytesOf(1000)]) {
      const rq = { messageId: ++messageId, sopClassUid: CT, sopInstanceUid: `1.2.3.${messageId}` };
      const { response } = await association.store(1, rq, source);
      responses.push(await response);
    }
    during = "release";
    if (course.end === "abort") await association.abort();
    else await association.release();
    during = "done";
    return ending(undefined);
  } catch (caught) {
    if (!(caught instanceof Fault)) throw caught;
    return ending(caught);
  } finally {
    await association?.abort();
  }
}
