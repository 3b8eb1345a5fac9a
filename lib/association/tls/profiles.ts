/**
 * Secure transport connection profiles as DCMTK names them (PS3.15 annex B): which cipher suites of TLS 1.2 and older
 * are offered in which order, and which versions. TLS 1.3 suites come with the version.
 */

import type { TlsProfileName } from "../../cli/settings.ts";

export type TlsVersion = "TLSv1" | "TLSv1.2" | "TLSv1.3";

export interface TlsProfile {
  readonly title: string;
  readonly retired: boolean;
  readonly minimum: TlsVersion;
  readonly maximum: TlsVersion;
  /** IANA names, best first. What the library lacks is left out; a profile of which nothing is left is refused. */
  readonly suites: readonly string[];
  /** TLS 1.3 suites beyond the three that everybody offers. */
  readonly furtherTls13Suites?: readonly string[];
}

const ECDHE_GCM_RFC8996 = [
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
];

/** Of RFC 7525: forward secrecy, AES-GCM, RSA certificates. */
const RFC7525 = [
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
];

const RSA_AES = "TLS_RSA_WITH_AES_128_CBC_SHA";
const RSA_3DES = "TLS_RSA_WITH_3DES_EDE_CBC_SHA";

export const TLS_PROFILES: Readonly<Record<TlsProfileName, TlsProfile>> = {
  "8996": {
    title: "BCP 195 RFC 8996 TLS Profile",
    retired: false,
    minimum: "TLSv1.2",
    maximum: "TLSv1.3",
    suites: ECDHE_GCM_RFC8996,
  },
  "8996-mod": {
    title: "Modified BCP 195 RFC 8996 TLS Profile",
    retired: false,
    minimum: "TLSv1.2",
    maximum: "TLSv1.3",
    suites: [
      "TLS_ECDHE_RSA_WITH_CAMELLIA_128_GCM_SHA256",
      "TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_GCM_SHA256",
      "TLS_ECDHE_ECDSA_WITH_AES_128_CCM",
      "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
      "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
      "TLS_ECDHE_RSA_WITH_CAMELLIA_256_GCM_SHA384",
      "TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_GCM_SHA384",
      "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
      "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
      "TLS_ECDHE_ECDSA_WITH_AES_256_CCM",
      "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8",
      "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
      "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    ],
    furtherTls13Suites: ["TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"],
  },
  "bcp195-nd": {
    title: "Non-downgrading BCP 195 TLS Profile",
    retired: true,
    minimum: "TLSv1.2",
    maximum: "TLSv1.3",
    suites: RFC7525,
  },
  "bcp195": {
    title: "BCP 195 TLS Profile",
    retired: true,
    minimum: "TLSv1",
    maximum: "TLSv1.3",
    suites: [...RFC7525, RSA_AES, RSA_3DES],
  },
  "bcp195-ex": {
    title: "Extended BCP 195 TLS Profile",
    retired: true,
    minimum: "TLSv1.2",
    maximum: "TLSv1.2",
    suites: [
      ...RFC7525,
      "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
      "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    ],
  },
  "aes": {
    title: "AES TLS Secure Transport Connection Profile",
    retired: true,
    minimum: "TLSv1",
    maximum: "TLSv1.2",
    suites: [RSA_AES, RSA_3DES],
  },
  "basic": {
    title: "Basic TLS Secure Transport Connection Profile",
    retired: true,
    minimum: "TLSv1",
    maximum: "TLSv1.2",
    suites: [RSA_3DES],
  },
  "null": {
    title: "Authenticated unencrypted communication (not part of DICOM)",
    retired: true,
    minimum: "TLSv1",
    maximum: "TLSv1.2",
    suites: ["TLS_RSA_WITH_NULL_SHA"],
  },
};

/** What every build of TLS 1.3 offers, in the order in which we prefer it. */
export const TLS13_SUITES: readonly string[] = [
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
];

/** The suites of the engine that is built into the runtime; it offers all of them, always. */
export const BUILT_IN_SUITES: readonly string[] = [
  ...TLS13_SUITES,
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];

/**
 * Profiles whose promise the built-in engine keeps though it offers its own suites: each allows TLS 1.3, and every suite
 * above has forward secrecy and authenticated encryption.
 */
export const BUILT_IN_PROFILES: readonly TlsProfileName[] = ["8996", "8996-mod", "bcp195-nd", "bcp195"];
