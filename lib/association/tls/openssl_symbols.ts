/**
 * The functions of OpenSSL 3 that we call, as Deno.dlopen wants them: libcrypto's and libssl's.
 *
 * Pointers only go from one function to the next. What would turn them into memory or back (Deno.UnsafePointer,
 * UnsafePointerView, UnsafeCallback) needs the permission to call any library, and the executable has it for these two.
 *
 * Each function costs a seventh of a millisecond when it is loaded: those that most connections do without are apart.
 */

export const CRYPTO = {
  OpenSSL_version_num: { parameters: [], result: "usize" },
  OpenSSL_version: { parameters: ["i32"], result: "pointer" },
  ERR_get_error: { parameters: [], result: "usize" },
  ERR_clear_error: { parameters: [], result: "void" },
  ERR_reason_error_string: { parameters: ["usize"], result: "pointer" },
  BIO_s_mem: { parameters: [], result: "pointer" },
  BIO_new: { parameters: ["pointer"], result: "pointer" },
  BIO_free: { parameters: ["pointer"], result: "i32" },
  BIO_read: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  BIO_puts: { parameters: ["pointer", "pointer"], result: "i32" },
  BIO_write: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  BIO_ctrl: { parameters: ["pointer", "i32", "isize", "pointer"], result: "isize" },
  d2i_X509_bio: { parameters: ["pointer", "pointer"], result: "pointer" },
  i2d_X509_bio: { parameters: ["pointer", "pointer"], result: "i32" },
  X509_free: { parameters: ["pointer"], result: "void" },
  X509_STORE_add_cert: { parameters: ["pointer", "pointer"], result: "i32" },
  X509_STORE_set_flags: { parameters: ["pointer", "usize"], result: "i32" },
  OPENSSL_sk_num: { parameters: ["pointer"], result: "i32" },
  OPENSSL_sk_value: { parameters: ["pointer", "i32"], result: "pointer" },
} as const;

export const RARE_CRYPTO = {
  d2i_X509_CRL_bio: { parameters: ["pointer", "pointer"], result: "pointer" },
  X509_CRL_free: { parameters: ["pointer"], result: "void" },
  X509_STORE_add_crl: { parameters: ["pointer", "pointer"], result: "i32" },
  X509_STORE_CTX_new: { parameters: [], result: "pointer" },
  X509_STORE_CTX_free: { parameters: ["pointer"], result: "void" },
  X509_STORE_CTX_init: { parameters: ["pointer", "pointer", "pointer", "pointer"], result: "i32" },
  X509_STORE_CTX_set_default: { parameters: ["pointer", "buffer"], result: "i32" },
  X509_STORE_CTX_get0_param: { parameters: ["pointer"], result: "pointer" },
  X509_VERIFY_PARAM_set1: { parameters: ["pointer", "pointer"], result: "i32" },
  X509_verify_cert: { parameters: ["pointer"], result: "i32" },
  X509_STORE_CTX_get_current_cert: { parameters: ["pointer"], result: "pointer" },
  X509_verify_cert_error_string: { parameters: ["isize"], result: "pointer" },
  X509_VERIFY_PARAM_set1_ip_asc: { parameters: ["pointer", "buffer"], result: "i32" },
  PEM_read_bio_PrivateKey: { parameters: ["pointer", "pointer", "pointer", "buffer"], result: "pointer" },
  d2i_PKCS8PrivateKey_bio: { parameters: ["pointer", "pointer", "pointer", "buffer"], result: "pointer" },
  d2i_PrivateKey_bio: { parameters: ["pointer", "pointer"], result: "pointer" },
  i2d_PKCS8PrivateKeyInfo_bio: { parameters: ["pointer", "pointer"], result: "i32" },
  EVP_PKEY_free: { parameters: ["pointer"], result: "void" },
  /** The same two for the address of a key that PKCS12_parse has written. */
  i2d_PKCS8PrivateKeyInfo_bio_at: {
    name: "i2d_PKCS8PrivateKeyInfo_bio",
    parameters: ["pointer", "u64"],
    result: "i32",
  },
  EVP_PKEY_free_at: { name: "EVP_PKEY_free", parameters: ["u64"], result: "void" },
  d2i_PKCS12_bio: { parameters: ["pointer", "pointer"], result: "pointer" },
  PKCS12_parse: { parameters: ["pointer", "buffer", "buffer", "buffer", "pointer"], result: "i32" },
  PKCS12_free: { parameters: ["pointer"], result: "void" },
} as const;

export const SSL = {
  TLS_client_method: { parameters: [], result: "pointer" },
  SSL_CTX_new: { parameters: ["pointer"], result: "pointer" },
  SSL_CTX_ctrl: { parameters: ["pointer", "i32", "isize", "pointer"], result: "isize" },
  SSL_CTX_ctrl_text: {
    name: "SSL_CTX_ctrl",
    parameters: ["pointer", "i32", "isize", "buffer"],
    result: "isize",
  },
  SSL_CTX_set_options: { parameters: ["pointer", "u64"], result: "u64" },
  SSL_CTX_set_cipher_list: { parameters: ["pointer", "buffer"], result: "i32" },
  SSL_CTX_set_ciphersuites: { parameters: ["pointer", "buffer"], result: "i32" },
  SSL_CTX_get_ciphers: { parameters: ["pointer"], result: "pointer" },
  SSL_CTX_get_cert_store: { parameters: ["pointer"], result: "pointer" },
  SSL_CTX_set_verify: { parameters: ["pointer", "i32", "pointer"], result: "void" },
  SSL_new: { parameters: ["pointer"], result: "pointer" },
  SSL_free: { parameters: ["pointer"], result: "void" },
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

export const RARE_SSL = {
  SSL_CTX_set_default_verify_paths: { parameters: ["pointer"], result: "i32" },
  SSL_CTX_use_certificate_ASN1: { parameters: ["pointer", "i32", "buffer"], result: "i32" },
  SSL_CTX_use_PrivateKey: { parameters: ["pointer", "pointer"], result: "i32" },
  SSL_CTX_check_private_key: { parameters: ["pointer"], result: "i32" },
  SSL_ctrl: { parameters: ["pointer", "i32", "isize", "buffer"], result: "isize" },
  SSL_set1_host: { parameters: ["pointer", "buffer"], result: "i32" },
  SSL_get_SSL_CTX: { parameters: ["pointer"], result: "pointer" },
  SSL_get0_param: { parameters: ["pointer"], result: "pointer" },
  SSL_get_peer_cert_chain: { parameters: ["pointer"], result: "pointer" },
  SSL_get_verify_result: { parameters: ["pointer"], result: "isize" },
} as const;
