/**
 * Private keys in all encodings that are about: PKCS#1, SEC1 and PKCS#8, PEM or DER; encrypted PKCS#8; PEM encrypted the
 * traditional way; PKCS#12.
 *
 * How this works: node:crypto opens what it can, the traditional encryption is undone here, and what is left goes to
 * the system's OpenSSL where there is one. All come out as PKCS#8, which every engine takes.
 */

import { Buffer } from "node:buffer";
import { createDecipheriv, createHash, createPrivateKey, type KeyObject } from "node:crypto";
import { type FileFormat, looksLikePem, pemBlocks, toPem } from "./certificate.ts";
import type { OpenSsl } from "./openssl_library.ts";

export interface PrivateKey {
  /** PKCS#8, PEM, not encrypted. */
  readonly pem: string;
  /** Absent for a kind of key that only OpenSSL knows. */
  readonly object: KeyObject | undefined;
}

/** What opening needs beside the file; `password` is called at most once, and only for an encrypted key. */
export interface KeyOpening {
  readonly format: FileFormat;
  readonly password: () => Promise<string>;
  readonly library: OpenSsl | undefined;
}

/** How a key lies in its file. */
type Encoding =
  | { readonly kind: "plain"; readonly der: Bytes; readonly types: readonly KeyType[] }
  | { readonly kind: "encryptedPkcs8"; readonly der: Bytes }
  | {
    readonly kind: "traditional";
    readonly der: Bytes;
    readonly types: readonly KeyType[];
    readonly dek: string;
  }
  | { readonly kind: "pkcs12"; readonly der: Bytes };

type Bytes = Uint8Array<ArrayBuffer>;
type KeyType = "pkcs8" | "pkcs1" | "sec1";

/** @throws {Error} saying why it cannot be opened and, where another program can, with which command. */
export async function openPrivateKey(bytes: Bytes, path: string, opening: KeyOpening): Promise<PrivateKey> {
  const encoding = encodingOf(bytes, opening.format);
  const { library } = opening;
  if (encoding.kind === "plain") {
    return fromDer(encoding.der, encoding.types) ?? viaLibrary(library, encoding.der, undefined, path);
  }
  const password = await opening.password();
  if (encoding.kind === "traditional") {
    const der = decryptTraditional(encoding.der, encoding.dek, password);
    if (der === undefined) return viaLibrary(library, bytes, password, path);
    const key = fromDer(der, encoding.types);
    if (key === undefined) throw new Error(WRONG_PASSWORD);
    return key;
  }
  if (encoding.kind === "encryptedPkcs8") {
    const key = fromEncrypted(encoding.der, password);
    if (key !== undefined) return key;
    if (library === undefined && isKnownEncryption(encoding.der)) throw new Error(WRONG_PASSWORD);
  }
  return viaLibrary(library, encoding.der, password, path);
}

const WRONG_PASSWORD = "the password is wrong (or the file is damaged)";

function encodingOf(bytes: Bytes, format: FileFormat): Encoding {
  if (isPkcs12(bytes)) return { kind: "pkcs12", der: bytes };
  const isPem = looksLikePem(bytes);
  if (format === "der") {
    if (isPem) throw new Error("it is PEM, but --der-keys was given");
    return isEncryptedPkcs8(bytes)
      ? { kind: "encryptedPkcs8", der: bytes }
      : { kind: "plain", der: bytes, types: ["pkcs8", "pkcs1", "sec1"] };
  }
  if (!isPem) throw new Error("it is not PEM; a DER file needs --der-keys");
  return pemEncodingOf(new TextDecoder("latin1").decode(bytes));
}

function pemEncodingOf(text: string): Encoding {
  const block = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----([\s\S]*?)-----END \1-----/.exec(text);
  const [, label = "", body = ""] = block ?? [];
  if (block === null) throw new Error("it holds no private key");
  const dek = /^DEK-Info: *(\S+)/m.exec(body)?.[1];
  const [der] = pemBlocks(`-----BEGIN X-----${body.replaceAll(/^[\w-]+:.*$/gm, "")}-----END X-----`, "X");
  if (der === undefined) throw new Error("it holds no private key");
  if (label === "ENCRYPTED PRIVATE KEY") return { kind: "encryptedPkcs8", der };
  const types: readonly KeyType[] = label === "RSA PRIVATE KEY"
    ? ["pkcs1"]
    : label === "EC PRIVATE KEY"
    ? ["sec1"]
    : ["pkcs8"];
  return dek === undefined ? { kind: "plain", der, types } : { kind: "traditional", der, types, dek };
}

/** The first of `types` that fits. */
function fromDer(der: Bytes, types: readonly KeyType[]): PrivateKey | undefined {
  for (const type of types) {
    const key = attempt(() => createPrivateKey({ key: Buffer.from(der), format: "der", type }));
    if (key !== undefined) return key;
  }
  return undefined;
}

function fromEncrypted(der: Bytes, passphrase: string): PrivateKey | undefined {
  return attempt(() => createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8", passphrase }));
}

function attempt(open: () => KeyObject): PrivateKey | undefined {
  try {
    const object = open();
    return { pem: object.export({ type: "pkcs8", format: "pem" }).toString(), object };
  } catch {
    return undefined;
  }
}

/** Ciphers of DEK-Info, with the length of their keys. */
const TRADITIONAL_CIPHERS: ReadonlyMap<string, number> = new Map([
  ["AES-128-CBC", 16],
  ["AES-256-CBC", 32],
  ["DES-EDE3-CBC", 24],
]);
const SALT_BYTES = 8;

/** RFC 1421 headers with OpenSSL's key derivation; undefined for other ciphers. */
function decryptTraditional(der: Bytes, dek: string, password: string): Bytes | undefined {
  const [cipher = "", initialVector = ""] = dek.split(",");
  const keyBytes = TRADITIONAL_CIPHERS.get(cipher);
  if (keyBytes === undefined) return undefined;
  const iv = Buffer.from(initialVector, "hex");
  const salt = iv.subarray(0, SALT_BYTES);
  let derived: Uint8Array = Buffer.alloc(0);
  let digest: Uint8Array = Buffer.alloc(0);
  while (derived.length < keyBytes) {
    digest = createHash("md5").update(digest).update(password).update(salt).digest();
    derived = Buffer.concat([derived, digest]);
  }
  try {
    const decipher = createDecipheriv(cipher.toLowerCase(), derived.subarray(0, keyBytes), iv);
    return Uint8Array.from(Buffer.concat([decipher.update(der), decipher.final()]));
  } catch {
    throw new Error(WRONG_PASSWORD);
  }
}

function viaLibrary(
  library: OpenSsl | undefined,
  bytes: Bytes,
  password: string | undefined,
  path: string,
): PrivateKey {
  if (library === undefined) {
    const [command, ...options] = isPkcs12(bytes) ? ["pkcs12", "-nocerts", "-nodes"] : ["pkey"];
    throw new Error(
      `its encoding cannot be opened here without OpenSSL 3; convert it with: openssl ${
        [command, "-in", path, ...options].join(" ")
      } -out NEWFILE`,
    );
  }
  const der = library.openPrivateKey(bytes, password);
  return fromDer(der, ["pkcs8"]) ?? { pem: toPem("PRIVATE KEY", der), object: undefined };
}

/** PFX (RFC 7292): SEQUENCE { INTEGER 3, ... }. */
export function isPkcs12(der: Uint8Array): boolean {
  const content = sequenceContent(der);
  return content !== undefined && content[0] === 0x02 && content[1] === 0x01 && content[2] === 0x03;
}

/** EncryptedPrivateKeyInfo (RFC 5958): SEQUENCE { SEQUENCE { OBJECT IDENTIFIER, ...}, ... }. */
function isEncryptedPkcs8(der: Uint8Array): boolean {
  const inner = sequenceContent(sequenceContent(der) ?? der.subarray(0, 0));
  return inner?.[0] === 0x06;
}

/** What follows tag and length of a SEQUENCE. */
function sequenceContent(der: Uint8Array): Uint8Array | undefined {
  const length = der[1];
  if (der[0] !== 0x30 || length === undefined) return undefined;
  return der.subarray(length < 0x80 ? 2 : 2 + (length & 0x7f));
}

/** DER of object identifiers: PBES2 with AES-CBC and either HMAC-SHA-256 or scrypt is what node:crypto opens. */
const PBES2 = "2a864886f70d01050d";
const AES = "6086480165030401";
const HMAC_SHA256 = "2a864886f70d0209";
const SCRYPT = "2b06010401da47040b";

function isKnownEncryption(der: Uint8Array): boolean {
  const start = Buffer.from(der.subarray(0, 160)).toString("hex");
  return start.includes(PBES2) && start.includes(AES) &&
    (start.includes(HMAC_SHA256) || start.includes(SCRYPT));
}
