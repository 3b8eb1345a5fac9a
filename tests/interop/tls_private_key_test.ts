import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { openOpenSsl } from "../../lib/association/tls/openssl_library.ts";
import { openPrivateKey } from "../../lib/association/tls/private_key.ts";
import { have } from "../peers/available.ts";
import { EC, ED25519, makeKey, selfSigned } from "../tls/authority.ts";
import { readOpenssl, runOpenssl } from "../tls/openssl_command.ts";
import "../tls/wishes.ts";

const PASSWORD = "opén sesame";
/** Made quickly; nobody uses it. */
const RSA = ["RSA", "-pkeyopt", "rsa_keygen_bits:1024"];

interface Case {
  readonly name: string;
  readonly algorithm?: readonly string[];
  /** openssl command that turns the key IN into OUT. */
  readonly convert: readonly string[];
  readonly format?: "pem" | "der";
  readonly isEncrypted?: true;
  /** Only OpenSSL opens it; without it, the answer names this command. */
  readonly needsLibrary?: RegExp;
}

const TRADITIONAL = ["-traditional", "-passout", `pass:${PASSWORD}`];
const PKCS8 = ["pkcs8", "-topk8", "-in", "IN", "-out", "OUT", "-passout", `pass:${PASSWORD}`];
const BY_COMMAND =
  /cannot be opened here without OpenSSL 3; convert it with: openssl pkey -in \S+ -out NEWFILE$/;

const CASES: readonly Case[] = [
  { name: "PKCS#8", convert: ["pkey", "-in", "IN", "-out", "OUT"] },
  { name: "PKCS#8 of RSA", algorithm: RSA, convert: ["pkey", "-in", "IN", "-out", "OUT"] },
  { name: "PKCS#8 of Ed25519", algorithm: ED25519, convert: ["pkey", "-in", "IN", "-out", "OUT"] },
  {
    name: "PKCS#8, DER",
    convert: ["pkcs8", "-topk8", "-nocrypt", "-in", "IN", "-outform", "DER", "-out", "OUT"],
    format: "der",
  },
  { name: "PKCS#1", algorithm: RSA, convert: ["rsa", "-traditional", "-in", "IN", "-out", "OUT"] },
  {
    name: "PKCS#1, DER",
    algorithm: RSA,
    convert: ["rsa", "-traditional", "-in", "IN", "-outform", "DER", "-out", "OUT"],
    format: "der",
  },
  { name: "SEC1", convert: ["ec", "-in", "IN", "-out", "OUT"] },
  { name: "SEC1, DER", convert: ["ec", "-in", "IN", "-outform", "DER", "-out", "OUT"], format: "der" },
  {
    name: "SEC1 behind its curve parameters",
    convert: ["ecparam", "-name", "prime256v1", "-genkey", "-out", "OUT"],
  },
  { name: "encrypted PKCS#8, AES-256", convert: [...PKCS8, "-v2", "aes-256-cbc"], isEncrypted: true },
  { name: "encrypted PKCS#8, AES-128", convert: [...PKCS8, "-v2", "aes-128-cbc"], isEncrypted: true },
  { name: "encrypted PKCS#8, scrypt", convert: [...PKCS8, "-scrypt"], isEncrypted: true },
  {
    name: "encrypted PKCS#8 of RSA",
    algorithm: RSA,
    convert: [...PKCS8, "-v2", "aes-256-cbc"],
    isEncrypted: true,
  },
  {
    name: "encrypted PKCS#8, DER",
    convert: [...PKCS8, "-v2", "aes-256-cbc", "-outform", "DER"],
    format: "der",
    isEncrypted: true,
  },
  {
    name: "encrypted PKCS#8, triple DES",
    convert: [...PKCS8, "-v2", "des3", "-v2prf", "hmacWithSHA1"],
    isEncrypted: true,
    needsLibrary: BY_COMMAND,
  },
  {
    name: "encrypted PKCS#8, version 1",
    convert: [...PKCS8, "-v1", "PBE-SHA1-3DES"],
    isEncrypted: true,
    needsLibrary: BY_COMMAND,
  },
  {
    name: "traditional PEM, AES-256",
    algorithm: RSA,
    convert: ["rsa", "-aes256", "-in", "IN", "-out", "OUT", ...TRADITIONAL],
    isEncrypted: true,
  },
  {
    name: "traditional PEM, AES-128",
    algorithm: RSA,
    convert: ["rsa", "-aes128", "-in", "IN", "-out", "OUT", ...TRADITIONAL],
    isEncrypted: true,
  },
  {
    name: "traditional PEM, triple DES",
    algorithm: RSA,
    convert: ["rsa", "-des3", "-in", "IN", "-out", "OUT", ...TRADITIONAL],
    isEncrypted: true,
  },
  {
    name: "traditional PEM, Camellia",
    algorithm: RSA,
    convert: ["rsa", "-camellia256", "-in", "IN", "-out", "OUT", ...TRADITIONAL],
    isEncrypted: true,
    needsLibrary: BY_COMMAND,
  },
  {
    name: "traditional PEM of EC",
    convert: ["ec", "-aes256", "-in", "IN", "-out", "OUT", "-passout", `pass:${PASSWORD}`],
    isEncrypted: true,
  },
];

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "storescu-key-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function open(path: string, format: "pem" | "der", password: string | undefined, withLibrary: boolean) {
  return openPrivateKey(Deno.readFileSync(path), path, {
    format,
    password: () =>
      password === undefined ? Promise.reject(new Error("was asked for")) : Promise.resolve(password),
    library: withLibrary ? openOpenSsl() : undefined,
  });
}

/** The key as OpenSSL itself writes it. */
function expectedKey(path: string, format: "pem" | "der"): Promise<string> {
  return readOpenssl(["pkey", "-in", path, "-inform", format, "-passin", `pass:${PASSWORD}`]);
}

for (const { name, algorithm = EC, convert, format = "pem", isEncrypted = false, needsLibrary } of CASES) {
  Deno.test({
    name: `a private key is opened when it is ${name}`,
    ignore: !have("openssl"),
    fn: () =>
      inFolder(async (folder) => {
        const path = join(folder, "made.key");
        const original = await makeKey(folder, "original", algorithm);
        await runOpenssl(convert.map((word) => word === "IN" ? original : word === "OUT" ? path : word));
        const expected = await expectedKey(path, format);
        const password = isEncrypted ? PASSWORD : undefined;
        for (const withLibrary of openOpenSsl() === undefined ? [false] : [true, false]) {
          if (needsLibrary !== undefined && !withLibrary) {
            const refusal = await assertRejects(() => open(path, format, password, false), Error);
            assertMatch(refusal.message, needsLibrary);
          } else {
            assertEquals((await open(path, format, password, withLibrary)).pem.trim(), expected.trim());
          }
          if (isEncrypted && (withLibrary || needsLibrary === undefined)) {
            const refusal = await assertRejects(() => open(path, format, "wrong", withLibrary), Error);
            assertMatch(refusal.message, /^the password is wrong/);
          }
        }
      }),
  });
}

Deno.test({
  name: "a private key is opened when it lies in a PKCS#12 file, whatever the format option says",
  ignore: !have("openssl") || openOpenSsl() === undefined,
  fn: () =>
    inFolder(async (folder) => {
      const { keyFile, certificateFile } = await selfSigned(folder, "pair");
      const path = join(folder, "pair.p12");
      await runOpenssl([
        ...["pkcs12", "-export", "-inkey", keyFile, "-in", certificateFile, "-out", path],
        ...["-passout", `pass:${PASSWORD}`],
      ]);
      const expected = await expectedKey(keyFile, "pem");
      for (const format of ["pem", "der"] as const) {
        assertEquals((await open(path, format, PASSWORD, true)).pem.trim(), expected.trim());
        const refusal = await assertRejects(() => open(path, format, "wrong", true), Error);
        assertMatch(refusal.message, /^the password is wrong/);
      }
      const refusal = await assertRejects(() => open(path, "pem", PASSWORD, false), Error);
      assertMatch(refusal.message, /convert it with: openssl pkcs12 -in \S+ -nocerts -nodes -out NEWFILE$/);
    }),
});

const NOT_KEYS: readonly (readonly [name: string, content: string, format: "pem" | "der", reason: RegExp])[] =
  [
    ["is empty", "", "pem", /not PEM/],
    ["is empty, DER", "", "der", /./],
    ["is no PEM", "\x30\x03\x02\x01\x00", "pem", /a DER file needs --der-keys/],
    ["is PEM though DER was said", "-----BEGIN PRIVATE KEY-----\n", "der", /it is PEM, but --der-keys/],
    [
      "holds a certificate only",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      "pem",
      /no private key/,
    ],
    ["is cut short", "-----BEGIN PRIVATE KEY-----\nMIG", "pem", /no private key/],
    ["is nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "pem", /./],
  ];

for (const [name, content, format, reason] of NOT_KEYS) {
  Deno.test(`a private key is refused with the reason when the file ${name}`, () =>
    inFolder(async (folder) => {
      const path = join(folder, "bad.key");
      await Deno.writeTextFile(path, content);
      for (const withLibrary of [true, false]) {
        const refusal = await assertRejects(() => open(path, format, undefined, withLibrary), Error);
        assertMatch(refusal.message, reason);
      }
    }));
}

/** Made for this test: P-256, AES-128 with one round of PBKDF2, the password is "x". */
const LUCKILY_PADDED = [
  "-----BEGIN ENCRYPTED PRIVATE KEY-----",
  "MIHrMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAghUDyiefWvyQIBATAM",
  "BggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBAgQQXTGzD3fFOzH+xISMc4qddASBkGiD",
  "RM4wBzPxN+I8miZdRIkrWQSRUDM158+UbLaxP6/5n+omOmBQbr4iyAUdkZN4gAb2",
  "XszF2JSqZjXeCB0mLvgTEiM1mFduFwrsgIFFs3r8M/05GtuXqoc3OaBicTCy9jsU",
  "d84kv/GhWPkBdl8O5FTdoUfNOdPb293UojHD+o4/DIIAg9j/vglbaRCmsVfNuQ==",
  "-----END ENCRYPTED PRIVATE KEY-----",
].join("\n");

Deno.test("a wrong password is told as one even when what it decrypts to ends like padding", async () => {
  for (const library of [openOpenSsl(), undefined]) {
    const opening = (password: string) =>
      openPrivateKey(new TextEncoder().encode(LUCKILY_PADDED), "padded.key", {
        format: "pem",
        password: () => Promise.resolve(password),
        library,
      });
    assertMatch((await opening("x")).pem, /^-----BEGIN PRIVATE KEY/);
    for (const wrong of ["wrong", "wrong 77"]) {
      const refusal = await assertRejects(() => opening(wrong), Error);
      assertMatch(refusal.message, /^the password is wrong/);
    }
  }
});

Deno.test("any bytes are a private key or a reason, never a crash", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
  let state = seed;
  const next = () => (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 8;
  for (let round = 0; round < 200; round++) {
    const bytes = Uint8Array.from({ length: next() % 300 }, () => next());
    if (round % 2 === 0) bytes.set([0x30, 0x82, 0x01, 0x00, 0x02, 0x01].slice(0, bytes.length));
    const opening = openPrivateKey(bytes, "random", {
      format: "der",
      password: () => Promise.resolve("x"),
      library: openOpenSsl(),
    });
    await assertRejects(() => opening, Error, undefined, `seed ${seed}, round ${round}`);
  }
});
