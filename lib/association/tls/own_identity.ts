/** Our own private key and certificate: opened, fitting each other, and valid today. */

import type { TlsWishes } from "../../cli/settings.ts";
import { Fault } from "../../errors.ts";
import type { Logger } from "../../log/log.ts";
import {
  type Certificate,
  certificatesIn,
  configuring,
  daysLeft,
  describeCertificate,
  expiresSoon,
  readCredentials,
} from "./certificate.ts";
import { keyPassword, type StandardInput } from "./key_password.ts";
import type { OpenSsl } from "./openssl_library.ts";
import { openPrivateKey } from "./private_key.ts";

export interface OwnIdentity {
  /** PKCS#8, PEM, not encrypted. */
  readonly keyPem: string;
  /** Our certificate first, then those between it and its root that its file holds. */
  readonly chain: readonly [Certificate, ...Certificate[]];
  /** What a peer or library that refuses the pair is told about. */
  readonly keyFile: string;
  readonly certificateFile: string;
}

/**
 * Reads and checks +tls's two files.
 *
 * @throws {Fault} configuration, with DCMTK's condition code: 000b:0004 key, 000b:0005 certificate, 000b:0006 no match.
 */
export async function readOwnIdentity(
  { keyFile, certificateFile }: NonNullable<TlsWishes["own"]>,
  { format, keyPassword: passwordSource }: TlsWishes,
  library: OpenSsl | undefined,
  log: Logger,
  standardInput: StandardInput,
): Promise<OwnIdentity> {
  const key = await configuring(
    `Unable to load private TLS key from '${keyFile}'`,
    async () =>
      await openPrivateKey(await readCredentials(keyFile), keyFile, {
        format,
        password: () => keyPassword(passwordSource, keyFile, standardInput),
        library,
      }),
    { code: "000b:0004" },
  );
  const [own, ...others] = await configuring(
    `Unable to load certificate from '${certificateFile}'`,
    async () => certificatesIn(await readCredentials(certificateFile), format),
    { code: "000b:0005" },
  );
  if (own === undefined) throw new Fault("bug", "a certificate file without certificates was not noticed");
  if (key.object !== undefined && !own.facts.checkPrivateKey(key.object)) {
    throw mismatch(keyFile, certificateFile);
  }
  checkValidity(own, certificateFile, log);
  return { keyPem: key.pem, chain: [own, ...others], keyFile, certificateFile };
}

export function mismatch(keyFile: string, certificateFile: string): Fault {
  return new Fault(
    "configuration",
    `Private key '${keyFile}' and certificate '${certificateFile}' do not match`,
    { code: "000b:0006", remedy: "the first certificate in the file must be the one made for this key" },
  );
}

function checkValidity({ facts }: Certificate, certificateFile: string, log: Logger): void {
  const attempt = `cannot use certificate '${certificateFile}'`;
  const description = describeCertificate(facts);
  if (Date.parse(facts.validTo) < Date.now()) {
    throw new Fault("configuration", `${attempt}: it has expired: ${description}`, {
      remedy: "have a new one issued; if this machine's clock is wrong, set it",
    });
  }
  if (Date.parse(facts.validFrom) > Date.now()) {
    throw new Fault("configuration", `${attempt}: it is not valid yet: ${description}`, {
      remedy: "check this machine's clock",
    });
  }
  if (expiresSoon(facts)) {
    log.info(`own certificate '${certificateFile}' expires in ${daysLeft(facts)} days`);
  }
}
