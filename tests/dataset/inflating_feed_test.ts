import { assertRejects } from "@std/assert";
import { createInflateRaw, deflateRawSync, type InflateRaw } from "node:zlib";
import { InflatingFeed } from "../../lib/dataset/inflating_feed.ts";
import { StructureWalk } from "../../lib/dataset/structure.ts";
import { Fault } from "../../lib/errors.ts";
import { IDENTITY } from "./broken_structures.ts";

const stream = createInflateRaw();
const prototype: InflateRaw = Object.getPrototypeOf(stream);
stream.close();

Deno.test("a deflate stream that goes on for more than any instance is broken off", async () => {
  const { on } = prototype;
  // What it gives claims to be 64 GB long: to inflate as much takes minutes.
  const claiming = function (this: InflateRaw, event: string, listener: (piece: Uint8Array) => void) {
    const claimed = (piece: Uint8Array) =>
      listener(Object.defineProperty(piece, "length", { value: 64 * 2 ** 30 + 1 }));
    return on.call(this, event, event === "data" ? claimed : listener);
  };
  Object.assign(prototype, { on: claiming });
  try {
    const walk = new StructureWalk();
    walk.begin("a.dcm", "explicitLittle", 0, Infinity, true);
    const feed = await InflatingFeed.open("a.dcm", walk);
    const pass = async () => {
      await feed.push(deflateRawSync(IDENTITY));
      await feed.end();
    };
    await assertRejects(pass, Fault, "a.dcm: its data set inflates to more than 68719476736 bytes");
  } finally {
    prototype.on = on;
  }
});
