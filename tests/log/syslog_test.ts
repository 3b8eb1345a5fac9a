import { assertEquals } from "@std/assert";
import dgram from "node:dgram";
import { openLocalSocket } from "../../lib/log/local_socket.ts";
import { Logger } from "../../lib/log/log.ts";
import { readLogConfig } from "../../lib/log/log4cplus.ts";
import { openUdp } from "../../lib/log/udp.ts";

/** A syslog server on this machine; `received` resolves with that many messages. */
async function startUdpServer(): Promise<
  { port: number; received(count: number): Promise<string[]>; stop(): Promise<void> }
> {
  const server = dgram.createSocket("udp4");
  const messages: string[] = [];
  let check = () => {};
  server.on("message", (bytes) => {
    messages.push(new TextDecoder().decode(bytes));
    check();
  });
  await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    received: (count) =>
      new Promise((resolve) => {
        check = () => {
          if (messages.length >= count) resolve(messages);
        };
        check();
      }),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

Deno.test("messages by UDP have the header of RFC 5424 and stay in order", async () => {
  const server = await startUdpServer();
  let stderr = "";
  const backend = await readLogConfig(
    "log4cplus.rootLogger = DEBUG, s\nlog4cplus.appender.s = log4cplus::SysLogAppender\n" +
      "log4cplus.appender.s.facility = LOCAL3\nlog4cplus.appender.s.ident = me\n" +
      `log4cplus.appender.s.host = 127.0.0.1\nlog4cplus.appender.s.port = ${server.port}\n`,
    "log.cfg",
    {
      appName: "storescu",
      processId: 42,
      hostName: "here",
      now: Date.now(),
      stdout: () => {},
      stderr: (text) => stderr += text,
      syslogSocket: "/nowhere",
      refuseTaken: () => {},
      variable: () => undefined,
    },
  );
  const log = new Logger(backend, "dcmtk.dcmnet");
  const levels = ["fatal", "error", "warn", "info", "debug"] as const;
  for (const level of levels) log.log(level, "text");
  for (let i = 0; i < 200; i++) log.info(`number ${i}`);
  await backend.close();
  const messages = await server.received(205);
  await server.stop();
  assertEquals(stderr, "");
  const header = "1 TIME here me 42 dcmtk.dcmnet -";
  assertEquals(
    messages.slice(0, 6).map((message) => message.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, "TIME")),
    [
      `<154>${header} FATAL - text\n`,
      `<155>${header} ERROR - text\n`,
      `<156>${header} WARN - text\n`,
      `<158>${header} INFO - text\n`,
      `<159>${header} DEBUG - text\n`,
      `<158>${header} INFO - number 0\n`,
    ],
  );
  assertEquals(
    messages.slice(5).map((message) => /number (\d+)/.exec(message)?.[1]),
    Array.from({ length: 200 }, (_, i) => `${i}`),
  );
});

Deno.test("a host that cannot be found is one complaint, and the end is not held up", async () => {
  const complaints = new Set<string>();
  const sink = openUdp(
    "no-such-host.invalid",
    514,
    (severity, text) => complaints.add(`${severity} ${text}`),
  );
  for (let i = 0; i < 5; i++) sink.send("lost");
  await sink.close();
  assertEquals(complaints.size, 1);
  assertEquals(
    [...complaints][0]?.startsWith("WARN SysLogAppender::appendRemote- socket write failed: no-such-host"),
    true,
  );
});

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

Deno.test({
  name: "the local service gets datagrams, also after it was started anew",
  ignore: Deno.build.os !== "linux",
  fn() {
    const folder = Deno.makeTempDirSync();
    const path = `${folder}/log`;
    const library = Deno.dlopen("libc.so.6", SYMBOLS);
    const { socket, bind, recv, close } = library.symbols;
    const listen = () => {
      const descriptor = socket(1, 2, 0);
      const address = new Uint8Array(110);
      address[0] = 1;
      new TextEncoder().encodeInto(path, address.subarray(2));
      assertEquals(bind(descriptor, address, address.length), 0);
      return descriptor;
    };
    const receive = (descriptor: number) => {
      const bytes = new Uint8Array(1000);
      const MSG_DONTWAIT = 0x40;
      return new TextDecoder().decode(
        bytes.subarray(0, Math.max(0, Number(recv(descriptor, bytes, 1000n, MSG_DONTWAIT)))),
      );
    };
    const complaints: string[] = [];
    const sink = openLocalSocket(path, (_severity, text) => complaints.push(text));
    sink.send("too early");
    assertEquals(complaints, [
      `SysLogAppender- local syslog not available, its messages are lost: cannot send to ${path}`,
    ]);
    const first = listen();
    sink.send("one");
    assertEquals(receive(first), "one");
    close(first);
    Deno.removeSync(path);
    const second = listen();
    sink.send("two");
    assertEquals(receive(second), "two");
    close(second);
    sink.close();
    library.close();
    Deno.removeSync(folder, { recursive: true });
    assertEquals(complaints.length, 1);
  },
});
