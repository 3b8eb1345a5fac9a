/** Profiles as DCMTK's own storescu takes them: the same proposal, the same refusal. Left out where it is not installed. */

import { assertEquals } from "@std/assert";
import { readProfile } from "../../lib/cli/profile.ts";
import { decodePdu } from "../../lib/pdu/decode.ts";
import type { AssociateRq } from "../../lib/pdu/types.ts";

const PROFILES = new URL("../../testdata/profiles/", import.meta.url).pathname;
const EXAMPLE = "/etc/dcmtk/storescu.cfg";
const ignore = !isFile("/usr/bin/storescu");

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** What DCMTK proposes when it is given a profile, recorded by a peer that rejects; undefined if it never called. */
async function record(
  file: string,
  profile: string,
): Promise<{ rq?: AssociateRq; code: number; stderr: string }> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const rq = accept(listener);
  const input = await Deno.makeTempFile();
  const { code, stderr } = await new Deno.Command("/usr/bin/storescu", {
    args: ["-xf", file, profile, "127.0.0.1", String(listener.addr.port), input],
    stdin: "null",
  }).output();
  listener.close();
  await Deno.remove(input);
  const recorded = await rq;
  return {
    ...(recorded === undefined ? {} : { rq: recorded }),
    code,
    stderr: new TextDecoder().decode(stderr),
  };
}

async function accept(listener: Deno.TcpListener): Promise<AssociateRq | undefined> {
  let connection;
  try {
    connection = await listener.accept();
  } catch {
    return undefined;
  }
  using peer = connection;
  const header = await readFully(peer, 6);
  const body = await readFully(peer, new DataView(header.buffer).getUint32(2));
  await peer.write(Uint8Array.of(3, 0, 0, 0, 0, 4, 0, 1, 1, 1));
  const pdu = decodePdu(Uint8Array.of(...header, ...body));
  return pdu.type === "associateRq" ? pdu : undefined;
}

async function readFully(peer: Deno.TcpConn, lengthBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(lengthBytes);
  for (let at = 0; at < lengthBytes;) at += await peer.read(bytes.subarray(at)) ?? Infinity;
  return bytes;
}

Deno.test({
  name: "DCMTK proposes what our profile says",
  ignore,
  async fn() {
    const files = [...Deno.readDirSync(`${PROFILES}good`)].map((file) => `${PROFILES}good/${file.name}`);
    const cases = files.sort().map((file) => [file, "Default"]);
    cases.push([`${PROFILES}good/complete.cfg`, "second profile"]);
    if (isFile(EXAMPLE)) cases.push([EXAMPLE, "Default"]);
    for (const [file = "", name = ""] of cases) {
      const { rq, stderr } = await record(file, name);
      if (rq === undefined) throw new Error(`nothing recorded for ${file}: ${stderr}`);
      const ours = readProfile(Deno.readTextFileSync(file), file, name, () => {});
      assertEquals(ours.contexts.map((context, i) => ({ id: 2 * i + 1, ...context })), rq.contexts, file);
      assertEquals(ours.extended, rq.extended, file);
      // DCMTK repeats the item for every presentation context of the class; PS3.7 D.3.3.4 allows one.
      const once = rq.roles.filter((role, i) =>
        rq.roles.findIndex((other) => other.abstractSyntax === role.abstractSyntax) === i
      );
      assertEquals(ours.roles, once, file);
    }
  },
});

Deno.test({
  name: "DCMTK refuses a bad profile with the same text and exit code 1",
  ignore,
  async fn() {
    for (const { name } of Deno.readDirSync(`${PROFILES}bad`)) {
      const file = `${PROFILES}bad/${name}`;
      const { rq, code, stderr } = await record(file, "Default");
      assertEquals(rq, undefined, file);
      let ours = "accepted";
      try {
        readProfile(Deno.readTextFileSync(file), file, "Default", () => {});
      } catch (fault) {
        ours = `E: reading config file: ${(fault as Error).message.replaceAll("\n", "\nE: ")}\n`;
      }
      assertEquals([code, stderr], [1, ours], file);
    }
  },
});

Deno.test({
  name: "DCMTK names an undefined profile in the same words",
  ignore,
  async fn() {
    const file = `${PROFILES}good/complete.cfg`;
    const { stderr } = await record(file, "no.such one");
    assertEquals(stderr, "F: 0006:0426 profile key undefined: NO.SUCHONE\n");
  },
});
