/** One connection: long streams both ways, peers that misbehave, and ends at any moment. Both engines. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { openOpenSsl } from "../../lib/association/tls/openssl_library.ts";
import { Fault } from "../../lib/errors.ts";
import { have } from "../peers/available.ts";
import { freePort } from "../peers/started_process.ts";
import { waitFor } from "../peers/wait_for.ts";
import { type Pair, selfSigned } from "../tls/authority.ts";
import { startEchoServer } from "../tls/openssl_command.ts";
import { type Engine, meet, outcomeOf, writeAll } from "../tls/wishes.ts";

/** The built-in engine does not know whether anything has come from the peer. */
const CLOSED: Readonly<Record<Engine, RegExp>> = {
  any: /^tls: 000b:0017 .* closed the connection instead of answering the TLS handshake$/,
  builtIn: /^tls: 000b:0017 .* closed the connection during the TLS handshake$/,
};

const ENGINES: readonly Engine[] = openOpenSsl() === undefined ? ["builtIn"] : ["any", "builtIn"];
const PEER_ERRORS = [Deno.errors.ConnectionReset, Deno.errors.BrokenPipe, Deno.errors.NotConnected];

async function withPair(run: (pair: Pair) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "storescu-tls-" });
  try {
    await run(await selfSigned(folder, "server"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A test with a certificate that trusts itself. */
function testWithPair(name: string, run: (pair: Pair, test: Deno.TestContext) => Promise<void>): void {
  Deno.test({ name, ignore: !have("openssl"), fn: (test) => withPair((pair) => run(pair, test)) });
}

/** A server that does `serve` with each connection, and never lets an error of the connection out. */
function listen(
  serve: (connection: Deno.TcpConn) => Promise<void>,
): AsyncDisposable & { readonly port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      await serve(connection).catch((error) => {
        if (!PEER_ERRORS.some((kind) => error instanceof kind)) throw error;
      });
      try {
        connection.close();
      } catch {
        // `serve` has closed it
      }
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) >> 8;
}

function newSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
}

for (const engine of ENGINES) {
  testWithPair(
    `what is written in any portions arrives, while as much comes back (${engine})`,
    async ({ keyFile, certificateFile }) => {
      const [key, cert] = [await Deno.readTextFile(keyFile), await Deno.readTextFile(certificateFile)];
      const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, key, cert });
      const echo = (async () => {
        const connection = await listener.accept();
        await connection.readable.pipeTo(connection.writable);
      })();
      const seed = newSeed();
      const next = numbers(seed);
      const sent = Uint8Array.from({ length: 6_000_000 }, next);
      const duplex = await meet({
        wishes: { certificateFiles: [certificateFile] },
        engine,
        port: listener.addr.port,
      });
      const received = new Uint8Array(sent.length);
      const reading = (async () => {
        for (let length = 0; length < received.length;) {
          const count = await duplex.read(received.subarray(length, length + 1 + next() % 100_000));
          if (count === null) throw new Error(`seed ${seed}: ended after ${length} bytes`);
          length += count;
        }
      })();
      for (let done = 0; done < sent.length;) {
        const count = await duplex.write(sent.subarray(done, done + 1 + next() % 700_000));
        assert(count > 0);
        done += count;
      }
      await reading;
      assert(received.every((byte, index) => byte === sent[index]), `seed ${seed}`);
      duplex.destroy();
      await echo.catch(() => {});
      listener.close();
    },
  );

  testWithPair(`a peer without TLS is said to be one (${engine})`, async ({ certificateFile }, test) => {
    const answers: readonly (readonly [name: string, answer: string, expected: RegExp])[] = [
      ["a DICOM peer", "\x07\x00\x00\x00\x00\x04\x00\x00\x02\x01", /000b:0017 .*does not answer with TLS/],
      [
        "a web server",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        /000b:0017 .*does not answer with TLS: it does not speak TLS/,
      ],
      ["one that closes", "", CLOSED[engine]],
    ];
    for (const [name, answer, expected] of answers) {
      await test.step(name, async () => {
        await using server = listen(async (connection) => {
          await connection.read(new Uint8Array(4096));
          if (answer !== "") await connection.write(new TextEncoder().encode(answer));
        });
        const outcome = await outcomeOf({
          wishes: { certificateFiles: [certificateFile] },
          engine,
          port: server.port,
        });
        assertMatch(outcome, expected);
      });
    }
  });

  testWithPair(
    `a peer that breaks the rules of TLS is not said to be without it (${engine})`,
    async ({ certificateFile }, test) => {
      const zeros = (lengthBytes: number) => new Array<number>(lengthBytes).fill(0);
      const answers: readonly (readonly [name: string, answer: readonly number[]])[] = [
        ["a record longer than any may be", [0x16, 3, 3, 0xff, 0xff, ...zeros(0xffff)]],
        ["records of nothing", new Array<number[]>(100).fill([0x16, 3, 3, 0, 0]).flat()],
        ["a message that is none", [0x16, 3, 3, 0, 8, 0x63, 0, 0, 4, 1, 2, 3, 4]],
        ["data before the handshake", [0x17, 3, 3, 0, 4, 1, 2, 3, 4]],
        ["warnings without end", new Array<number[]>(500).fill([0x15, 3, 3, 0, 2, 1, 112]).flat()],
      ];
      for (const [name, answer] of answers) {
        await test.step(name, async () => {
          const { promise: end, resolve } = Promise.withResolvers<void>();
          await using server = listen(async (connection) => {
            await connection.read(new Uint8Array(4096));
            await connection.write(Uint8Array.from(answer));
            await end;
          });
          const outcome = await outcomeOf({
            wishes: { certificateFiles: [certificateFile] },
            engine,
            port: server.port,
          });
          resolve();
          assertMatch(outcome, /^tls: 000b:\w+ TLS error: /);
        });
      }
    },
  );

  testWithPair(
    `a peer that wants another handshake is told no, and what it wanted is said (${engine})`,
    async ({ keyFile, certificateFile }) => {
      const port = freePort();
      const server = new Deno.Command("openssl", {
        args: [
          ...["s_server", "-accept", `127.0.0.1:${port}`, "-naccept", "1", "-tls1_2"],
          ...["-key", keyFile, "-cert", certificateFile],
        ],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const said = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ""; !text.includes("ACCEPT");) text += (await said.read()).value ?? "ACCEPT";
      const duplex = await meet({ wishes: { certificateFiles: [certificateFile] }, engine, port });
      const commands = server.stdin.getWriter();
      await commands.write(new TextEncoder().encode("r\n"));
      const failure = await assertRejects(() => duplex.read(new Uint8Array(10)), Fault);
      assertMatch(failure.condition, /^000b:0c10 TLS error: sslv3 alert handshake failure/);
      assertMatch(failure.remedy ?? "", /renegotiation/);
      duplex.destroy();
      server.kill();
      await Promise.all([server.status, commands.close().catch(() => {}), said.cancel()]);
    },
  );

  for (const how of ["closes", "resets"]) {
    testWithPair(
      `a peer that ${how} the connection before it answers may be there later, or be without TLS (${engine})`,
      async ({ certificateFile }) => {
        await using server = listen(async (connection) => {
          // Closing with bytes unread makes the kernel send RST.
          await connection.read(new Uint8Array(how === "resets" ? 1 : 4096));
        });
        const wishes = { certificateFiles: [certificateFile] };
        const fault = await assertRejects(() => meet({ wishes, engine, port: server.port }), Fault);
        assertMatch(`${fault.kind}: ${fault.condition}`, CLOSED[engine]);
        assert(fault.transient);
        assertMatch(fault.remedy ?? "", /^perhaps it is not ready, or this port does not speak TLS/);
        assertEquals(fault.remedy?.includes("--disable-tls"), false);
      },
    );
  }

  testWithPair(
    `a peer that closes the connection after the beginning of its answer does speak TLS (${engine})`,
    async ({ certificateFile }) => {
      await using server = listen(async (connection) => {
        await connection.read(new Uint8Array(4096));
        await connection.write(Uint8Array.of(0x16, 3, 3, 0, 100));
      });
      const wishes = { certificateFiles: [certificateFile] };
      const fault = await assertRejects(() => meet({ wishes, engine, port: server.port }), Fault);
      assertMatch(fault.condition, /^000b:0017 .* closed the connection during the TLS handshake$/);
      assert(fault.transient);
      assertMatch(fault.remedy ?? "", /it wants a certificate of us/);
      if (engine === "any") assertEquals(fault.remedy?.includes("does not speak TLS"), false);
    },
  );

  testWithPair(
    `a peer that says nothing is given up when told to (${engine})`,
    async ({ certificateFile }) => {
      const { promise: end, resolve } = Promise.withResolvers<void>();
      await using server = listen(() => end);
      const meeting = meet({
        wishes: { certificateFiles: [certificateFile] },
        engine,
        port: server.port,
        timeoutSeconds: 0.2,
      });
      const fault = await assertRejects(() => meeting, Fault);
      assertMatch(
        `${fault.kind} ${fault.condition}`,
        /^tls 000b:0017 TLS handshake .* not finished within 0\.2 s \(--acse-timeout\)$/,
      );
      assert(fault.transient);
      resolve();
    },
  );

  testWithPair(
    `a handshake that is cut off or damaged anywhere ends with a fault (${engine})`,
    async ({ keyFile, certificateFile }) => {
      const [process, port] = await startEchoServer(["-key", keyFile, "-cert", certificateFile]);
      await using _server = process;
      const seed = newSeed();
      const next = numbers(seed);
      for (let round = 0; round < 40; round++) {
        const position = next() % 700;
        const isCut = round % 2 === 0;
        const answered: number[] = [];
        await using relay = listen((connection) => relayTo(port, connection, position, isCut, answered));
        const outcome = await outcomeOf({
          wishes: { certificateFiles: [certificateFile] },
          engine,
          port: relay.port,
        });
        if (!isCut && outcome === "moves bytes" && isIgnored(answered, position)) continue;
        assertMatch(
          outcome,
          /^(tls: |lost: |timed out$)/,
          `seed ${seed}, octet ${position} ${isCut ? "cut" : "changed"}`,
        );
      }
    },
  );

  testWithPair(
    `a stream that is damaged in the middle is lost (${engine})`,
    async ({ keyFile, certificateFile }) => {
      const [process, port] = await startEchoServer(["-key", keyFile, "-cert", certificateFile]);
      await using _server = process;
      await using relay = listen((connection) => relayTo(port, connection, 5000, false));
      const duplex = await meet({
        wishes: { certificateFiles: [certificateFile] },
        engine,
        port: relay.port,
      });
      const line = new TextEncoder().encode(`${"a".repeat(100)}\n`);
      // If the octet is one of a length, each side waits for the other.
      const timer = setTimeout(() => duplex.destroy(), 5000);
      const failure = await assertRejects(async () => {
        for (let round = 0; round < 100; round++) {
          await writeAll(duplex, line);
          await duplex.read(new Uint8Array(200));
        }
      }, Error);
      clearTimeout(timer);
      assert(!(failure instanceof Fault) || failure.kind === "lost", String(failure));
      duplex.destroy();
    },
  );

  testWithPair(
    `destroying ends a pending read and a stalled write at once (${engine})`,
    async ({ keyFile, certificateFile }) => {
      const [key, cert] = [await Deno.readTextFile(keyFile), await Deno.readTextFile(certificateFile)];
      const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, key, cert });
      const accepted = listener.accept().then(async (connection) => {
        await connection.handshake();
        return connection;
      });
      const duplex = await meet({
        wishes: { certificateFiles: [certificateFile] },
        engine,
        port: listener.addr.port,
      });
      const peer = await accepted;
      const settle = (promise: Promise<unknown>) => promise.then(() => "ended", () => "ended");
      const reading = settle(duplex.read(new Uint8Array(10)));
      // Nobody reads: the buffers of both kernels fill up, and one write waits.
      let writes = 0;
      const writing = settle((async () => {
        for (;;) {
          await duplex.write(new Uint8Array(262144));
          writes++;
        }
      })());
      let before = -1;
      await waitFor("a stalled write", async () => {
        before = writes;
        await new Promise((resolve) => setTimeout(resolve, 200));
        return writes === before;
      });
      duplex.destroy();
      duplex.destroy();
      assertEquals(await Promise.all([reading, writing]), ["ended", "ended"]);
      duplex.quickAck();
      peer.close();
      listener.close();
    },
  );
}

/** Passes bytes on both ways; what the server sends is cut at `position`, or its octet there is changed. */
async function relayTo(
  port: number,
  client: Deno.TcpConn,
  position: number,
  isCut: boolean,
  answered: number[] = [],
): Promise<void> {
  const server = await Deno.connect({ hostname: "127.0.0.1", port });
  let passed = 0;
  const upward = pass(client, server, (bytes) => bytes);
  const downward = pass(server, client, (bytes) => {
    answered.push(...bytes);
    const offset = position - passed;
    passed += bytes.length;
    if (offset < 0 || offset >= bytes.length) return bytes;
    if (isCut) return undefined;
    bytes[offset] = (bytes[offset] ?? 0) ^ 0x55;
    return bytes;
  });
  // What ends one way ends the other: neither side waits for one that has gone.
  await Promise.race([upward, downward].map((way) => way.catch(() => {})));
  for (const connection of [client, server]) {
    try {
      connection.close();
    } catch {
      // already closed
    }
  }
  await Promise.allSettled([upward, downward]);
}

/** RFC 8446 asks to ignore what stands there: a change_cipher_spec record, or the version in a record's head. */
function isIgnored(records: readonly number[], position: number): boolean {
  for (let at = 0; at + 5 <= records.length;) {
    const [type, , , high = 0, low = 0] = records.slice(at, at + 5);
    const end = at + 5 + high * 256 + low;
    if (position < end) return type === 0x14 || (position > at && position < at + 3);
    at = end;
  }
  return false;
}

type Change = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | undefined;

/** Ends when either side does, or when `change` says so. */
async function pass(from: Deno.TcpConn, to: Deno.TcpConn, change: Change): Promise<void> {
  const buffer = new Uint8Array(16384);
  try {
    for (;;) {
      const count = await from.read(buffer);
      const bytes = count === null ? undefined : change(buffer.subarray(0, count));
      if (bytes === undefined) return;
      for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
    }
  } catch {
    // one of the two has gone
  }
}

Deno.test({
  name: "a peer that changes its keys in the middle is answered, and the stream goes on",
  ignore: !have("openssl") || openOpenSsl() === undefined,
  fn: () =>
    withPair(async ({ keyFile, certificateFile }) => {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = listener.addr;
      listener.close();
      const server = new Deno.Command("openssl", {
        args: ["s_server", "-accept", `127.0.0.1:${port}`, "-msg", "-key", keyFile, "-cert", certificateFile],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      let output = "";
      const collecting = (async () => {
        for await (const part of server.stdout.pipeThrough(new TextDecoderStream())) output += part;
      })();
      await waitFor("the server", () => output.includes("ACCEPT"));
      const duplex = await meet({ wishes: { certificateFiles: [certificateFile] }, port });
      const reading = duplex.read(new Uint8Array(10));
      await writeAll(duplex, new TextEncoder().encode("before\n"));
      await waitFor("the first line", () => output.includes("before"));
      const commands = server.stdin.getWriter();
      await commands.write(new TextEncoder().encode("K\n"));
      await waitFor("the new key", () => />>>.*KeyUpdate/.test(output));
      await writeAll(duplex, new TextEncoder().encode("after\n"));
      await waitFor("our new key", () => /<<<.*KeyUpdate/.test(output));
      await waitFor("the second line", () => output.includes("after"));
      await commands.write(new TextEncoder().encode("Q\n"));
      assertEquals(await reading, null);
      duplex.destroy();
      await commands.close().catch(() => {});
      await server.status;
      await collecting;
    }),
});

Deno.test({
  name: "a connection that takes the place of another has no more time than --acse-timeout, either (builtIn)",
  ignore: Deno.build.os !== "linux" || !have("openssl"),
  fn: () =>
    withPair(async ({ keyFile, certificateFile }) => {
      // Nobody accepts: the system takes two connections, and lets a third one wait.
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
      const { port } = listener.addr;
      const first = await Deno.connect({ hostname: "127.0.0.1", port });
      const meeting = {
        wishes: { own: { keyFile, certificateFile }, certificateFiles: [certificateFile] },
        engine: "builtIn",
        port,
        timeoutSeconds: 0.3,
      } as const;
      const fault = await assertRejects(() => meet(meeting), Fault);
      assertMatch(fault.message, /^TLS handshake with 127\.0\.0\.1 not finished within 0\.3 s/);
      first.close();
      // Now the third one comes, too late: it is closed.
      for (let number = 1; number <= 3; number++) {
        const connection = await listener.accept();
        while (await connection.read(new Uint8Array(1000)).catch(() => null) !== null);
        connection.close();
      }
      listener.close();
    }),
});

Deno.test({
  name: "what no certificate can be compared with is told, and the connection closed (any)",
  ignore: !ENGINES.includes("any") || !have("openssl"),
  fn: () =>
    withPair(async ({ certificateFile }) => {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const wishes = { certificateFiles: [certificateFile], verifyHostname: true };
      const fault = await assertRejects(
        () => meet({ wishes, port: listener.addr.port, peer: "fe80::1%eth0" }),
        Fault,
        "cannot compare a certificate with the name fe80::1%eth0",
      );
      assertMatch(fault.remedy ?? "", /without a zone/);
      const connection = await listener.accept();
      assertEquals(await connection.read(new Uint8Array(10)).catch(() => null), null, "not closed");
      connection.close();
      listener.close();
    }),
});
