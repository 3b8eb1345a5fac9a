/** Whom we trust: anchors and revocation lists from the files and folders that were named. */

import { Buffer } from "node:buffer";
import { join } from "node:path";
import type { TlsWishes } from "../../cli/settings.ts";
import { Fault } from "../../errors.ts";
import type { Logger } from "../../log/log.ts";
import {
  type Certificate,
  certificatesIn,
  configuring,
  describeCertificate,
  type FileFormat,
  readCredentials,
  revocationListsIn,
} from "./certificate.ts";

export interface Trust {
  /** "system": the certification authorities that this machine trusts, and only for the right host name. */
  readonly anchors: readonly Certificate[] | "system";
  readonly revocationLists: readonly RevocationList[];
}

export interface RevocationList {
  /** DER. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly path: string;
}

/**
 * Reads +cf, +cd and +crl.
 *
 * @throws {Fault} configuration: any of them that cannot be read or holds nothing. DCMTK goes on without; then a peer is
 * refused, or a revoked certificate accepted, for a reason nobody sees.
 */
export async function readTrust(wishes: TlsWishes, log: Logger): Promise<Trust> {
  const { certificateFiles, certificateDirectories, crlFiles, format } = wishes;
  const anchors: Certificate[] = [];
  const revocationLists: RevocationList[] = [];
  for (const path of certificateFiles) {
    anchors.push(
      ...await configuring(
        `unable to load certificate file '${path}'`,
        async () => certificatesIn(await readCredentials(path), format),
      ),
    );
  }
  for (const folder of certificateDirectories) {
    const found = await readFolder(folder, format, log);
    anchors.push(...found.anchors);
    revocationLists.push(...found.revocationLists);
  }
  for (const path of crlFiles) {
    revocationLists.push(
      ...await configuring(
        `unable to load CRL file '${path}'`,
        async () => listsIn(await readCredentials(path), format, path),
      ),
    );
  }
  for (const { facts } of anchors) log.debug(() => `trust anchor: ${describeCertificate(facts)}`);
  const areNamed = certificateFiles.length + certificateDirectories.length > 0;
  return { anchors: areNamed ? anchors : "system", revocationLists };
}

function listsIn(bytes: Uint8Array<ArrayBuffer>, format: FileFormat, path: string): RevocationList[] {
  return revocationListsIn(bytes, format).map((list) => {
    if (isDelta(list)) throw deltaFault(path);
    return { bytes: list, path };
  });
}

/** The object identifier 2.5.29.27, delta CRL indicator (RFC 5280 section 5.2.4), as it stands in DER. */
const DELTA_INDICATOR = Buffer.from("0603551d1b", "hex");

function isDelta({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): boolean {
  return Buffer.from(buffer, byteOffset, length).includes(DELTA_INDICATOR);
}

/** OpenSSL passes over a delta list that is out of date, or that its complete list does not announce, without a word. */
function deltaFault(path: string): Fault {
  return new Fault("configuration", `unable to load CRL file '${path}': it holds a delta revocation list`, {
    remedy: "give the current complete list; a delta that does not fit would be passed over in silence",
  });
}

/** Every certificate and revocation list of a folder, whatever the names of the files; other files do not matter. */
async function readFolder(
  folder: string,
  format: FileFormat,
  log: Logger,
): Promise<{ anchors: Certificate[]; revocationLists: RevocationList[] }> {
  const anchors: Certificate[] = [];
  const revocationLists: RevocationList[] = [];
  const attempt = `unable to load certificates from directory '${folder}'`;
  await configuring(attempt, async () => {
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    for (const name of names) {
      const path = join(folder, name);
      if (!(await isFile(path))) continue;
      const bytes = await readCredentials(path);
      try {
        if (isRevocationList(name)) revocationLists.push(...listsIn(bytes, format, path));
        else anchors.push(...certificatesIn(bytes, format));
      } catch (caught) {
        if (caught instanceof Fault) throw caught;
        log.debug(() => `'${path}' is no trust anchor: ${caught instanceof Error ? caught.message : caught}`);
      }
    }
  });
  if (anchors.length === 0) {
    throw new Fault("configuration", `${attempt}: no file in it holds a certificate`, {
      remedy: format === "pem" ? "DER files need --der-keys" : "PEM files need --pem-keys",
    });
  }
  return { anchors, revocationLists };
}

/** The names that OpenSSL's rehash gives, and the usual extension. */
function isRevocationList(name: string): boolean {
  return /\.(r\d+|crl)$/i.test(name);
}

/** Follows links: hashed names are links to the real ones. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
