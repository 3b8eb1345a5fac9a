/** What is refused before any connection, with its line; both engines say the same. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { listCiphers, listProfiles, prepareTls } from "../../lib/association/tls.ts";
import { openOpenSsl } from "../../lib/association/tls/openssl_library.ts";
import { BUILT_IN_PROFILES, BUILT_IN_SUITES, TLS_PROFILES } from "../../lib/association/tls/profiles.ts";
import type { TlsProfileName, TlsWishes } from "../../lib/cli/settings.ts";
import { Fault } from "../../lib/errors.ts";
import { Logger, plainBackend } from "../../lib/log/log.ts";
import { have } from "../peers/available.ts";
import { Authority, selfSigned, YEAR_2020, YEAR_2021, YEAR_2048 } from "../tls/authority.ts";
import { runOpenssl } from "../tls/openssl_command.ts";
import { ANONYMOUS, type Engine, QUIET } from "../tls/wishes.ts";

const PASSWORD = "Kennwort";

interface Files {
  readonly folder: string;
  readonly own: NonNullable<TlsWishes["own"]>;
  readonly otherKeyFile: string;
  readonly encryptedKeyFile: string;
  readonly expired: NonNullable<TlsWishes["own"]>;
  readonly early: NonNullable<TlsWishes["own"]>;
  readonly root: string;
}

async function makeFiles(folder: string): Promise<Files> {
  const root = await Authority.create(folder, "root");
  const own = await root.issue("own");
  const encryptedKeyFile = join(folder, "encrypted.key");
  await runOpenssl([
    ...["pkcs8", "-topk8", "-in", own.keyFile, "-out", encryptedKeyFile],
    ...["-passout", `pass:${PASSWORD}`],
  ]);
  await Deno.mkdir(join(folder, "empty"));
  await Deno.mkdir(join(folder, "anchors"));
  await Deno.copyFile(root.certificateFile, join(folder, "anchors", "any name.txt"));
  await Deno.writeTextFile(join(folder, "anchors", "README"), "These are our authorities.");
  await Deno.writeTextFile(join(folder, "password"), `${PASSWORD}\n`);
  await Deno.writeTextFile(
    join(folder, "damaged.pem"),
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
  );
  await Deno.writeTextFile(
    join(folder, "damaged.crl"),
    "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n",
  );
  return {
    folder,
    own,
    encryptedKeyFile,
    otherKeyFile: (await selfSigned(folder, "other")).keyFile,
    expired: await root.issue("expired", { notBefore: YEAR_2020, notAfter: YEAR_2021 }),
    early: await root.issue("early", { notBefore: YEAR_2048 }),
    root: root.certificateFile,
  };
}

interface Case {
  readonly name: string;
  readonly wishes: (files: Files) => Partial<TlsWishes>;
  /** Undefined: TLS is made ready. */
  readonly refusal?: RegExp;
}

const CASES: readonly Case[] = [
  { name: "key and certificate fit", wishes: ({ own }) => ({ own }) },
  {
    name: "key and certificate do not fit",
    wishes: ({ own, otherKeyFile }) => ({ own: { ...own, keyFile: otherKeyFile } }),
    refusal: /^000b:0006 Private key '.*' and certificate '.*' do not match$/,
  },
  {
    name: "the key is not there",
    wishes: ({ own }) => ({ own: { ...own, keyFile: "/nowhere.key" } }),
    refusal: /^000b:0004 Unable to load private TLS key from '\/nowhere.key': No such file or directory$/,
  },
  {
    name: "the key is a folder",
    wishes: ({ own, folder }) => ({ own: { ...own, keyFile: folder } }),
    refusal: /^000b:0004 Unable to load private TLS key from '.*': Is a directory$/,
  },
  {
    name: "the certificate is not there",
    wishes: ({ own }) => ({ own: { ...own, certificateFile: "/nowhere.pem" } }),
    refusal: /^000b:0005 Unable to load certificate from '\/nowhere.pem': No such file or directory$/,
  },
  {
    name: "the certificate is damaged",
    wishes: ({ own, folder }) => ({ own: { ...own, certificateFile: join(folder, "damaged.pem") } }),
    refusal: /^000b:0005 Unable to load certificate from '.*': certificate 1 in it is damaged/,
  },
  {
    name: "the certificate file holds a key",
    wishes: ({ own }) => ({ own: { ...own, certificateFile: own.keyFile } }),
    refusal: /^000b:0005 Unable to load certificate from '.*': it holds no certificate$/,
  },
  {
    name: "our certificate has expired",
    wishes: ({ expired }) => ({ own: expired }),
    refusal:
      /^cannot use certificate '.*': it has expired: subject CN=expired, issuer CN=root, valid Jan 1 .* 2020/,
  },
  {
    name: "our certificate is not valid yet",
    wishes: ({ early }) => ({ own: early }),
    refusal: /^cannot use certificate '.*': it is not valid yet: subject CN=early/,
  },
  {
    name: "the right password is given",
    wishes: (files) => ({ ...encrypted(files), keyPassword: { from: "argument", text: PASSWORD } }),
  },
  {
    name: "the right password lies in a file",
    wishes: (files) => ({
      ...encrypted(files),
      keyPassword: { from: "file", path: join(files.folder, "password"), option: "--key-password-file" },
    }),
  },
  {
    name: "the wrong password is given",
    wishes: (files) => ({ ...encrypted(files), keyPassword: { from: "argument", text: "wrong" } }),
    refusal: /^000b:0004 Unable to load private TLS key from '.*': the password is wrong/,
  },
  {
    name: "the empty password is given and wrong",
    wishes: (files) => ({ ...encrypted(files), keyPassword: "empty" }),
    refusal: /^000b:0004 Unable to load private TLS key from '.*': the password is wrong/,
  },
  {
    name: "the password file is not there",
    wishes: (files) => ({
      ...encrypted(files),
      keyPassword: { from: "file", path: "/nowhere", option: "--key-password-file" },
    }),
    refusal: /^\/nowhere: cannot read it for --key-password-file: no such file or folder/,
  },
  {
    name: "the password's variable is not set",
    wishes: (files) => ({
      ...encrypted(files),
      keyPassword: { from: "environment", variable: "STORESCU_TEST_UNSET" },
    }),
    refusal: /^environment variable STORESCU_TEST_UNSET is not set$/,
  },
  {
    name: "a password is given that the key does not need",
    wishes: ({ own }) => ({ own, keyPassword: { from: "argument", text: "unused" } }),
  },
  { name: "an anchor is named", wishes: ({ root }) => ({ certificateFiles: [root] }) },
  {
    name: "an anchor is not there",
    wishes: ({ root }) => ({ certificateFiles: [root, "/nowhere.pem"] }),
    refusal: /^unable to load certificate file '\/nowhere.pem': No such file or directory$/,
  },
  {
    name: "an anchor is PEM and --der-keys was given",
    wishes: ({ root }) => ({ certificateFiles: [root], format: "der" }),
    refusal: /^unable to load certificate file '.*': it is PEM, but --der-keys was given$/,
  },
  {
    name: "a folder of anchors is named",
    wishes: ({ folder }) => ({ certificateDirectories: [join(folder, "anchors")] }),
  },
  {
    name: "a folder of anchors holds none",
    wishes: ({ folder }) => ({ certificateDirectories: [join(folder, "empty")] }),
    refusal: /^unable to load certificates from directory '.*': no file in it holds a certificate$/,
  },
  {
    name: "a folder of anchors is not there",
    wishes: () => ({ certificateDirectories: ["/nowhere"] }),
    refusal: /^unable to load certificates from directory '\/nowhere': No such file or directory/,
  },
  {
    name: "a revocation list is not there",
    wishes: () => ({ crlFiles: ["/nowhere.crl"], crlCheck: "leaf" }),
    refusal: /^unable to load CRL file '\/nowhere.crl': No such file or directory$/,
  },
  {
    name: "a revocation list is a certificate",
    wishes: ({ root }) => ({ crlFiles: [root], crlCheck: "leaf" }),
    refusal: /^unable to load CRL file '.*': it holds no certificate revocation list$/,
  },
  {
    name: "a revocation list is damaged",
    wishes: ({ folder }) => ({ crlFiles: [join(folder, "damaged.crl")], crlCheck: "leaf" }),
    refusal: /^cannot use the revocation list '.*damaged.crl': |needs the system's OpenSSL 3/,
  },
  {
    name: "a cipher suite is unknown",
    wishes: () => ({ ciphers: ["TLS_FOO"] }),
    refusal:
      /^000b:0003 Unknown or invalid ciphersuite: TLS_FOO$|--cipher TLS_FOO needs the system's OpenSSL 3/,
  },
  {
    name: "a cipher suite does not encrypt",
    wishes: () => ({ ciphers: ["TLS_RSA_WITH_NULL_SHA"] }),
    refusal:
      /^000b:0003 Unencrypted ciphersuite 'TLS_RSA_WITH_NULL_SHA' not permitted|NULL_SHA needs the system's OpenSSL 3/,
  },
];

function encrypted({ own, encryptedKeyFile }: Files): Partial<TlsWishes> {
  return { own: { ...own, keyFile: encryptedKeyFile } };
}

Deno.test({
  name: "TLS is made ready, or refused with its own line, when ...",
  ignore: !have("openssl"),
  async fn(test) {
    const folder = await Deno.makeTempDir({ prefix: "storescu-tls-" });
    try {
      const files = await makeFiles(folder);
      for (const { name, wishes, refusal } of CASES) {
        for (const engine of ["any", "builtIn"] as const) {
          await test.step(`... ${name} (${engine})`, async () => {
            assertMatch(
              await refusalOf({ certificateFiles: [files.root], ...wishes(files) }, engine),
              refusal ?? /^$/,
            );
          });
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Empty when nothing is refused. */
async function refusalOf(wishes: Partial<TlsWishes>, engine: Engine): Promise<string> {
  try {
    await prepareTls({ ...ANONYMOUS, ...wishes }, QUIET, { engine });
    return "";
  } catch (caught) {
    if (!(caught instanceof Fault)) throw caught;
    assertEquals(caught.kind, "configuration");
    return caught.condition;
  }
}

Deno.test("the built-in engine refuses by name what it cannot do", async () => {
  const wishes: readonly (readonly [Partial<TlsWishes>, string])[] = [
    [{ peerCertificate: "ignore" }, "--ignore-peer-cert"],
    [{ crlCheck: "leaf" }, "--add-crl-file"],
    [{ crlCheck: "all" }, "--add-crl-file"],
    [{ profile: "bcp195-ex" }, "--profile-bcp195-ex"],
    [{ profile: "aes" }, "--profile-aes"],
    [{ profile: "basic" }, "--profile-basic"],
    [{ profile: "null" }, "--profile-null"],
    [{ ciphers: ["TLS_RSA_WITH_AES_128_CBC_SHA"] }, "--cipher TLS_RSA_WITH_AES_128_CBC_SHA"],
    [{ serverNameIndication: "pacs.example" }, "--request-sni"],
  ];
  for (const [wish, option] of wishes) {
    const refusal = await refusalOf(wish, "builtIn");
    assert(refusal.includes(option) && refusal.includes("needs the system's OpenSSL 3"), refusal);
  }
});

Deno.test("a name to verify is refused when the certificate is to be ignored", async () => {
  const wishes = { ...ANONYMOUS, verifyHostname: true, peerCertificate: "ignore" } as const;
  const fault = await assertRejects(() => prepareTls(wishes, QUIET), Fault);
  assertEquals(fault.kind, "usage");
});

Deno.test("every profile is taken or refused by name, and the list shows those taken", async () => {
  const titles = listProfiles().join("\n");
  for (const [name, { title }] of Object.entries(TLS_PROFILES)) {
    const refusal = await refusalOf({ profile: name as TlsProfileName }, "any");
    if (refusal !== "") assertMatch(refusal, new RegExp(`^--profile-${name} `));
    assertEquals(titles.includes(title), refusal === "", name);
  }
  assert(BUILT_IN_PROFILES.every((name) => titles.includes(TLS_PROFILES[name].title)));
});

Deno.test("every listed cipher suite of TLS 1.2 and older that encrypts can be asked for", async () => {
  const suites = listCiphers();
  assert(BUILT_IN_SUITES.every((suite) => suites.includes(suite)));
  const named = suites.filter((suite) => suite.includes("_WITH_") && !suite.includes("_NULL_"));
  assert(named.length >= 6);
  assertEquals(await refusalOf({ ciphers: named }, "any"), "");
});

Deno.test({
  name: "an old cipher suite is taken with a warning",
  ignore: openOpenSsl() === undefined,
  async fn() {
    const lines: string[] = [];
    const log = new Logger(plainBackend("warn", (text) => lines.push(text)));
    await prepareTls({ ...ANONYMOUS, ciphers: ["TLS_RSA_WITH_AES_128_CBC_SHA"] }, log);
    await prepareTls({ ...ANONYMOUS, ciphers: ["TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"] }, log);
    assertEquals(lines, ["W: cipher suite TLS_RSA_WITH_AES_128_CBC_SHA is older than BCP 195 recommends\n"]);
  },
});

Deno.test("an encrypted key without a password and without a terminal is refused with what to do", {
  ignore: !have("openssl"),
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "storescu-tls-" });
  try {
    const { own, encryptedKeyFile } = await makeFiles(folder);
    const script = `
      import { prepareTls } from ${JSON.stringify(import.meta.resolve("../../lib/association/tls.ts"))};
      import { ANONYMOUS, QUIET } from ${JSON.stringify(import.meta.resolve("../tls/wishes.ts"))};
      const own = ${JSON.stringify({ ...own, keyFile: encryptedKeyFile })};
      await prepareTls({ ...ANONYMOUS, own }, QUIET).catch((fault) => console.log(fault.condition, "|", fault.remedy));`;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", script],
      stdin: "null",
      stderr: "inherit",
    }).output();
    assertMatch(
      new TextDecoder().decode(stdout),
      /^000b:0004 Unable to load private .* encrypted and there is no terminal .* \| .*--key-password-file/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("no secret reaches a log or a fault", { ignore: !have("openssl") }, async () => {
  const folder = await Deno.makeTempDir({ prefix: "storescu-tls-" });
  const lines: string[] = [];
  const log = new Logger(plainBackend("all", (text) => lines.push(text)));
  try {
    const files = await makeFiles(folder);
    const secret = "Geheimnis-4711";
    const wishes = {
      ...ANONYMOUS,
      ...encrypted(files),
      keyPassword: { from: "argument", text: secret },
    } as const;
    const fault = await assertRejects(() => prepareTls(wishes, log), Fault);
    await prepareTls({ ...wishes, keyPassword: { from: "argument", text: PASSWORD } }, log);
    const everything = [...lines, fault.message, fault.remedy, String(fault.cause)].join("\n");
    assert(lines.length > 0);
    assert(!everything.includes(secret) && !everything.includes(PASSWORD), everything);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
