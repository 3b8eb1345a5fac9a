import { assertEquals } from "@std/assert";
import { findSocket, type Socket } from "../../lib/association/socket.ts";
import { have } from "../peers/available.ts";
import { isOn, turnOff } from "./socket_options.ts";

const PLACE: Deno.NetAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
// The system's library stays open once it was used; open it before any test counts what it leaves open.
findSocket(PLACE, PLACE);

/** Connects to one port of three addresses, each time from the same port of its own. */
const SAME_PORTS = `
import socket, sys
connections, own = [], 0
for family, here, there in [(socket.AF_INET, "127.0.0.1", "127.0.0.1"), (socket.AF_INET, "127.0.0.1", "127.0.0.2"),
                            (socket.AF_INET, "127.0.0.2", "127.0.0.1"), (socket.AF_INET6, "::1", "::1")]:
    connection = socket.socket(family)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    connection.bind((here, own))
    own = connection.getsockname()[1]
    connection.connect((there, int(sys.argv[1])))
    connections.append(connection)
    connection.settimeout(5) # where nothing arrives, it has gone elsewhere
def received(connection):
    try:
        return connection.recv(9).decode()
    except TimeoutError:
        return "?"
print(*map(received, connections), flush=True)
`;

Deno.test({
  name: "connections between the same two ports are told apart by their addresses",
  ignore: Deno.build.os !== "linux" || !have("python3"),
  async fn() {
    using first = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = first.addr;
    using second = Deno.listen({ hostname: "127.0.0.2", port });
    using third = Deno.listen({ hostname: "::1", port });
    const client = new Deno.Command("python3", { args: ["-c", SAME_PORTS, String(port)], stdout: "piped" })
      .spawn();
    const connections: Deno.TcpConn[] = [];
    for (const listener of [first, second, first, third]) connections.push(await listener.accept());
    assertEquals(new Set(connections.map(({ remoteAddr }) => remoteAddr.port)).size, 1);
    const sockets = connections.map(({ localAddr, remoteAddr }) => findSocket(localAddr, remoteAddr));
    sockets.forEach((socket, i) => assertEquals(socket?.sendNow(new TextEncoder().encode("abcd"[i])), 1));
    assertEquals((await new Response(client.stdout).text()).trim(), "a b c d");
    await client.status;
    for (const connection of connections) connection.close();
  },
});

/** What findSocket makes of a connection to a listener at `hostname`, named by these addresses instead of its own. */
async function socketOf(hostname: string, named: (address: Deno.NetAddr) => Deno.NetAddr) {
  using listener = Deno.listen({ hostname, port: 0 });
  const asked = hostname === "::" ? "::ffff:127.0.0.1" : hostname;
  using connection = await Deno.connect({ hostname: asked, port: listener.addr.port });
  (await listener.accept()).close();
  const socket: Socket | undefined = findSocket(named(connection.localAddr), named(connection.remoteAddr));
  return socket === undefined ? "none" : "found";
}

for (
  const [what, hostname, rename, answer] of [
    ["its own", "127.0.0.1", (text: string) => text, "found"],
    ["its own", "::1", (text: string) => text, "found"],
    ["its own", "::", (text: string) => text, "found"],
    ["another spelling", "::1", () => "0:0::0001", "found"],
    ["others", "127.0.0.1", () => "127.0.0.2", "none"],
    ["others", "::1", () => "::2", "none"],
    ["the other family's", "127.0.0.1", () => "::1", "none"],
    ["one with a zone", "::1", () => "::1%lo", "none"],
    ["no address", "127.0.0.1", () => "localhost", "none"],
  ] as const
) {
  Deno.test({
    name: `by ${what}, a socket of ${hostname} is ${answer}`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const named = (address: Deno.NetAddr) => ({ ...address, hostname: rename(address.hostname) });
      assertEquals(await socketOf(hostname, named), answer);
    },
  });
}

Deno.test({
  name: "what is asked of the kernel for a connection, it does",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    using _other = await listener.accept();
    const { localAddr, remoteAddr } = connection;
    const socket = findSocket(localAddr, remoteAddr);
    for (const option of ["quickAck", "noDelay"] as const) {
      turnOff(option, localAddr);
      assertEquals(isOn(option, localAddr), false);
      socket?.[option]();
      assertEquals(isOn(option, localAddr), true, option);
    }
  },
});
