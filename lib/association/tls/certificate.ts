/** X.509 certificates and revocation lists as they lie in files: PEM or DER. */

import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { Fault, systemText } from "../../errors.ts";
import { readWholeFileLater } from "../../source/whole_file.ts";

/** One certificate as bytes, with its facts. */
export interface Certificate {
  /** DER. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly facts: X509Certificate;
}

export type FileFormat = "pem" | "der";

/** @throws {Error} when the bytes are not a certificate. */
export function parseCertificate(bytes: Uint8Array<ArrayBuffer>): Certificate {
  return { bytes, facts: new X509Certificate(bytes) };
}

/** The DER contents of all PEM blocks with one of these labels, in order. */
export function pemBlocks(text: string, ...labels: readonly string[]): Uint8Array<ArrayBuffer>[] {
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  for (
    const [, label = "", base64 = ""] of text.matchAll(/-----BEGIN ([^-]+)-----([^-]*)-----END \1-----/g)
  ) {
    if (labels.includes(label)) blocks.push(Uint8Array.from(Buffer.from(base64, "base64")));
  }
  return blocks;
}

/** DER as a PEM block. */
export function toPem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der).toString("base64").replaceAll(/.{64}/g, "$&\n").trimEnd();
  return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
}

export function looksLikePem(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes).includes("-----BEGIN ");
}

const CERTIFICATE_LABELS = ["CERTIFICATE", "X509 CERTIFICATE"];

/** All certificates in the bytes of a file. @throws {Error} saying what is wrong. */
export function certificatesIn(bytes: Uint8Array<ArrayBuffer>, format: FileFormat): Certificate[] {
  return blocksIn(bytes, format, "certificate", CERTIFICATE_LABELS).map((block, index) => {
    try {
      return parseCertificate(block);
    } catch (caught) {
      const which = format === "pem" ? `certificate ${index + 1} in it` : "it";
      throw new Error(`${which} is damaged or not a certificate (${messageOf(caught)})`);
    }
  });
}

/** All certificate revocation lists in the bytes of a file, DER. @throws {Error} saying what is wrong. */
export function revocationListsIn(
  bytes: Uint8Array<ArrayBuffer>,
  format: FileFormat,
): Uint8Array<ArrayBuffer>[] {
  return blocksIn(bytes, format, "certificate revocation list", ["X509 CRL"]);
}

function blocksIn(
  bytes: Uint8Array<ArrayBuffer>,
  format: FileFormat,
  what: string,
  labels: readonly string[],
): Uint8Array<ArrayBuffer>[] {
  const isPem = looksLikePem(bytes);
  if (format === "der") {
    if (isPem) throw new Error("it is PEM, but --der-keys was given");
    return [bytes];
  }
  if (!isPem) throw new Error(`it holds no PEM ${what}; DER files need --der-keys`);
  const blocks = pemBlocks(new TextDecoder("latin1").decode(bytes), ...labels);
  if (blocks.length === 0) throw new Error(`it holds no ${what}`);
  return blocks;
}

/** "subject CN=a, issuer CN=b, valid Nov 22 10:30:28 2026 GMT to Dec 22 10:30:28 2026 GMT". */
export function describeCertificate({ subject, issuer, validFrom, validTo }: X509Certificate): string {
  return `subject ${oneLine(subject)}, issuer ${oneLine(issuer)}, valid ${oneSpaced(validFrom)} to ${
    oneSpaced(validTo)
  }`;
}

/** A distinguished name on one line, whatever a certificate holds: control characters cannot reach a terminal or log. */
export function oneLine(name: string | undefined): string {
  const text = (name ?? "").trim().replaceAll("\n", ", ").replaceAll(/\p{Cc}/gu, "?");
  return text === "" ? "(empty)" : text;
}

/** OpenSSL's "Nov  2" as "Nov 2". */
function oneSpaced(date: string): string {
  return date.replaceAll(/ +/g, " ");
}

/** Whole days until the certificate expires; negative when it has. */
export function daysLeft(certificate: X509Certificate, nowMs = Date.now()): number {
  return Math.floor((Date.parse(certificate.validTo) - nowMs) / 86_400_000);
}

/** From this many days on the end of a certificate is announced. */
const EXPIRES_SOON_DAYS = 30;

export function expiresSoon(certificate: X509Certificate): boolean {
  const days = daysLeft(certificate);
  return days >= 0 && days < EXPIRES_SOON_DAYS;
}

/** "RSA, 2048 bits", "EC, prime256v1". */
export function describeKey({ publicKey }: X509Certificate): string {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  const size = modulusLength === undefined ? namedCurve : `${modulusLength} bits`;
  const type = publicKey.asymmetricKeyType?.toUpperCase() ?? "unknown";
  return size === undefined ? type : `${type}, ${size}`;
}

/**
 * The bytes of a key, certificate or revocation list file.
 *
 * @throws {Error} in the operating system's words; also for a file larger than any of these can be.
 */
export function readCredentials(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return readWholeFileLater(path, LARGEST_FILE_BYTES);
}

/** Some national root bundles and revocation lists have several MB. */
const LARGEST_FILE_BYTES = 256 * 1024 * 1024;

export function messageOf(caught: unknown): string {
  return caught instanceof Error ? caught.message : String(caught);
}

/** What `make` answers; what it throws as a Fault "configuration" that begins with `attempt`. */
export async function configuring<T>(
  attempt: string,
  make: () => T | Promise<T>,
  details: { readonly code?: string; readonly remedy?: string } = {},
): Promise<T> {
  try {
    return await make();
  } catch (caught) {
    if (caught instanceof Fault) throw caught;
    throw new Fault("configuration", `${attempt}: ${systemText(caught)}`, { ...details, cause: caught });
  }
}
