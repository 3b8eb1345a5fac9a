import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { tcpDuplex } from "../../lib/association/tcp_duplex.ts";
import {
  connectTcp,
  connectToAnyOf,
  type Destination,
  isAddressLiteral,
} from "../../lib/association/transport.ts";
import { Fault, MORE_OPEN_FILES } from "../../lib/errors.ts";
import { have } from "../peers/available.ts";
import { freePort } from "../peers/started_process.ts";
import { waitFor } from "../peers/wait_for.ts";
import { connectTo } from "./dialogue.ts";
import { isOn } from "./socket_options.ts";

const HERE: Destination = { peer: "127.0.0.1", port: 0, family: "ipv4", noDelay: true };

async function refusal(destination: Partial<Destination>): Promise<Fault> {
  return await assertRejects(() => connectTcp({ ...HERE, ...destination }), Fault);
}

Deno.test("a peer that cannot be reached is told in DCMTK's words, with what to do", async () => {
  const port = freePort();
  const refused = await refusal({ port });
  assertEquals(refused.condition, "0006:031c TCP Initialization Error: Connection refused");
  assertStringIncludes(refused.remedy ?? "", `nothing listens on port ${port} of 127.0.0.1`);
  assertEquals([refused.kind, refused.transient], ["connect", true]);

  const unknown = await refusal({ peer: "no-such-host.invalid", port });
  assertEquals(unknown.condition, "0006:0320 Attempt to connect to unknown host: no-such-host.invalid");
  assertEquals(unknown.kind, "connect");

  const empty = await refusal({ peer: "", port: 104 });
  assertEquals(empty.condition, "0006:030c Illegal service parameter: :104");

  const isNumbersOnly = await refusal({ peer: "256.256.256.256", port });
  assertEquals(
    isNumbersOnly.condition,
    "0006:0320 Attempt to connect to unknown host: 256.256.256.256",
  );
});

for (const [host, port] of [["127.0.0.1", "104"], ["pacs", "104"], ["[::1]", "104"]] as const) {
  const peer = `${host}:${port}`;
  Deno.test(`${peer} as a host: it is told that the port is an argument of its own`, async () => {
    const fault = await refusal({ peer, port: 11112 });
    assertEquals(fault.condition, `0006:0320 Attempt to connect to unknown host: ${peer}`);
    assertEquals([fault.remedy, fault.transient], [
      `host and port are two arguments: ${host} ${port}`,
      false,
    ]);
  });
}

/** Opens files until none can be opened any more, then tries to connect. */
const WITHOUT_DESCRIPTORS = `
import { connectTcp } from "${import.meta.resolve("../../lib/association/transport.ts")}";
try { for (;;) Deno.openSync(Deno.execPath()); } catch { /* the limit */ }
try { await connectTcp({ peer: "127.0.0.1", port: 1, family: "ipv4", noDelay: true }); } catch (fault) {
  console.log(fault.condition + "; " + fault.remedy);
}`;

Deno.test({
  name: "when this machine's limit of open files leaves no socket, it is told which limit",
  ignore: Deno.build.os === "windows",
  async fn() {
    const args = ["-c", 'ulimit -n 100; exec "$0" eval --quiet "$1"', Deno.execPath(), WITHOUT_DESCRIPTORS];
    const { stdout, stderr } = await new Deno.Command("sh", { args }).output();
    assertEquals(
      new TextDecoder().decode(stdout),
      `0006:031c TCP Initialization Error: Too many open files; ${MORE_OPEN_FILES}\n`,
      new TextDecoder().decode(stderr),
    );
  },
});

/** Listens with room for one connection and fills it: whoever comes next gets no answer, not even a refusal. */
const BLACK_HOLE = `
import socket, sys, time
server = socket.socket()
server.bind((sys.argv[1], int(sys.argv[2])))
server.listen(0)
full = [socket.create_connection(server.getsockname()) for _ in range(1)]
print(server.getsockname()[1], flush=True)
sys.stdin.read()
`;

interface BlackHole extends AsyncDisposable {
  readonly port: number;
}

async function startBlackHole(address: string, wantedPort = 0): Promise<BlackHole> {
  const args = ["-c", BLACK_HOLE, address, String(wantedPort)];
  const hole = new Deno.Command("python3", { args, stdin: "piped", stdout: "piped" }).spawn();
  const reader = hole.stdout.getReader();
  const port = Number(new TextDecoder().decode((await reader.read()).value));
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      await hole.stdin.close();
      await reader.cancel();
      await hole.status;
    },
  };
}

Deno.test({
  name: "a peer that does not answer at all is given up after the connection time limit",
  ignore: !have("python3"),
  async fn() {
    await using hole = await startBlackHole("127.0.0.1");
    const begin = performance.now();
    const fault = await refusal({ port: hole.port, connectTimeoutSeconds: 0.3 });
    assertEquals(fault.condition, "0006:031c TCP Initialization Error: Connection timed out (Timeout)");
    assertStringIncludes(fault.remedy ?? "", "within 0.3 s (--timeout)");
    assertEquals([fault.kind, fault.transient], ["connect", true]);
    assert(performance.now() - begin >= 290);
  },
});

Deno.test({
  name: "an address that does not answer leaves the next one its share of the connection time limit",
  ignore: !have("python3") || Deno.build.os !== "linux", // which has more than one address of its own
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    await using _hole = await startBlackHole("127.0.0.2", port);
    const pacs = { ...HERE, peer: "pacs", port, connectTimeoutSeconds: 2 };
    using connection = await connectToAnyOf(["127.0.0.2", "127.0.0.1"], pacs);
    assertEquals(connection.remoteAddr.hostname, "127.0.0.1");
    (await listener.accept()).close();

    const fault = await assertRejects(() => connectToAnyOf(["127.0.0.2", "127.0.0.3"], pacs), Fault);
    assertEquals(fault.condition, "0006:031c TCP Initialization Error: Connection timed out (Timeout)");
    assertEquals(
      fault.remedy,
      `none of the 2 addresses of pacs takes a connection on port ${port}: 127.0.0.2 (no answer within 1 s), ` +
        "127.0.0.3 (Connection refused): check the port number, the network and the firewall",
    );
  },
});

Deno.test("a name that is unknown: another family of addresses is advised only where there is one", async () => {
  const adviceFor = async (family: Destination["family"]) =>
    (await refusal({ peer: "no-such-host.invalid", family })).remedy?.split("; ")[1];
  assertEquals(await adviceFor("ipv4"), "-i0 also uses IPv6 addresses");
  assertEquals(await adviceFor("ipv6"), "-i0 also uses IPv4 addresses");
  assertEquals(await adviceFor("any"), undefined);
});

Deno.test("every address of a name is tried", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  for (const family of ["ipv4", "any"] as const) {
    using connection = await connectTcp({
      ...HERE,
      peer: "localhost",
      port,
      family,
      connectTimeoutSeconds: 20,
    });
    assertEquals(connection.remoteAddr.hostname, "127.0.0.1");
    (await listener.accept()).close();
  }
});

Deno.test("an address is used as it is, whatever the family", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using connection = await connectTcp({ ...HERE, port: listener.addr.port, family: "ipv6", noDelay: false });
  assertEquals(connection.remoteAddr.hostname, "127.0.0.1");
  (await listener.accept()).close();
  for (const address of ["1.2.3.4", "255.255.255.255", "::1", "fe80::1", "[::1]"]) {
    assert(isAddressLiteral(address));
  }
  for (
    const name of ["localhost", "1.2.3.4.example", "1.2.3", "pacs", "1.2.3.256", "1.2.3.4:104", "[::1]:104"]
  ) {
    assert(!isAddressLiteral(name));
  }
});

for (const noDelay of [true, false]) {
  Deno.test({
    name: `small writes ${noDelay ? "go out at once" : "may be held back where that is asked for"}`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      using connection = await connectTcp({ ...HERE, port: listener.addr.port, noDelay });
      using _other = await listener.accept();
      assertEquals(isOn("noDelay", connection.localAddr), noDelay);
    },
  });
}

Deno.test({
  name: "once something was written, small pieces go and come without waiting",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const duplex = await connectTo(listener.addr.port);
    using other = await listener.accept();
    assertEquals(await duplex.write(Uint8Array.of(1)), 1);
    assertEquals(duplex.writeNow?.(Uint8Array.of(2, 3)), 2);
    const got = new Uint8Array(3);
    for (let at = 0; at < 3;) at += await other.read(got.subarray(at)) ?? 3;
    assertEquals(got, Uint8Array.of(1, 2, 3));
    await other.write(Uint8Array.of(4));
    const into = new Uint8Array(10);
    assertEquals(await waitFor("what the other side says", () => duplex.readNow?.(into) || undefined), 1);
    assertEquals([into[0], duplex.readNow?.(into)], [4, 0]);
    duplex.destroy();
    assertEquals([duplex.writeNow?.(into), duplex.readNow?.(into)], [0, undefined]);
  },
});

/** A connection whose other side never reads, with a write that has stalled. */
async function stalled() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const duplex = await connectTo(listener.addr.port);
  const other = await listener.accept();
  let taken = 0;
  const writing = (async () => {
    for (const bytes = new Uint8Array(1 << 20);;) taken += await duplex.write(bytes);
  })();
  writing.catch(() => {});
  for (let before = -1; before !== taken;) {
    before = taken;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert(taken > 0);
  return { duplex, writing, end: () => [other, listener].forEach((each) => each.close()) };
}

Deno.test({
  name: "destroying a connection ends its reads and writes, even when the peer has stopped reading",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { duplex, writing, end } = await stalled();
    const reading = duplex.read(new Uint8Array(100)).catch(() => null);
    duplex.quickAck();
    duplex.destroy();
    await assertRejects(() => writing);
    assertEquals(await reading, null);
    duplex.destroy();
    duplex.quickAck();
    end();
  },
});

Deno.test("many connections between the same two programs are told apart", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const duplexes = await Promise.all(Array.from({ length: 8 }, () => connectTo(listener.addr.port)));
  const others = await Promise.all(duplexes.map(() => listener.accept()));
  const accepted = others.map((connection) => tcpDuplex(connection));
  // Each end closes one connection only: the ones in the middle go on.
  duplexes[0]?.destroy();
  accepted[7]?.destroy();
  const reads = accepted.slice(0, 7).map((duplex) => duplex.read(new Uint8Array(1)));
  await Promise.all(duplexes.slice(1, 7).map((duplex, i) => duplex.write(Uint8Array.of(i))));
  const lengths = await Promise.all(reads);
  assertEquals(lengths.filter((length) => length === 1).length, 6);
  assertEquals(lengths.filter((length) => length === null).length, 1);
  for (const duplex of [...duplexes, ...accepted]) duplex.destroy();
});
