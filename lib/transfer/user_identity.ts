/** User identity negotiation (PS3.7 D.3.3.7) as the user asked for it. */

import type { NetworkSettings } from "../cli/settings.ts";
import { asFault, Fault } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import type { UserIdentity } from "../pdu/types.ts";
import { readSecret, readSecretFile } from "../source/secret.ts";

/** The primary field has a 16-bit length. */
const LONGEST_FIELD_BYTES = 65535;

const TOKEN_TYPES = { kerberos: 3, saml: 4, jwt: 5 } as const;

const NOTHING = new Uint8Array();

/** @throws Fault "configuration" when a password or token cannot be read */
export async function userIdentityOf(
  { userIdentity: wish, positiveResponse: positiveResponseRequested }: NetworkSettings,
  log: Logger,
): Promise<UserIdentity | undefined> {
  if (wish === undefined) return undefined;
  if (wish.kind !== "user") {
    const primary = await readToken(wish.file, `--${wish.kind}`, log);
    return { type: TOKEN_TYPES[wish.kind], positiveResponseRequested, primary, secondary: NOTHING };
  }
  const primary = field(wish.user, "user name");
  if (wish.password === undefined) return { type: 1, positiveResponseRequested, primary, secondary: NOTHING };
  const secondary = field(await readSecret(wish.password), "password");
  return { type: 2, positiveResponseRequested, primary, secondary };
}

function field(text: string, what: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= LONGEST_FIELD_BYTES) return bytes;
  throw new Fault("configuration", `the ${what} is longer than ${LONGEST_FIELD_BYTES} bytes`);
}

/** The file as it is: a newline at its end is sent, too. */
async function readToken(path: string, option: string, log: Logger): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readSecretFile(path, option);
  } catch (caught) {
    const { message, remedy } = asFault(caught);
    throw new Fault("configuration", `Unable to open Kerberos, SAML or JWT file: ${message}`, { remedy });
  }
  if (bytes.length === 0) {
    throw new Fault("configuration", `Unable to read Kerberos, SAML or JWT info from file: ${path} is empty`);
  }
  if (bytes.length > LONGEST_FIELD_BYTES) {
    log.info(
      `Kerberos, SAML or JWT file is longer than ${LONGEST_FIELD_BYTES} bytes: only its start is sent`,
    );
  }
  return bytes.subarray(0, LONGEST_FIELD_BYTES);
}
