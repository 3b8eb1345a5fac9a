/**
 * Records real PDUs for tests/pdu: DCMTK's storescu talks to DCMTK's storescp through a relay that keeps the bytes of
 * both. Run it to make testdata/pdus anew: `deno run -A scripts/record_pdus.ts [FILE]`, with a small CT image.
 */

import { PYDICOM_DATA } from "../tests/peers/available.ts";
import { startStorescp } from "../tests/peers/storescp.ts";

const [file = `${PYDICOM_DATA}/test_files/CT_small.dcm`] = Deno.args;
const FOLDER = new URL("../testdata/pdus/", import.meta.url);

const PROFILE = `[[TransferSyntaxes]]
[Native]
TransferSyntax1 = LittleEndianExplicit
TransferSyntax2 = LittleEndianImplicit
[[PresentationContexts]]
[Images]
PresentationContext1 = CTImageStorage\\Native
[[SCPSCURoleSelection]]
[Both]
Role1 = CTImageStorage\\BOTH
[[ExtendedNegotiation]]
[Levels]
ExtendedNegotiation1 = CTImageStorage\\020001
[[Profiles]]
[Default]
PresentationContexts = Images
SCPSCURoleSelection = Both
ExtendedNegotiation = Levels
`;

interface Recorded {
  readonly requestor: Uint8Array[];
  readonly acceptor: Uint8Array[];
}

/** Everything both sides said, PDU by PDU. */
async function record(scuArgs: readonly string[], scpArgs: readonly string[] = []): Promise<Recorded> {
  await using scp = await startStorescp(scpArgs);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const relayed = relay(listener, scp.port);
  const args = [...scuArgs, "127.0.0.1", String(listener.addr.port), file];
  const { stderr, code } = await new Deno.Command("storescu", { args }).output();
  if (code !== 0) await Deno.stderr.write(stderr);
  return await relayed;
}

async function relay(listener: Deno.TcpListener, port: number): Promise<Recorded> {
  const requestor = await listener.accept();
  const acceptor = await Deno.connect({ hostname: "127.0.0.1", port });
  const [fromRequestor, fromAcceptor] = await Promise.all([
    pass(requestor, acceptor),
    pass(acceptor, requestor),
  ]);
  requestor.close();
  acceptor.close();
  return { requestor: pdusOf(fromRequestor), acceptor: pdusOf(fromAcceptor) };
}

async function pass(from: Deno.TcpConn, to: Deno.TcpConn): Promise<number[]> {
  const all: number[] = [];
  const space = new Uint8Array(65536);
  try {
    for (let n = await from.read(space); n !== null; n = await from.read(space)) {
      all.push(...space.subarray(0, n));
      await to.write(space.slice(0, n));
    }
    await to.closeWrite();
  } catch {
    // reset by one of the two, which is an end as well
  }
  return all;
}

function pdusOf(bytes: readonly number[]): Uint8Array[] {
  const pdus: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 6 + number(bytes, at + 2, 4);
    pdus.push(Uint8Array.from(bytes.slice(at, end)));
    at = end;
  }
  return pdus;
}

function number(bytes: ArrayLike<number>, at: number, lengthBytes: number): number {
  let value = 0;
  for (let i = at; i < at + lengthBytes; i++) value = value * 256 + (bytes[i] ?? 0);
  return value;
}

/** One line of hex digits with what they are. */
class Annotated {
  readonly #bytes: Uint8Array;
  readonly lines: string[] = [];
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  put(lengthBytes: number, what: string, indent = 0): number {
    const bytes = this.#bytes.subarray(this.at, this.at + lengthBytes);
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    this.lines.push(`${" ".repeat(indent)}${hex}  # ${what}`);
    this.at += lengthBytes;
    return number(bytes, 0, bytes.length);
  }

  text(lengthBytes: number, what: string, indent: number): void {
    if (lengthBytes === 0) return;
    const bytes = this.#bytes.subarray(this.at, this.at + lengthBytes);
    this.put(lengthBytes, `${what} "${String.fromCharCode(...bytes).replaceAll("\0", "\\0")}"`, indent);
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }
}

const ITEMS: Readonly<Record<number, string>> = {
  0x10: "application context",
  0x20: "presentation context, proposed",
  0x21: "presentation context, answered",
  0x30: "abstract syntax",
  0x40: "transfer syntax",
  0x50: "user information",
  0x51: "maximum length received",
  0x52: "implementation class UID",
  0x53: "asynchronous operations window",
  0x54: "SCP/SCU role selection",
  0x55: "implementation version name",
  0x56: "SOP class extended negotiation",
  0x58: "user identity",
  0x59: "user identity response",
};

function annotate(bytes: Uint8Array): string[] {
  const out = new Annotated(bytes);
  const type = out.put(1, "PDU type");
  out.put(1, "reserved");
  out.put(4, "PDU length");
  if (type <= 2) {
    out.put(2, "protocol version");
    out.put(2, "reserved");
    out.text(16, "called AE title", 0);
    out.text(16, "calling AE title", 0);
    out.put(32, "reserved");
    while (out.left > 0) annotateItem(out, 0);
  } else if (type === 4) {
    while (out.left > 0) {
      const lengthBytes = out.put(4, "PDV length");
      out.put(1, "presentation context ID", 2);
      out.put(1, "message control header", 2);
      const end = out.at + lengthBytes - 2;
      while (out.at < end) out.put(Math.min(16, end - out.at), "fragment", 2);
    }
  } else {
    out.put(1, "reserved");
    out.put(1, type === 3 ? "result" : "reserved");
    out.put(1, type === 3 || type === 7 ? "source" : "reserved");
    out.put(1, type === 3 || type === 7 ? "reason" : "reserved");
  }
  return out.lines;
}

function annotateItem(out: Annotated, indent: number): void {
  const at = out.at;
  const type = out.put(1, "", indent);
  out.lines[out.lines.length - 1] = out.lines.at(-1) + `item: ${ITEMS[type] ?? "?"}`;
  out.put(1, "reserved", indent);
  const end = out.put(2, "item length", indent) + at + 4;
  if (type === 0x20 || type === 0x21) {
    out.put(1, "presentation context ID", indent + 2);
    out.put(1, "reserved", indent + 2);
    out.put(1, type === 0x20 ? "reserved" : "result/reason", indent + 2);
    out.put(1, "reserved", indent + 2);
  }
  if (type === 0x20 || type === 0x21 || type === 0x50) {
    while (out.at < end) annotateItem(out, indent + 2);
  } else if ([0x10, 0x30, 0x40, 0x52, 0x55].includes(type)) {
    out.text(end - out.at, "", indent + 2);
  } else {
    out.put(end - out.at, "contents", indent + 2);
  }
}

function save(name: string, what: string, pdu: Uint8Array | undefined): void {
  if (pdu === undefined) throw new Error(`nothing recorded for ${name}`);
  const text = [`# ${what}`, "# Recorded from DCMTK 3.6.7 by scripts/record_pdus.ts.", ...annotate(pdu), ""];
  Deno.writeTextFileSync(new URL(`${name}.txt`, FOLDER), text.join("\n"));
}

Deno.mkdirSync(FOLDER, { recursive: true });
const profile = Deno.makeTempFileSync();
Deno.writeTextFileSync(profile, PROFILE);

const plain = await record(["-R"]);
save("associate_rq", "storescu -R, one CT image", plain.requestor[0]);
save("store_rq", "the command set of that C-STORE-RQ", plain.requestor[1]);
save("data_set_fragment", "the last fragment of its data set", plain.requestor.at(-2));
save("release_rq", "storescu at its end", plain.requestor.at(-1));
save("associate_ac", "storescp's answer to associate_rq", plain.acceptor[0]);
save("store_rsp", "storescp's C-STORE-RSP", plain.acceptor[1]);
save("release_rp", "storescp at its end", plain.acceptor.at(-1));

const identified = await record(["-R", "-usr", "bob", "-pwd", "s3cret", "+C"]);
save("associate_rq_identity", "storescu -R +C -usr bob -pwd s3cret", identified.requestor[0]);
const negotiated = await record(["-xf", profile, "Default"]);
save(
  "associate_rq_profile",
  "storescu -xf with role selection and extended negotiation",
  negotiated.requestor[0],
);
const refused = await record(["-R"], ["--refuse"]);
save("associate_rj", "storescp --refuse", refused.acceptor[0]);
const narrow = await record(["-R", "-xs"], ["+xi"]);
save("associate_ac_mixed", "storescp +xi, which takes one of two contexts", narrow.acceptor[0]);
const aborted = await record(["-R"], ["--abort-after"]);
save("abort", "storescp --abort-after", aborted.acceptor.at(-1));
const torn = await record(["-R", "--abort"]);
save("abort_scu", "storescu --abort", torn.requestor.at(-1));
Deno.removeSync(profile);
