/** Versions and cipher suites for the system's OpenSSL: which there are, and what a profile and --cipher come to. */

import type { TlsWishes } from "../../cli/settings.ts";
import { Fault } from "../../errors.ts";
import type { Logger } from "../../log/log.ts";
import { cText, type OpenSsl } from "./openssl_library.ts";
import { TLS13_SUITES, TLS_PROFILES, type TlsProfile, type TlsVersion } from "./profiles.ts";

const MINIMUM_VERSION = 123;
const MAXIMUM_VERSION = 124;
const VERSIONS: Readonly<Record<TlsVersion, bigint>> = {
  "TLSv1": 0x0301n,
  "TLSv1.2": 0x0303n,
  "TLSv1.3": 0x0304n,
};

type Pointer = Deno.PointerValue;

/** IANA names of all suites the library has, apart from those without certificates; best first. */
export function openSslSuites(library: OpenSsl): string[] {
  return [...TLS13_SUITES, ...suitesByName(library, library.newContext()).keys()];
}

/**
 * Offers the profile's versions and suites, and after them those of --cipher.
 *
 * @throws {Fault} configuration, 000b:0003, for a suite that is not there or would not encrypt.
 */
export function offerSuites(library: OpenSsl, context: Pointer, wishes: TlsWishes, log: Logger): void {
  const { ssl } = library;
  const profile = TLS_PROFILES[wishes.profile];
  const known = suitesByName(library, context);
  const offered = new Set(profile.suites.filter((suite) => known.has(suite)));
  if (offered.size === 0) {
    const wanted = profile.suites.join(", ");
    throw new Fault(
      "configuration",
      `--profile-${wishes.profile} is not possible: ${library.version} here has none of its cipher suites (${wanted})`,
    );
  }
  for (const suite of wishes.ciphers) {
    if (!known.has(suite)) throw unknownSuite(suite, library);
    if (suite.includes("_NULL_") && wishes.profile !== "null") throw unencryptedSuite(suite, profile);
    if (!isModern(suite)) log.warn(`cipher suite ${suite} is older than BCP 195 recommends`);
    offered.add(suite);
  }
  const names = [...offered].map((suite) => library.text(ssl.SSL_CIPHER_get_name(known.get(suite) ?? null)))
    .join(":");
  ssl.SSL_CTX_set_cipher_list(context, cText(`${names}:@SECLEVEL=0`));
  const tls13Names = [...TLS13_SUITES, ...profile.furtherTls13Suites ?? []].join(":");
  ssl.SSL_CTX_set_ciphersuites(context, cText(tls13Names));
  ssl.SSL_CTX_ctrl(context, MINIMUM_VERSION, VERSIONS[profile.minimum], null);
  ssl.SSL_CTX_ctrl(context, MAXIMUM_VERSION, VERSIONS[profile.maximum], null);
}

/** Every suite of TLS 1.2 and older by its IANA name; the library itself goes by names of its own. */
function suitesByName(library: OpenSsl, context: Pointer): Map<string, Pointer> {
  const { ssl, crypto } = library;
  ssl.SSL_CTX_set_cipher_list(context, cText("ALL:COMPLEMENTOFALL:!aNULL:!PSK:!SRP:@SECLEVEL=0"));
  const suites = ssl.SSL_CTX_get_ciphers(context);
  const byName = new Map<string, Pointer>();
  for (let index = 0; index < crypto.OPENSSL_sk_num(suites); index++) {
    const suite = crypto.OPENSSL_sk_value(suites, index);
    const name = library.text(ssl.SSL_CIPHER_standard_name(suite));
    if (name.includes("_WITH_")) byName.set(name, suite);
  }
  return byName;
}

/** Forward secrecy and authenticated encryption. */
function isModern(suite: string): boolean {
  return /^TLS_(EC)?DHE_.*_(GCM|CCM|POLY1305)(_|$)/.test(suite);
}

function unknownSuite(suite: string, { version }: OpenSsl): Fault {
  const isOfTls13 = suite.startsWith("TLS_") && !suite.includes("_WITH_");
  return new Fault("configuration", `Unknown or invalid ciphersuite: ${suite}`, {
    code: "000b:0003",
    remedy: isOfTls13
      ? "suites of TLS 1.3 come with the profile and cannot be named"
      : `--list-ciphers lists those of ${version}`,
  });
}

function unencryptedSuite(suite: string, { title }: TlsProfile): Fault {
  return new Fault(
    "configuration",
    `Unencrypted ciphersuite '${suite}' not permitted with security profile '${title}'`,
    { code: "000b:0003", remedy: "nothing would be encrypted; if that is meant, use --profile-null" },
  );
}
