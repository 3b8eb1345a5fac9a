/**
 * The system's OpenSSL 3 through Deno.dlopen: finding it, its functions, and the few things that are awkward to say over
 * such a bridge (error texts, C strings, objects made from DER).
 */

import { Fault } from "../../errors.ts";
import { OPENSSL_FOLDERS } from "./openssl_folder.ts";
import { CRYPTO, RARE_CRYPTO, RARE_SSL, SSL } from "./openssl_symbols.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Pointer = Deno.PointerValue;

/** An entry of OpenSSL's list of errors. */
export interface OpenSslError {
  /** Number of the reason inside its library; 1000 + n for the TLS alert n that the peer sent. */
  readonly reason: number;
  readonly text: string;
}

const OLDEST_VERSION = 0x30000000;
const REASON_MASK = 0x7fffff;
const LIBRARY_SHIFT = 23n;
const TLS_LIBRARY = 20n;
const PENDING = 10;
/** BIO_set_mem_eof_return: 0 is the end, where a memory BIO would ask to be read again later. */
const SET_ANSWER_AT_END = 130;
const DECODER = new TextDecoder();

let opened: OpenSsl | undefined | "absent";

/** The library, or undefined where there is none that can be used. */
export function openOpenSsl(): OpenSsl | undefined {
  if (opened === undefined) {
    opened = "absent";
    if (Deno.build.os === "linux") {
      for (const folder of OPENSSL_FOLDERS) {
        try {
          const library = new OpenSsl(folder);
          if (Number(library.crypto.OpenSSL_version_num()) < OLDEST_VERSION) continue;
          opened = library;
          break;
        } catch {
          // not this distribution's place, too old, or not permitted: the next one, or none
        }
      }
    }
  }
  return opened === "absent" ? undefined : opened;
}

type Symbols<Functions extends Deno.ForeignLibraryInterface> = Deno.DynamicLibrary<Functions>["symbols"];

/** Both libraries, opened. All calls are synchronous, so the list of errors is always that of the call before. */
export class OpenSsl {
  readonly crypto: Symbols<typeof CRYPTO>;
  readonly ssl: Symbols<typeof SSL>;
  /** Such as "OpenSSL 3.0.22". */
  readonly version: string;
  /** A memory BIO through which the library's texts and objects become bytes. */
  readonly #scratch: Pointer;
  readonly #folder: string;
  #rareCrypto: Symbols<typeof RARE_CRYPTO> | undefined;
  #rareSsl: Symbols<typeof RARE_SSL> | undefined;

  /** @throws when one of them is not in the folder, lacks a function, or is not permitted. */
  constructor(folder: string) {
    this.#folder = folder;
    this.crypto = Deno.dlopen(`${folder}/libcrypto.so.3`, CRYPTO).symbols;
    this.ssl = Deno.dlopen(`${folder}/libssl.so.3`, SSL).symbols;
    this.#scratch = this.crypto.BIO_new(this.crypto.BIO_s_mem());
    this.version = this.text(this.crypto.OpenSSL_version(0)).split(" ").slice(0, 2).join(" ");
  }

  /** What only private keys, revocation lists and refusals need of libcrypto. */
  get rareCrypto(): Symbols<typeof RARE_CRYPTO> {
    return this.#rareCrypto ??= Deno.dlopen(`${this.#folder}/libcrypto.so.3`, RARE_CRYPTO).symbols;
  }

  /** What only certificates of our own, names and refusals need of libssl. */
  get rareSsl(): Symbols<typeof RARE_SSL> {
    return this.#rareSsl ??= Deno.dlopen(`${this.#folder}/libssl.so.3`, RARE_SSL).symbols;
  }

  /** A client's SSL_CTX; it lives as long as the process. */
  newContext(): Pointer {
    const context = this.ssl.SSL_CTX_new(this.ssl.TLS_client_method());
    if (context === null) throw new Fault("configuration", "the system's OpenSSL cannot be set up");
    return context;
  }

  /** Empties the list of errors and answers the one that tells most: the oldest of TLS itself, else the oldest. */
  takeError(): OpenSslError {
    const { ERR_get_error, ERR_clear_error, ERR_reason_error_string } = this.crypto;
    const oldest = BigInt(ERR_get_error());
    let code = oldest;
    while (code !== 0n && code >> LIBRARY_SHIFT !== TLS_LIBRARY) code = BigInt(ERR_get_error());
    ERR_clear_error();
    if (code === 0n) code = oldest;
    const text = this.text(ERR_reason_error_string(code));
    return { reason: Number(code) & REASON_MASK, text: text === "" ? "no reason given" : text };
  }

  /** The C string at a pointer; empty for null. */
  text(pointer: Pointer): string {
    if (pointer === null) return "";
    return DECODER.decode(this.#written((bio) => this.crypto.BIO_puts(bio, pointer)));
  }

  /** A certificate of the library as DER. */
  toDer(certificate: Pointer): Bytes {
    return this.#written((bio) => this.crypto.i2d_X509_bio(bio, certificate));
  }

  /** An object read from DER; null when the bytes hold none. The caller frees it. */
  fromDer(der: Bytes, read: (bio: Pointer, reuse: null) => Pointer): Pointer {
    return this.withBio(der, (bio) => read(bio, null));
  }

  /**
   * Any private key as PKCS#8, from PEM, DER or PKCS#12; without a password only what is not encrypted.
   * @throws {Error} with the library's reason
   */
  openPrivateKey(bytes: Bytes, password?: string): Bytes {
    const { crypto, rareCrypto } = this;
    const secret = cText(password ?? "");
    crypto.ERR_clear_error();
    const key = this.withBio(bytes, (bio) => rareCrypto.PEM_read_bio_PrivateKey(bio, null, null, secret)) ??
      this.withBio(bytes, (bio) => rareCrypto.d2i_PKCS8PrivateKey_bio(bio, null, null, secret)) ??
      this.withBio(bytes, (bio) => rareCrypto.d2i_PrivateKey_bio(bio, null));
    if (key === null) return this.#keyOfPkcs12(bytes, password);
    const der = this.#written((bio) => rareCrypto.i2d_PKCS8PrivateKeyInfo_bio(bio, key));
    rareCrypto.EVP_PKEY_free(key);
    return der;
  }

  #keyOfPkcs12(bytes: Bytes, password: string | undefined): Bytes {
    const { crypto, rareCrypto } = this;
    const archive = this.fromDer(bytes, rareCrypto.d2i_PKCS12_bio);
    // If it is none, the error that counts is the first of the attempts before.
    if (archive !== null) crypto.ERR_clear_error();
    const [address] = this.#parsedPkcs12(archive, password ?? "");
    if (address === undefined || address === 0n) {
      const { text } = this.takeError();
      if (password === undefined || UNKNOWN_ENCRYPTION.test(text)) throw new Error(text);
      throw new Error(`the password is wrong, or the file is damaged (${text})`);
    }
    const der = this.#written((bio) => rareCrypto.i2d_PKCS8PrivateKeyInfo_bio_at(bio, address));
    rareCrypto.EVP_PKEY_free_at(address);
    return der;
  }

  /** The address of the key in a PKCS#12 archive, which is freed. */
  #parsedPkcs12(archive: Pointer, password: string): BigUint64Array<ArrayBuffer> {
    const key = new BigUint64Array(1);
    if (archive === null) return key;
    // It insists on giving a certificate too, and that one stays with the process.
    this.rareCrypto.PKCS12_parse(archive, cText(password), key, new BigUint64Array(1), null);
    this.rareCrypto.PKCS12_free(archive);
    return key;
  }

  /** Runs `use` on a memory BIO that reads `bytes`: a copy, as they are ours only while a call lasts. */
  withBio<T>(bytes: Bytes, use: (bio: Pointer) => T): T {
    const bio = this.crypto.BIO_new(this.crypto.BIO_s_mem());
    this.crypto.BIO_write(bio, bytes, bytes.length);
    this.crypto.BIO_ctrl(bio, SET_ANSWER_AT_END, 0n, null);
    try {
      return use(bio);
    } finally {
      this.crypto.BIO_free(bio);
    }
  }

  /** What `write` puts into a memory BIO. */
  #written(write: (bio: Pointer) => void): Bytes {
    write(this.#scratch);
    const bytes = new Uint8Array(this.pendingBytes(this.#scratch));
    this.crypto.BIO_read(this.#scratch, bytes, bytes.length);
    return bytes;
  }

  /** How many bytes a memory BIO holds. */
  pendingBytes(bio: Pointer): number {
    return Number(this.crypto.BIO_ctrl(bio, PENDING, 0n, null));
  }
}

/**
 * Reasons of the library that no other password would mend. All others can come from a wrong one: one in 256 leaves
 * padding that looks right, and what it decrypts to is no key for reasons of many names.
 */
const UNKNOWN_ENCRYPTION = /unsupported|unknown/;

/** A text as C wants it. */
export function cText(text: string): Bytes {
  return new TextEncoder().encode(`${text}\0`);
}
