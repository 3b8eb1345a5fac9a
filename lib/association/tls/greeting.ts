/** Finding out whether a port speaks TLS, by the first message of a handshake that goes no further. */

import type { Duplex } from "../duplex.ts";

const HANDSHAKE = 0x16;
const ALERT = 0x15;
const MAJOR_VERSION = 3;

/**
 * A ClientHello (RFC 5246 section 7.4.1.2) that offers TLS 1.2 with the four suites of RFC 9325. Servers that want
 * something else answer with an alert, which tells as much.
 */
function clientHello(): Uint8Array<ArrayBuffer> {
  const suites = [0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x2c, 0xc0, 0x30];
  const groups = [0, 10, 0, 8, 0, 6, 0, 29, 0, 23, 0, 24];
  const signatures = [0, 13, 0, 10, 0, 8, 4, 3, 8, 4, 4, 1, 5, 1];
  const random = crypto.getRandomValues(new Uint8Array(32));
  const extensions = [...groups, ...signatures];
  const body = [3, 3, ...random, 0, 0, suites.length, ...suites, 1, 0, 0, extensions.length, ...extensions];
  return Uint8Array.of(HANDSHAKE, MAJOR_VERSION, 1, 0, body.length + 4, 1, 0, 0, body.length, ...body);
}

/** True when the peer behind a fresh connection answers in TLS before `signal`; the connection is used up. */
export async function answersTls(connection: Duplex, signal: AbortSignal): Promise<boolean> {
  const giveUp = () => connection.destroy();
  signal.addEventListener("abort", giveUp);
  try {
    signal.throwIfAborted();
    await connection.write(clientHello());
    const answer = new Uint8Array(2);
    let lengthBytes = 0;
    while (lengthBytes < answer.length) {
      const count = await connection.read(answer.subarray(lengthBytes));
      if (count === null) return false;
      lengthBytes += count;
    }
    const [type, version] = answer;
    return (type === HANDSHAKE || type === ALERT) && version === MAJOR_VERSION;
  } catch {
    return false;
  } finally {
    signal.removeEventListener("abort", giveUp);
    connection.destroy();
  }
}
