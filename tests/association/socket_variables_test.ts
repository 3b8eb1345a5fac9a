import { assertEquals } from "@std/assert";
import { readNoDelay } from "../../lib/association/socket_variables.ts";
import { type LogBackend, Logger } from "../../lib/log/log.ts";

const CASES: readonly (readonly [variables: Record<string, string>, noDelay: boolean, lines: string[]])[] = [
  [{}, true, []],
  [{ TCP_NODELAY: "0" }, false, []],
  [{ TCP_NODELAY: "00" }, false, []],
  [{ TCP_NODELAY: " 0 " }, false, []],
  [{ TCP_NODELAY: "1" }, true, []],
  [{ TCP_NODELAY: "-1" }, true, []],
  [{ TCP_NODELAY: "no" }, true, ["warn: DULFSM: cannot parse environment variable TCP_NODELAY=no"]],
  [{ TCP_NODELAY: "" }, true, ["warn: DULFSM: cannot parse environment variable TCP_NODELAY="]],
  [{ TCP_BUFFER_LENGTH: "65536" }, true, [
    "debug: TCP_BUFFER_LENGTH=65536 has no effect: the system sizes the socket buffers as they are needed",
  ]],
  [{ TCP_BUFFER_LENGTH: "64K", TCP_NODELAY: "0" }, false, [
    "debug: TCP_BUFFER_LENGTH=64K has no effect: the system sizes the socket buffers as they are needed",
  ]],
  [{ TCP_BUFFER_LENGTH: "much" }, true, [
    "warn: DULFSM: cannot parse environment variable TCP_BUFFER_LENGTH=much",
  ]],
];

Deno.test("TCP_NODELAY and TCP_BUFFER_LENGTH are heeded, or told to be without effect", () => {
  for (const [variables, noDelay, expected] of CASES) {
    const lines: string[] = [];
    const backend: LogBackend = {
      threshold: () => "debug",
      emit: ({ level, text }) => lines.push(`${level}: ${text}`),
      close: () => Promise.resolve(),
    };
    const read = (name: string): string | undefined => variables[name];
    assertEquals(readNoDelay(read, new Logger(backend)), noDelay, JSON.stringify(variables));
    assertEquals(lines, expected);
  }
});
