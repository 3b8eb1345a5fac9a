/** The TLS part of the settings: which options may stand together, and what they come to. */

import { Fault } from "../errors.ts";
import type { ReadVariable } from "./environment.ts";
import type { Given } from "./given.ts";
import type { SecretSource, TlsProfileName, TlsWishes } from "./settings.ts";

/**
 * What was asked of TLS; undefined for plain TCP.
 *
 * @throws {Fault} usage.
 */
export function evaluateTls(given: Given, variable: ReadVariable): TlsWishes | undefined {
  given.require("--std-passwd", "--use-passwd", "--null-passwd", "--key-password-file");
  given.require("--pem-keys", "--der-keys");
  requireSeed(given);
  given.require("--require-peer-cert", "--verify-peer-cert", "--ignore-peer-cert");
  const profile = given.winner("tlsProfile");
  if (profile !== undefined) given.require(profile);
  given.require(
    "--add-cert-file",
    "--add-cert-dir",
    "--add-crl-file",
    "--enable-crl-vfy",
    "--enable-crl-all",
  );
  given.require("--cipher", "--dhparam", "--request-sni", "--verify-hostname");
  given.forbid("--cipher", "--profile-bcp195-ex");
  given.forbid("--cipher", "--profile-8996-mod");
  given.forbid("--no-sni", "--request-sni");

  const transport = given.winner("transport");
  if (transport !== "--enable-tls" && transport !== "--anonymous-tls") return undefined;
  const [keyFile, certificateFile] = [given.text("--enable-tls", 0), given.text("--enable-tls", 1)];
  const legacy = ["--seed", "--write-seed", "--write-seed-file", "--dhparam", "--verify-peer-cert"] as const;
  return {
    own: keyFile === undefined || certificateFile === undefined ? undefined : { keyFile, certificateFile },
    keyPassword: keyPasswordOf(given, variable),
    format: given.has("--der-keys") ? "der" : "pem",
    certificateFiles: given.texts("--add-cert-file"),
    certificateDirectories: given.texts("--add-cert-dir"),
    crlFiles: given.texts("--add-crl-file"),
    crlCheck: crlCheckOf(given),
    profile: profileOf(given),
    ciphers: given.texts("--cipher"),
    serverNameIndication: given.text("--request-sni"),
    withoutServerName: given.has("--no-sni"),
    peerCertificate: given.has("--ignore-peer-cert")
      ? "ignore"
      : given.has("--verify-peer-cert")
      ? "verify"
      : "require",
    verifyHostname: given.has("--verify-hostname"),
    withoutEffect: legacy.filter((name) => given.has(name)),
  };
}

/** Seeds need TLS as much as a seed to write back does; DCMTK asks for that first. */
function requireSeed(given: Given): void {
  const secure = given.has("--enable-tls") || given.has("--anonymous-tls");
  for (const name of ["--seed", "--write-seed", "--write-seed-file"] as const) {
    if (given.has(name) && !secure) {
      throw new Fault("usage", `${name} only allowed with --enable-tls or --anonymous-tls`);
    }
    given.require(name);
  }
}

function keyPasswordOf(given: Given, variable: ReadVariable): "ask" | "empty" | SecretSource {
  const name = "STORESCU_KEY_PASSWORD";
  const [text, path] = [given.text("--use-passwd"), given.text("--key-password-file")];
  if (text !== undefined) return { from: "argument", text };
  if (path !== undefined) return { from: "file", path, option: "--key-password-file" };
  if (given.has("--null-passwd")) return "empty";
  if (given.has("--std-passwd") || !given.has("--enable-tls")) return "ask";
  return variable(name) === undefined ? "ask" : { from: "environment", variable: name };
}

function crlCheckOf(given: Given): TlsWishes["crlCheck"] {
  if (given.has("--enable-crl-all")) return "all";
  return given.has("--enable-crl-vfy") || given.has("--add-crl-file") ? "leaf" : "none";
}

const PROFILES: readonly TlsProfileName[] = [
  "8996",
  "8996-mod",
  "bcp195-nd",
  "bcp195",
  "bcp195-ex",
  "aes",
  "basic",
  "null",
];

function profileOf(given: Given): TlsProfileName {
  return PROFILES.find((name) => given.winner("tlsProfile") === `--profile-${name}`) ?? "8996";
}
