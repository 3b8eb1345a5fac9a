/**
 * The system's OpenSSL 3 through Deno.dlopen: finding it, its functions, and the few things that are awkward to say over
 * such a bridge (error texts, C strings, objects made from DER).
 */

import { Fault } from "../../errors.ts";
import { CRYPTO, SSL } from "./openssl_symbols.ts";

/** Folders of libssl.so.3 and libcrypto.so.3; the executable's permission to load libraries is limited to these. */
const FOLDERS = [
  "/lib/x86_64-linux-gnu",
  "/lib/aarch64-linux-gnu",
  "/lib64",
  "/usr/lib64",
  "/usr/lib",
];

type Bytes = Uint8Array<ArrayBuffer>;
type Pointer = Deno.PointerValue;

/** The oldest entry of OpenSSL's list of errors. */
export interface OpenSslError {
  /** Number of the reason inside its library; 1000 + n for the TLS alert n that the peer sent. */
  readonly reason: number;
  readonly text: string;
}

/** What OpenSSL did not like about a certificate of the peer. */
export interface Refusal {
  /** One of X509_V_ERR. */
  readonly error: number;
  readonly text: string;
  /** DER. */
  readonly certificate: Bytes | undefined;
}

const OLDEST_VERSION = 0x30000000;
const REASON_MASK = 0x7fffff;
const PENDING = 10;

let opened: OpenSsl | undefined | "absent";

/** The library, or undefined where there is none that can be used. */
export function openOpenSsl(): OpenSsl | undefined {
  if (opened === undefined) {
    opened = "absent";
    if (Deno.build.os === "linux") {
      for (const folder of FOLDERS) {
        try {
          const crypto = Deno.dlopen(`${folder}/libcrypto.so.3`, CRYPTO);
          const ssl = Deno.dlopen(`${folder}/libssl.so.3`, SSL);
          if (Number(crypto.symbols.OpenSSL_version_num()) < OLDEST_VERSION) continue;
          opened = new OpenSsl(crypto.symbols, ssl.symbols);
          break;
        } catch {
          // not this distribution's place, too old, or not permitted: the next one, or none
        }
      }
    }
  }
  return opened === "absent" ? undefined : opened;
}

/** Both libraries, opened. All calls are synchronous, so the list of errors is always that of the call before. */
export class OpenSsl {
  readonly crypto: Deno.DynamicLibrary<typeof CRYPTO>["symbols"];
  readonly ssl: Deno.DynamicLibrary<typeof SSL>["symbols"];
  /** Such as "OpenSSL 3.0.22". */
  readonly version: string;
  /** Lives as long as the process, like the library. */
  readonly #verdict: Deno.UnsafeCallback<{ parameters: ["i32", "pointer"]; result: "i32" }>;
  #refusal: Refusal | undefined;

  constructor(
    crypto: Deno.DynamicLibrary<typeof CRYPTO>["symbols"],
    ssl: Deno.DynamicLibrary<typeof SSL>["symbols"],
  ) {
    this.crypto = crypto;
    this.ssl = ssl;
    this.version = textAt(crypto.OpenSSL_version(0)).split(" ").slice(0, 2).join(" ");
    this.#verdict = new Deno.UnsafeCallback(
      { parameters: ["i32", "pointer"], result: "i32" },
      (isFine, details) => {
        if (isFine === 0) this.#refusal = this.#refusalIn(details);
        return isFine;
      },
    );
  }

  /** A client's SSL_CTX; it lives as long as the process. */
  newContext(): Pointer {
    const context = this.ssl.SSL_CTX_new(this.ssl.TLS_client_method());
    if (context === null) throw new Fault("configuration", "the system's OpenSSL cannot be set up");
    return context;
  }

  /** Sets one of the many things SSL_CTX_ctrl sets. */
  control(context: Pointer, command: number, value: bigint, pointer: Pointer = null): void {
    if (this.ssl.SSL_CTX_ctrl(context, command, value, pointer) === 0n) {
      throw new Fault("bug", `${this.version} refuses control ${command}`);
    }
  }

  /** To be given to SSL_CTX_set_verify: changes no verdict, and keeps the reason of a refusal for takeRefusal. */
  get verdict(): Pointer {
    return this.#verdict.pointer;
  }

  /** Why the call before refused a certificate; undefined when it did not. */
  takeRefusal(): Refusal | undefined {
    const refusal = this.#refusal;
    this.#refusal = undefined;
    return refusal;
  }

  #refusalIn(details: Pointer): Refusal {
    const { crypto } = this;
    const error = crypto.X509_STORE_CTX_get_error(details);
    const certificate = crypto.X509_STORE_CTX_get_current_cert(details);
    return {
      error,
      text: textAt(crypto.X509_verify_cert_error_string(BigInt(error))),
      certificate: certificate === null ? undefined : this.toDer(certificate),
    };
  }

  /** Takes the oldest error from the list and empties it. */
  takeError(): OpenSslError {
    const { ERR_get_error, ERR_clear_error, ERR_reason_error_string } = this.crypto;
    const code = BigInt(ERR_get_error());
    const text = textAt(ERR_reason_error_string(code));
    ERR_clear_error();
    return { reason: Number(code) & REASON_MASK, text: text === "" ? "no reason given" : text };
  }

  /** An object read from DER; null when the bytes hold none. The caller frees it. */
  fromDer(der: Bytes, read: (bio: Pointer, reuse: null) => Pointer): Pointer {
    return this.withBio(der, (bio) => read(bio, null));
  }

  /** A certificate of the library as DER. */
  toDer(certificate: Pointer): Bytes {
    const { i2d_X509 } = this.crypto;
    const der = new Uint8Array(i2d_X509(certificate, null));
    // The function wants a pointer to the pointer at which it writes.
    const target = new BigUint64Array([Deno.UnsafePointer.value(Deno.UnsafePointer.of(der))]);
    i2d_X509(certificate, target);
    return der;
  }

  /** Any private key as PKCS#8, from PEM, DER or PKCS#12. @throws {Error} with the library's reason. */
  openPrivateKey(bytes: Bytes, password: string): Bytes {
    const { crypto } = this;
    crypto.ERR_clear_error();
    const key =
      this.withBio(bytes, (bio) => crypto.PEM_read_bio_PrivateKey(bio, null, null, cText(password))) ??
        this.withBio(bytes, (bio) => crypto.d2i_PKCS8PrivateKey_bio(bio, null, null, cText(password))) ??
        this.withBio(bytes, (bio) => crypto.d2i_PrivateKey_bio(bio, null)) ??
        this.#keyOfPkcs12(bytes, password);
    if (key === null) {
      const { text } = this.takeError();
      throw new Error(/decrypt|mac verify/.test(text) ? `the password is wrong (${text})` : text);
    }
    try {
      return this.#written((bio) => crypto.i2d_PKCS8PrivateKeyInfo_bio(bio, key));
    } finally {
      crypto.EVP_PKEY_free(key);
    }
  }

  #keyOfPkcs12(bytes: Bytes, password: string): Pointer {
    const { crypto } = this;
    const archive = this.fromDer(bytes, crypto.d2i_PKCS12_bio);
    if (archive === null) return null;
    const [key, certificate] = [new BigUint64Array(1), new BigUint64Array(1)];
    crypto.ERR_clear_error();
    crypto.PKCS12_parse(archive, cText(password), key, Deno.UnsafePointer.of(certificate), null);
    crypto.PKCS12_free(archive);
    crypto.X509_free(Deno.UnsafePointer.create(certificate[0] ?? 0n));
    return Deno.UnsafePointer.create(key[0] ?? 0n);
  }

  /** Runs `use` on a memory BIO that reads `bytes`. */
  withBio<T>(bytes: Bytes, use: (bio: Pointer) => T): T {
    const bio = this.crypto.BIO_new_mem_buf(bytes, bytes.length);
    try {
      return use(bio);
    } finally {
      this.crypto.BIO_free(bio);
    }
  }

  /** What `write` puts into a memory BIO. */
  #written(write: (bio: Pointer) => void): Bytes {
    const { BIO_new, BIO_s_mem, BIO_read, BIO_free } = this.crypto;
    const bio = BIO_new(BIO_s_mem());
    try {
      write(bio);
      const bytes = new Uint8Array(this.pendingBytes(bio));
      BIO_read(bio, bytes, bytes.length);
      return bytes;
    } finally {
      BIO_free(bio);
    }
  }

  /** How many bytes a memory BIO holds. */
  pendingBytes(bio: Pointer): number {
    return Number(this.crypto.BIO_ctrl(bio, PENDING, 0n, null));
  }
}

/** The C string at a pointer; empty for null. */
export function textAt(pointer: Pointer): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}

/** A text as C wants it. */
export function cText(text: string): Bytes {
  return new TextEncoder().encode(`${text}\0`);
}
