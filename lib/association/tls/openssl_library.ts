/**
 * The system's OpenSSL 3 through Deno.dlopen: finding it, its functions, and the few things that are awkward to say over
 * such a bridge (error texts, C strings, objects made from DER).
 */

/** Folders of libssl.so.3 and libcrypto.so.3; the executable's permission to load libraries is limited to these. */
const FOLDERS = [
  "/lib/x86_64-linux-gnu",
  "/lib/aarch64-linux-gnu",
  "/lib64",
  "/usr/lib64",
  "/usr/lib",
];

const CRYPTO = {
  OpenSSL_version_num: { parameters: [], result: "usize" },
  OpenSSL_version: { parameters: ["i32"], result: "pointer" },
  ERR_get_error: { parameters: [], result: "usize" },
  ERR_clear_error: { parameters: [], result: "void" },
  ERR_reason_error_string: { parameters: ["usize"], result: "pointer" },
  BIO_s_mem: { parameters: [], result: "pointer" },
  BIO_new: { parameters: ["pointer"], result: "pointer" },
  BIO_new_mem_buf: { parameters: ["buffer", "i32"], result: "pointer" },
  BIO_free: { parameters: ["pointer"], result: "i32" },
  BIO_read: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  BIO_write: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  BIO_ctrl: { parameters: ["pointer", "i32", "isize", "pointer"], result: "isize" },
  d2i_X509_bio: { parameters: ["pointer", "pointer"], result: "pointer" },
  i2d_X509: { parameters: ["pointer", "buffer"], result: "i32" },
  X509_free: { parameters: ["pointer"], result: "void" },
  d2i_X509_CRL_bio: { parameters: ["pointer", "pointer"], result: "pointer" },
  X509_CRL_free: { parameters: ["pointer"], result: "void" },
  X509_STORE_add_cert: { parameters: ["pointer", "pointer"], result: "i32" },
  X509_STORE_add_crl: { parameters: ["pointer", "pointer"], result: "i32" },
  X509_STORE_set_flags: { parameters: ["pointer", "usize"], result: "i32" },
  X509_STORE_CTX_get_error: { parameters: ["pointer"], result: "i32" },
  X509_STORE_CTX_get_current_cert: { parameters: ["pointer"], result: "pointer" },
  X509_verify_cert_error_string: { parameters: ["isize"], result: "pointer" },
  X509_VERIFY_PARAM_set1_ip_asc: { parameters: ["pointer", "buffer"], result: "i32" },
  PEM_read_bio_PrivateKey: { parameters: ["pointer", "pointer", "pointer", "buffer"], result: "pointer" },
  d2i_PKCS8PrivateKey_bio: { parameters: ["pointer", "pointer", "pointer", "buffer"], result: "pointer" },
  d2i_PrivateKey_bio: { parameters: ["pointer", "pointer"], result: "pointer" },
  i2d_PKCS8PrivateKeyInfo_bio: { parameters: ["pointer", "pointer"], result: "i32" },
  EVP_PKEY_free: { parameters: ["pointer"], result: "void" },
  d2i_PKCS12_bio: { parameters: ["pointer", "pointer"], result: "pointer" },
  PKCS12_parse: { parameters: ["pointer", "buffer", "buffer", "pointer", "pointer"], result: "i32" },
  PKCS12_free: { parameters: ["pointer"], result: "void" },
  OPENSSL_sk_num: { parameters: ["pointer"], result: "i32" },
  OPENSSL_sk_value: { parameters: ["pointer", "i32"], result: "pointer" },
} as const;

const SSL = {
  TLS_client_method: { parameters: [], result: "pointer" },
  SSL_CTX_new: { parameters: ["pointer"], result: "pointer" },
  SSL_CTX_ctrl: { parameters: ["pointer", "i32", "isize", "pointer"], result: "isize" },
  SSL_CTX_set_options: { parameters: ["pointer", "u64"], result: "u64" },
  SSL_CTX_set_cipher_list: { parameters: ["pointer", "buffer"], result: "i32" },
  SSL_CTX_set_ciphersuites: { parameters: ["pointer", "buffer"], result: "i32" },
  SSL_CTX_get_ciphers: { parameters: ["pointer"], result: "pointer" },
  SSL_CTX_get_cert_store: { parameters: ["pointer"], result: "pointer" },
  SSL_CTX_set_default_verify_paths: { parameters: ["pointer"], result: "i32" },
  SSL_CTX_set_verify: { parameters: ["pointer", "i32", "function"], result: "void" },
  SSL_CTX_use_certificate_ASN1: { parameters: ["pointer", "i32", "buffer"], result: "i32" },
  SSL_CTX_use_PrivateKey: { parameters: ["pointer", "pointer"], result: "i32" },
  SSL_CTX_check_private_key: { parameters: ["pointer"], result: "i32" },
  SSL_new: { parameters: ["pointer"], result: "pointer" },
  SSL_free: { parameters: ["pointer"], result: "void" },
  SSL_ctrl: { parameters: ["pointer", "i32", "isize", "buffer"], result: "isize" },
  SSL_set1_host: { parameters: ["pointer", "buffer"], result: "i32" },
  SSL_get0_param: { parameters: ["pointer"], result: "pointer" },
  SSL_set_bio: { parameters: ["pointer", "pointer", "pointer"], result: "void" },
  SSL_set_connect_state: { parameters: ["pointer"], result: "void" },
  SSL_do_handshake: { parameters: ["pointer"], result: "i32" },
  SSL_read: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  SSL_write: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  SSL_shutdown: { parameters: ["pointer"], result: "i32" },
  SSL_get_error: { parameters: ["pointer", "i32"], result: "i32" },
  SSL_get_version: { parameters: ["pointer"], result: "pointer" },
  SSL_get_current_cipher: { parameters: ["pointer"], result: "pointer" },
  SSL_CIPHER_get_name: { parameters: ["pointer"], result: "pointer" },
  SSL_CIPHER_standard_name: { parameters: ["pointer"], result: "pointer" },
  SSL_get1_peer_certificate: { parameters: ["pointer"], result: "pointer" },
} as const;

type Bytes = Uint8Array<ArrayBuffer>;
type Pointer = Deno.PointerValue;

/** The oldest entry of OpenSSL's list of errors. */
export interface OpenSslError {
  /** Number of the reason inside its library; 1000 + n for the TLS alert n that the peer sent. */
  readonly reason: number;
  readonly text: string;
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

  constructor(
    crypto: Deno.DynamicLibrary<typeof CRYPTO>["symbols"],
    ssl: Deno.DynamicLibrary<typeof SSL>["symbols"],
  ) {
    this.crypto = crypto;
    this.ssl = ssl;
    this.version = textAt(crypto.OpenSSL_version(0)).split(" ").slice(0, 2).join(" ");
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
