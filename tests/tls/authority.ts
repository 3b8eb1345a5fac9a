/** Certification authorities that live as long as a test, made with the openssl command. */

import { join } from "node:path";
import { runOpenssl } from "./openssl_command.ts";

/** Paths of two PEM files. */
export interface Pair {
  readonly keyFile: string;
  readonly certificateFile: string;
}

export interface PairOptions {
  /** As `openssl genpkey` wants it. */
  readonly algorithm?: readonly string[];
  /** Lines of an extension section. */
  readonly extensions?: readonly string[];
  /** YYMMDDHHMMSSZ. */
  readonly notBefore?: string;
  readonly notAfter?: string;
}

export const EC: readonly string[] = ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
export const RSA: readonly string[] = ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
export const ED25519: readonly string[] = ["ED25519"];

const LEAF = ["basicConstraints=CA:FALSE"];
const AUTHORITY = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"];
/** Long ago, for what has expired, and far away. */
export const YEAR_2020 = "200101000000Z";
export const YEAR_2021 = "210101000000Z";
export const YEAR_2048 = "480101000000Z";
export const YEAR_2049 = "490101000000Z";

/** A new private key. */
export async function makeKey(
  folder: string,
  name: string,
  algorithm: readonly string[] = EC,
): Promise<string> {
  const keyFile = join(folder, `${name}.key`);
  await runOpenssl(["genpkey", "-algorithm", ...algorithm, "-out", keyFile]);
  return keyFile;
}

/** A certificate that its own key has signed. */
export async function selfSigned(
  folder: string,
  name: string,
  { algorithm = EC, extensions = LEAF }: PairOptions = {},
): Promise<Pair> {
  const keyFile = await makeKey(folder, name, algorithm);
  const certificateFile = join(folder, `${name}.pem`);
  const config = join(folder, `${name}.self.cnf`);
  await Deno.writeTextFile(
    config,
    [
      "[req]",
      "distinguished_name=dn",
      "x509_extensions=x",
      "prompt=no",
      "[dn]",
      `CN=${name}`,
      "[x]",
      ...extensions,
    ]
      .join("\n"),
  );
  await runOpenssl([
    ...["req", "-x509", "-new", "-key", keyFile, "-out", certificateFile],
    ...["-days", "30", "-config", config],
  ]);
  return { keyFile, certificateFile };
}

/** Issues certificates and revocation lists; everything lies in one folder of its own. */
export class Authority implements Pair {
  readonly keyFile: string;
  readonly certificateFile: string;
  readonly #folder: string;

  private constructor(folder: string, { keyFile, certificateFile }: Pair) {
    this.#folder = folder;
    this.keyFile = keyFile;
    this.certificateFile = certificateFile;
  }

  /** A root, or below `issuer` an intermediate authority. */
  static async create(
    parent: string,
    name: string,
    issuer?: Authority,
    { commonName = name, extensions = AUTHORITY }: { commonName?: string; extensions?: readonly string[] } =
      {},
  ): Promise<Authority> {
    const folder = join(parent, name);
    await Deno.mkdir(folder);
    const pair = issuer === undefined
      ? await selfSigned(folder, commonName, { extensions })
      : await issuer.issue(commonName, { extensions });
    const lines = [
      ...["[ca]", "default_ca=d", "[d]", `dir=${folder}`, "database=$dir/index.txt", "new_certs_dir=$dir"],
      ...["rand_serial=yes", "default_md=sha256", "policy=p", "unique_subject=no", "default_crl_days=30"],
      ...["crlnumber=$dir/crlnumber", `certificate=${pair.certificateFile}`, `private_key=${pair.keyFile}`],
      ...["[p]", "commonName=supplied"],
    ];
    await Deno.writeTextFile(join(folder, "ca.cnf"), lines.join("\n"));
    await Deno.writeTextFile(join(folder, "index.txt"), "");
    await Deno.writeTextFile(join(folder, "crlnumber"), "01\n");
    return new Authority(folder, pair);
  }

  async issue(name: string, options: PairOptions = {}): Promise<Pair> {
    const { algorithm, extensions = LEAF, notBefore, notAfter = YEAR_2049 } = options;
    const keyFile = await makeKey(this.#folder, name, algorithm);
    const [requestFile, extensionFile, certificateFile] = this.#paths(
      `${name}.csr`,
      `${name}.ext`,
      `${name}.pem`,
    );
    await runOpenssl(["req", "-new", "-key", keyFile, "-subj", `/CN=${name}`, "-out", requestFile]);
    await Deno.writeTextFile(extensionFile, `${extensions.join("\n")}\n`);
    await this.#ca([
      ...["-batch", "-notext", "-in", requestFile, "-out", certificateFile, "-extfile", extensionFile],
      ...(notBefore === undefined ? [] : ["-startdate", notBefore]),
      ...["-enddate", notAfter],
    ]);
    return { keyFile, certificateFile };
  }

  /** A certificate of X.509 version 1: without extensions. */
  async issueVersion1(name: string): Promise<Pair> {
    const keyFile = await makeKey(this.#folder, name);
    const [requestFile, certificateFile] = this.#paths(`${name}.csr`, `${name}.pem`);
    await runOpenssl(["req", "-new", "-key", keyFile, "-subj", `/CN=${name}`, "-out", requestFile]);
    await runOpenssl([
      ...["x509", "-req", "-in", requestFile, "-CA", this.certificateFile, "-CAkey", this.keyFile],
      ...["-CAcreateserial", "-days", "30", "-out", certificateFile],
    ]);
    return { keyFile, certificateFile };
  }

  async revoke({ certificateFile }: Pair): Promise<void> {
    await this.#ca(["-revoke", certificateFile]);
  }

  /**
   * The list of what is revoked so far; `lifetime` are options of `openssl ca -gencrl`, `extensions` lines of an
   * extension section, and of sections it names.
   */
  async revocationList(
    name: string,
    lifetime: readonly string[] = [],
    extensions: readonly string[] = [],
  ): Promise<string> {
    const [path, extensionFile] = this.#paths(`${name}.crl`, `${name}.crl.cnf`);
    if (extensions.length === 0) {
      await this.#ca(["-gencrl", ...lifetime, "-out", path]);
      return path;
    }
    const base = await Deno.readTextFile(join(this.#folder, "ca.cnf"));
    await Deno.writeTextFile(extensionFile, [base, "[x]", ...extensions, ""].join("\n"));
    await runOpenssl([
      ...["ca", "-config", extensionFile, "-gencrl", ...lifetime, "-crlexts", "x", "-out", path],
    ]);
    return path;
  }

  #ca(args: readonly string[]): Promise<void> {
    return runOpenssl(["ca", "-config", join(this.#folder, "ca.cnf"), ...args]);
  }

  #paths<const Names extends readonly string[]>(...names: Names): { [Index in keyof Names]: string } {
    return names.map((name) => join(this.#folder, name)) as { [Index in keyof Names]: string };
  }
}

/** Several PEM files behind each other. */
export async function bundle(path: string, ...files: readonly string[]): Promise<string> {
  await Deno.writeTextFile(path, (await Promise.all(files.map((file) => Deno.readTextFile(file)))).join(""));
  return path;
}
