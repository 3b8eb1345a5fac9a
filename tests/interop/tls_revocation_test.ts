/** Revocation lists: what is revoked or cannot be checked is refused. */

import { assertEquals, assertMatch } from "@std/assert";
import { dirname, join } from "node:path";
import { openOpenSsl } from "../../lib/association/tls/openssl_library.ts";
import type { TlsWishes } from "../../lib/cli/settings.ts";
import { have } from "../peers/available.ts";
import { Authority, bundle, type Pair } from "../tls/authority.ts";
import { runOpenssl, startEchoServer } from "../tls/openssl_command.ts";
import { outcomeOf } from "../tls/wishes.ts";

const FINE = "moves bytes";
const LONG_AGO = ["-crl_lastupdate", "200101000000Z", "-crl_nextupdate", "200201000000Z"];
const NEXT_YEARS = ["-crl_lastupdate", "480101000000Z", "-crl_nextupdate", "490101000000Z"];
const STILL_CURRENT = ["-crl_lastupdate", "200101000000Z", "-crl_nextupdate", "490101000000Z"];

interface Case {
  readonly name: string;
  readonly server: Pair;
  readonly serverArgs?: readonly string[];
  readonly wishes: Partial<TlsWishes>;
  readonly expected: typeof FINE | RegExp;
}

const refused = (reason: string, subject: string) =>
  new RegExp(`^tls: 000b:0886 .*certificate verify failed: ${reason}.*: subject CN=${subject},`);

async function casesIn(folder: string): Promise<Case[]> {
  const root = await Authority.create(folder, "root");
  const intermediate = await Authority.create(folder, "intermediate", root);
  const other = await Authority.create(folder, "other");
  const [good, bad, below] = [
    await root.issue("good"),
    await root.issue("bad"),
    await intermediate.issue("below"),
  ];
  const beforehand = await root.revocationList("beforehand", STILL_CURRENT);
  await root.revoke(bad);
  const current = await root.revocationList("current");
  const old = await root.revocationList("old", LONG_AGO);
  const notYet = await root.revocationList("not_yet", NEXT_YEARS);
  const namesake = await Authority.create(folder, "namesake", undefined, { commonName: "root" });
  const ofNamesake = await namesake.revocationList("of_namesake");
  const unsigning = await Authority.create(folder, "unsigning", root, {
    extensions: ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"],
  });
  const ofUnsigning = await unsigning.revocationList("of_unsigning");
  const ofOther = await other.revocationList("of_other");
  const ofIntermediate = await intermediate.revocationList("of_intermediate");
  const der = join(folder, "current.der");
  await runOpenssl(["crl", "-in", current, "-outform", "DER", "-out", der]);
  const rootDer = join(folder, "root.der");
  await runOpenssl(["x509", "-in", root.certificateFile, "-outform", "DER", "-out", rootDer]);
  const anchors = { certificateFiles: [root.certificateFile] };
  const chain = { server: below, serverArgs: ["-cert_chain", intermediate.certificateFile] };
  const leaf = { ...anchors, crlCheck: "leaf" } as const;
  const all = { ...anchors, crlCheck: "all" } as const;
  return [
    { name: "not revoked", server: good, wishes: { ...leaf, crlFiles: [current] }, expected: FINE },
    {
      name: "revoked",
      server: bad,
      wishes: { ...leaf, crlFiles: [current] },
      expected: refused("certificate revoked", "bad"),
    },
    {
      name: "revoked, list in DER",
      server: bad,
      wishes: { certificateFiles: [rootDer], format: "der", crlCheck: "leaf", crlFiles: [der] },
      expected: refused("certificate revoked", "bad"),
    },
    {
      name: "revoked after the list was made",
      server: bad,
      wishes: { ...leaf, crlFiles: [beforehand] },
      expected: FINE,
    },
    {
      name: "revoked, both lists there",
      server: bad,
      wishes: { ...leaf, crlFiles: [beforehand, current] },
      expected: refused("certificate revoked", "bad"),
    },
    {
      name: "no list",
      server: good,
      wishes: leaf,
      expected: refused("unable to get certificate CRL", "good"),
    },
    {
      name: "list of another authority only",
      server: good,
      wishes: { ...leaf, crlFiles: [ofOther] },
      expected: refused("unable to get certificate CRL", "good"),
    },
    {
      name: "list out of date",
      server: good,
      wishes: { ...leaf, crlFiles: [old] },
      expected: refused("CRL has expired", "good"),
    },
    {
      name: "list not valid yet",
      server: good,
      wishes: { ...leaf, crlFiles: [notYet] },
      expected: refused("CRL is not yet valid", "good"),
    },
    {
      name: "list that another key has signed in the authority's name",
      server: good,
      wishes: { ...leaf, crlFiles: [ofNamesake] },
      expected: refused("CRL signature failure", "good"),
    },
    {
      name: "list of an authority that may not sign lists",
      server: await unsigning.issue("under"),
      serverArgs: ["-cert_chain", unsigning.certificateFile],
      wishes: { ...leaf, crlFiles: [ofUnsigning] },
      expected: refused("key usage does not include CRL signing", "under"),
    },
    {
      name: "whole chain, list for the leaf only",
      ...chain,
      wishes: { ...all, crlFiles: [ofIntermediate] },
      expected: refused("unable to get certificate CRL", "intermediate"),
    },
    {
      name: "leaf of a chain",
      ...chain,
      wishes: { ...leaf, crlFiles: [ofIntermediate] },
      expected: FINE,
    },
    {
      name: "whole chain, both lists in one file",
      ...chain,
      wishes: { ...all, crlFiles: [await bundle(join(folder, "lists.pem"), ofIntermediate, current)] },
      expected: FINE,
    },
    {
      name: "revoked, nobody looks",
      server: bad,
      wishes: { ...anchors, crlFiles: [current], crlCheck: "none" },
      expected: FINE,
    },
  ];
}

/** RFC 5280 section 5.2.4: what is new since the list of number 1. */
const DELTA = ["2.5.29.27=critical,DER:02:01:01"];
/** Its section 5.2.5: the list is limited, or also for others. */
const scope = (line: string) => ["issuingDistributionPoint=critical,@scope", "[scope]", line];

async function extendedCasesIn(folder: string): Promise<Case[]> {
  const root = await Authority.create(folder, "root");
  const other = await Authority.create(folder, "other");
  const [good, bad] = [await root.issue("good"), await root.issue("bad")];
  await root.revoke(bad);
  const complete = await root.revocationList("complete");
  const delta = await root.revocationList("delta", [], DELTA);
  const indirect = await root.revocationList("indirect", [], scope("indirectCRL=TRUE"));
  const ofAuthorities = await root.revocationList("of_authorities", [], scope("onlyCA=TRUE"));
  const ofUsers = await root.revocationList("of_users", [], scope("onlyuser=TRUE"));
  const ofSome = await root.revocationList("of_some", [], scope("onlysomereasons=keyCompromise"));
  const ofOther = await other.revocationList("of_other", [], scope("indirectCRL=TRUE"));
  const lists = (...crlFiles: string[]): Partial<TlsWishes> => ({
    certificateFiles: [root.certificateFile],
    crlCheck: "leaf",
    crlFiles,
  });
  const revoked = refused("certificate revoked", "bad");
  const noList = refused("unable to get certificate CRL", "good");
  const isDelta = /^configuration: unable to load CRL file .* holds a delta revocation list/;
  return [
    { name: "delta list", server: good, wishes: lists(complete, delta), expected: isDelta },
    {
      name: "delta list in the folder",
      server: good,
      wishes: { ...lists(), certificateDirectories: [dirname(delta)] },
      expected: isDelta,
    },
    { name: "indirect list, not revoked", server: good, wishes: lists(indirect), expected: FINE },
    { name: "indirect list, revoked", server: bad, wishes: lists(indirect), expected: revoked },
    { name: "indirect list of another authority", server: good, wishes: lists(ofOther), expected: noList },
    {
      name: "list of authorities only",
      server: good,
      wishes: lists(ofAuthorities),
      expected: refused("different CRL scope", "good"),
    },
    { name: "list of others than authorities", server: good, wishes: lists(ofUsers), expected: FINE },
    { name: "list of others, revoked", server: bad, wishes: lists(ofUsers), expected: revoked },
    { name: "list of some reasons only", server: good, wishes: lists(ofSome), expected: noList },
  ];
}

for (
  const [title, cases] of [
    ["a peer is checked against the revocation lists as the options say", casesIn],
    ["delta, indirect and partial lists wave nothing through", extendedCasesIn],
  ] as const
) {
  Deno.test({
    name: title,
    ignore: !have("openssl") || openOpenSsl() === undefined,
    async fn(test) {
      const folder = await Deno.makeTempDir({ prefix: "storescu-tls-" });
      try {
        for (const { name, server, serverArgs = [], wishes, expected } of await cases(folder)) {
          await test.step(name, async () => {
            const [process, port] = await startEchoServer([
              ...["-key", server.keyFile, "-cert", server.certificateFile],
              ...serverArgs,
            ]);
            await using _server = process;
            const actual = await outcomeOf({ wishes, port });
            if (typeof expected === "string") assertEquals(actual, expected);
            else assertMatch(actual, expected);
          });
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
