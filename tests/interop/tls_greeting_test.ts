/** A port that speaks TLS is told from one that does not. */

import { assertEquals, assertMatch } from "@std/assert";
import { answersTls } from "../../lib/association/tls/greeting.ts";
import { tcpDuplex } from "../../lib/association/tcp_duplex.ts";
import { have } from "../peers/available.ts";
import { runStorescu } from "../peers/run_storescu.ts";
import { RSA, selfSigned } from "../tls/authority.ts";
import { startEchoServer } from "../tls/openssl_command.ts";
import "../tls/wishes.ts"; // opens what must not look like a test's leak

async function answers(port: number, signal = AbortSignal.timeout(10_000)): Promise<boolean> {
  return await answersTls(tcpDuplex(await Deno.connect({ hostname: "127.0.0.1", port })), signal);
}

Deno.test({
  name: "a TLS server is recognized, whatever it wants of its clients, and a probe without TLS says so",
  ignore: !have("openssl"),
  async fn(test) {
    const folder = await Deno.makeTempDir({ prefix: "storescu-tls-" });
    try {
      const { keyFile, certificateFile } = await selfSigned(folder, "server", { algorithm: RSA });
      const servers: readonly (readonly string[])[] = [
        [],
        ["-tls1_3"],
        ["-tls1_2", "-cipher", "AES128-SHA"],
        ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
        ["-Verify", "1"],
      ];
      for (const args of servers) {
        await test.step(args.join(" ") || "as it comes", async () => {
          const [process, port] = await startEchoServer(["-key", keyFile, "-cert", certificateFile, ...args]);
          await using _server = process;
          assertEquals(await answers(port), true);
          const { code, stdout } = await runStorescu(["--probe", "127.0.0.1", String(port)]);
          assertEquals(code, 1);
          assertMatch(stdout, /^FAILED .*; this port answers in TLS\nhint +use --anonymous-tls/m);
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("another peer is not taken for a TLS server when it ...", async (test) => {
  const others: readonly (readonly [name: string, answer: string | undefined])[] = [
    ["aborts", "\x07\x00\x00\x00\x00\x04\x00\x00\x02\x01"],
    ["speaks HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["says little", "\x16"],
    ["closes", ""],
    ["says nothing", undefined],
  ];
  for (const [name, answer] of others) {
    await test.step(name, async () => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const asking = answers(listener.addr.port, AbortSignal.timeout(answer === undefined ? 50 : 10_000));
      using connection = await listener.accept();
      await connection.read(new Uint8Array(4096));
      if (answer !== undefined) {
        await connection.write(new TextEncoder().encode(answer));
        await connection.closeWrite();
      }
      assertEquals(await asking, false);
    });
  }
});
