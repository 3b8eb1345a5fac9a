/**
 * The engine that is always there: the runtime's own TLS (versions 1.2 and 1.3, nine suites with forward secrecy). It
 * verifies chains well and says little; what it cannot do is refused by the option's name.
 *
 * Its anchors come on top of a default store, which by itself would make every public certification authority trusted:
 * the store is emptied, for the whole process, before it is first used. Not node:tls: on this runtime it reports a
 * connection before the handshake is done, and loses the reason when it fails.
 */

import { isIP } from "node:net";
import type { TlsWishes } from "../../cli/settings.ts";
import { Fault, systemText } from "../../errors.ts";
import { findSocket, type Socket } from "../socket.ts";
import { timeLimit } from "../time_limit.ts";
import { messageOf, toPem } from "./certificate.ts";
import type { OurSide } from "./alerts.ts";
import type { StartTlsOptions, TlsContext, TlsDuplex } from "./engine.ts";
import {
  alertFault,
  asLoss,
  brokenProtocolFault,
  builtInVerificationFault,
  closedFault,
  plainPeerFault,
  timedOutFault,
} from "./failures.ts";
import { type HandshakingDuplex, shakeHands } from "./handshake.ts";
import type { OwnIdentity } from "./own_identity.ts";
import { BUILT_IN_PROFILES, BUILT_IN_SUITES } from "./profiles.ts";
import type { Trust } from "./trust.ts";

/** Read by the runtime when TLS is first used: which authorities it trusts by itself. */
const STORE_VARIABLE = "DENO_TLS_CA_STORE";

/** @throws {Fault} configuration for wishes that only OpenSSL could fulfil. */
export function builtInContext(wishes: TlsWishes, own: OwnIdentity | undefined, trust: Trust): TlsContext {
  refuseWhatIsMissing(wishes, own, trust);
  const { anchors } = trust;
  Deno.env.set(STORE_VARIABLE, anchors === "system" ? "system" : "");
  const checksName = wishes.verifyHostname || anchors === "system";
  const tlsOptions = {
    caCerts: anchors === "system" ? [] : anchors.map(({ bytes }) => toPem("CERTIFICATE", bytes)),
    unsafelyDisableHostnameVerification: !checksName,
  };
  const certified = own === undefined ? undefined : {
    key: own.keyPem,
    cert: own.chain.map(({ bytes }) => toPem("CERTIFICATE", bytes)).join(""),
  };
  return {
    engine: "built-in",
    async start(connection: Deno.TcpConn, { peer, timeoutSeconds }: StartTlsOptions): Promise<TlsDuplex> {
      const ours = { peer, showsCertificate: own !== undefined };
      const { hostname: address, port } = connection.remoteAddr;
      if (wishes.withoutServerName && checksName && isIP(peer) === 0) {
        connection.close();
        throw missing("--no-sni together with a check of the host name");
      }
      // A name here is sent to the peer (SNI), an address is not.
      const hostname = checksName ? peer : wishes.serverNameIndication ?? address;
      const limit = timeLimit(timeoutSeconds);
      let secured: Deno.TlsConn;
      try {
        if (certified === undefined) {
          secured = await Deno.startTls(connection, { ...tlsOptions, hostname });
        } else {
          // Only a connection made by connectTls can show a certificate: another one takes this one's place. The peer
          // sees one more that ends at once.
          connection.close();
          secured = await beforeLimit(
            Deno.connectTls({ ...tlsOptions, ...certified, hostname, port }),
            limit,
            ours,
          );
          findSocket(secured.localAddr, secured.remoteAddr)?.noDelay();
        }
      } catch (caught) {
        if (limit?.aborted) throw timedOutFault(ours, timeoutSeconds);
        throw new Fault("tls", `cannot start TLS with ${peer}: ${systemText(caught)}`, { cause: caught });
      }
      return await shakeHands(builtInDuplex(secured, ours), ours, timeoutSeconds, limit);
    },
  };
}

/** The connection, unless the limit strikes first: then it is ended as soon as it is there. @throws the limit's reason, too */
async function beforeLimit(
  connecting: Promise<Deno.TlsConn>,
  limit: AbortSignal | undefined,
  ours: OurSide,
): Promise<Deno.TlsConn> {
  if (limit === undefined) return await connecting;
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const giveUp = () => {
    reject(limit.reason);
    connecting.then((late) => builtInDuplex(late, ours).destroy(), () => {});
  };
  limit.addEventListener("abort", giveUp);
  try {
    return await Promise.race([connecting, tooLate]);
  } finally {
    limit.removeEventListener("abort", giveUp);
  }
}

/** @throws {Fault} naming the first option that needs OpenSSL. */
function refuseWhatIsMissing(wishes: TlsWishes, own: OwnIdentity | undefined, trust: Trust): void {
  const { profile, ciphers, crlCheck, peerCertificate, serverNameIndication } = wishes;
  const missingSuite = ciphers.find((suite) => !BUILT_IN_SUITES.includes(suite) || !suite.includes("_WITH_"));
  const checksName = wishes.verifyHostname || trust.anchors === "system";
  const refused: readonly (readonly [boolean, string])[] = [
    [peerCertificate === "ignore", "--ignore-peer-cert"],
    [crlCheck !== "none" || trust.revocationLists.length > 0, "checking revocation lists (--add-crl-file)"],
    [!BUILT_IN_PROFILES.includes(profile), `--profile-${profile}`],
    [missingSuite !== undefined, `--cipher ${missingSuite}`],
    [serverNameIndication !== undefined && (checksName || own !== undefined), "--request-sni here"],
  ];
  for (const [isAsked, what] of refused) {
    if (isAsked) throw missing(what);
  }
}

function missing(what: string): Fault {
  return new Fault(
    "configuration",
    `${what} needs the system's OpenSSL 3 (libssl.so.3), which is not there`,
    {
      remedy:
        "install it; the built-in TLS has versions 1.2 and 1.3 with modern suites (--list-ciphers) only",
    },
  );
}

/**
 * The connection, whose pending operations end when it is destroyed: the runtime leaves a handshake or read that has
 * got part of a record unsettled when its connection is closed.
 */
function builtInDuplex(connection: Deno.TlsConn, ours: OurSide): HandshakingDuplex {
  const socket = findSocket(connection.localAddr, connection.remoteAddr);
  let isDestroyed = false;
  let hasSentData = false;
  const pending = new Set<(reason: Error) => void>();
  const endable = <T>(operation: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      pending.add(reject);
      operation.then(resolve, reject).finally(() => pending.delete(reject));
    });
  const orExplain = (caught: unknown): never => {
    const fault = explained(caught, ours, true);
    if (fault === undefined) throw caught;
    throw hasSentData ? asLoss(fault) : fault;
  };
  return {
    details: { protocol: undefined, cipherSuite: undefined, peerCertificate: undefined },
    read: async (into) => {
      const count = await endable(connection.read(into)).catch(endOr(orExplain));
      hasSentData ||= count !== null;
      return count;
    },
    handshake: async () => {
      await endable(connection.handshake()).catch((caught) => {
        throw explained(caught, ours, false) ?? unreadAlert(socket, ours) ?? closedFault(ours, undefined);
      });
    },
    write: (from) => endable(connection.write(from)).catch(orExplain),
    quickAck: () => {
      if (!isDestroyed) socket?.quickAck();
    },
    destroy: () => {
      if (isDestroyed) return;
      isDestroyed = true;
      socket?.shutdown();
      connection.close();
      for (const reject of pending) reject(new Deno.errors.BadResource("the connection is closed"));
    },
  };
}

/** Many peers close without close_notify; PS3.8 has its own end of an association. */
const endOr = (explain: (caught: unknown) => never) => (caught: unknown): null =>
  caught instanceof Deno.errors.UnexpectedEof ? null : explain(caught);

/** What an error of the runtime's TLS means; undefined for one of the socket. */
function explained(caught: unknown, ours: OurSide, isHandshakeDone: boolean): Fault | undefined {
  const text = messageOf(caught);
  const alert = /received fatal alert: (\w+)/.exec(text)?.[1];
  if (alert !== undefined) return alertFault(alert, ours, isHandshakeDone);
  const refusal = /invalid peer certificate: (.*)/.exec(text)?.[1];
  if (refusal !== undefined) return builtInVerificationFault(refusal);
  if (text.includes("InvalidContentType") && !isHandshakeDone) {
    return plainPeerFault(ours, new Uint8Array(1));
  }
  if (caught instanceof Deno.errors.InvalidData) return brokenProtocolFault(text, ours);
  return undefined;
}

const ALERT = 0x15;
const ALERT_RECORD_BYTES = 7;

/**
 * The alert of a peer that has refused us while we were still writing: the runtime tells that it could not write, and
 * leaves unread why. Record header, level, description (RFC 5246 sections 6.2.1 and 7.2).
 */
function unreadAlert(socket: Socket | undefined, ours: OurSide): Fault | undefined {
  const record = new Uint8Array(ALERT_RECORD_BYTES);
  if (socket?.receiveNow(record) !== ALERT_RECORD_BYTES) return undefined;
  const [type, , , , lengthBytes, , description = 0] = record;
  return type === ALERT && lengthBytes === 2 ? alertFault(description, ours, false) : undefined;
}
