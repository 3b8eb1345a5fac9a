/** A hostile or broken peer behind TLS: the executable's lines and exit code are those it has without. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { encodePdu } from "../../lib/pdu/encode.ts";
import {
  abortBytes,
  associateAcBytes,
  pDataTf,
  rejectBytes,
  RELEASE_RP,
  storeRsp,
  storeRspInPieces,
} from "../peers/answers.ts";
import { have } from "../peers/available.ts";
import { imageFile } from "../peers/made_up_files.ts";
import { concat } from "../peers/pdu_reader.ts";
import { runStorescu } from "../peers/run_storescu.ts";
import {
  type ScriptedPeer,
  type Seen,
  startScriptedPeer,
  startScriptedTlsPeer,
  type Step,
} from "../peers/scripted_peer.ts";
import { Authority } from "../tls/authority.ts";

interface Case {
  readonly name: string;
  readonly script: readonly Step[];
  readonly code: number;
  readonly says: RegExp;
}

const answer = (status: number) => (seen: Seen) => {
  const { contextId, ...rq } = seen.command();
  return storeRsp(contextId, rq, status);
};
const REQUESTED: readonly Step[] = [{ read: "associateRq" }];
const ACCEPTED: readonly Step[] = [...REQUESTED, { send: (seen) => associateAcBytes(seen.rq()) }];
const STORED: readonly Step[] = [...ACCEPTED, { read: "message" }];
const RELEASED: readonly Step[] = [{ read: "releaseRq" }, { send: RELEASE_RP }];

function pdu(type: number, lengthBytes: number, body: readonly number[]): Uint8Array {
  const bytes = Uint8Array.from([type, 0, 0, 0, 0, 0, ...body]);
  new DataView(bytes.buffer).setUint32(2, lengthBytes);
  return bytes;
}

const CASES: readonly Case[] = [
  { name: "closes at once", script: [{ close: true }], code: 1, says: /./ },
  { name: "closes instead of an answer", script: [...REQUESTED, { close: true }], code: 1, says: /./ },
  {
    name: "speaks HTTP",
    script: [...REQUESTED, { send: new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n") }],
    code: 1,
    says: /HTTP/,
  },
  {
    name: "claims a PDU of 4 GB",
    script: [...REQUESTED, { send: pdu(2, 0xFFFFFFFF, [0, 0]) }],
    code: 1,
    says: /4294967295/,
  },
  {
    name: "sends a PDU of length 0",
    script: [...REQUESTED, { send: pdu(2, 0, []) }],
    code: 1,
    says: /ill-formed/,
  },
  {
    name: "rejects",
    script: [...REQUESTED, { send: rejectBytes(1, 1, 7) }],
    code: 1,
    says: /Called AE Title Not Recognized/,
  },
  {
    name: "aborts the request",
    script: [...REQUESTED, { send: abortBytes(2, 2) }],
    code: 1,
    says: /A-ABORT|Abort/,
  },
  {
    name: "aborts instead of a response",
    script: [...STORED, { send: abortBytes(0, 0) }],
    code: 10,
    says: /Abort|A-ABORT/,
  },
  {
    name: "closes instead of a response",
    script: [...STORED, { close: true }],
    code: 10,
    says: /closed|lost/i,
  },
  {
    name: "breaks off in the middle of a response",
    script: [...STORED, { send: (seen) => answer(0)(seen).subarray(0, 40) }, { close: true }],
    code: 10,
    says: /in the middle of a PDU/,
  },
  {
    name: "sends an A-ASSOCIATE-RQ instead of a response",
    script: [...STORED, { send: (seen) => encodePdu(seen.rq()) }],
    code: 10,
    says: /unexpected A-ASSOCIATE-RQ/,
  },
  {
    name: "asks for release instead of a response",
    script: [...STORED, { send: encodePdu({ type: "releaseRq" }) }],
    code: 10,
    says: /Peer Requested Release/,
  },
  {
    name: "answers another message ID",
    script: [...STORED, {
      send: (seen) => {
        const { contextId, ...rq } = seen.command();
        return storeRsp(contextId, { ...rq, messageId: rq.messageId + 1 }, 0);
      },
    }],
    code: 10,
    says: /Unexpected Response MsgId/,
  },
  {
    name: "sends fragments of nothing for ever",
    script: [...STORED, {
      send: concat(Array.from({ length: 20_000 }, () => pDataTf(1, 1, new Uint8Array()))),
    }],
    code: 10,
    says: /./,
  },
  { name: "refuses", script: [...STORED, { send: answer(0xA700) }, ...RELEASED], code: 0xA7, says: /A700/ },
  {
    name: "answers an octet at a time",
    script: [...STORED, { send: answer(0), pieceBytes: 1 }, ...RELEASED],
    code: 0,
    says: /^$/,
  },
  {
    name: "spreads its response over PDUs",
    script: [...STORED, {
      send: (seen) => {
        const { contextId, ...rq } = seen.command();
        return concat(storeRspInPieces(contextId, rq, 0, 2));
      },
    }, ...RELEASED],
    code: 0,
    says: /^$/,
  },
  { name: "never answers", script: [...STORED, { stall: true }], code: 10, says: /-td|--dimse-timeout/ },
  {
    name: "never answers the request",
    script: [...REQUESTED, { stall: true }],
    code: 1,
    says: /-ta|--acse-timeout/,
  },
  {
    name: "closes instead of releasing",
    script: [...STORED, { send: answer(0) }, { read: "releaseRq" }, { close: true }],
    code: 10,
    says: /./,
  },
];

/** What a run says, without what differs from one to the other. */
function plain(stderr: string): string {
  return stderr.replace(/\d+\.\d s\b.*/g, "").replace(/:\d{4,5}\b/g, "").replace(/^[A-Z]: hint: .*\n/gm, "");
}

Deno.test({
  name: "a hostile peer behind TLS is told like one without",
  ignore: !have("openssl"),
  fn: async (test) => {
    const folder = await Deno.makeTempDir({ prefix: "storescu-hostile-tls-" });
    try {
      const root = await Authority.create(folder, "root");
      const { keyFile, certificateFile } = await root.issue("peer");
      const pair = { cert: await Deno.readTextFile(certificateFile), key: await Deno.readTextFile(keyFile) };
      const file = `${folder}/image.dcm`;
      await Deno.writeFile(file, imageFile());
      const trust = ["+tla", "+cf", root.certificateFile];
      const limits = ["-ta", "1", "-td", "1", "-ts", "20"];
      for (const { name, script, code, says } of CASES) {
        await test.step(name, async () => {
          const run = async (peer: ScriptedPeer, options: readonly string[]) => {
            const outcome = await runStorescu([...options, ...limits, "127.0.0.1", String(peer.port), file], {
              watchMemory: true,
              timeoutSeconds: 20,
            });
            assertEquals(outcome.code, code, outcome.stderr);
            assertMatch(outcome.stderr, says);
            assert(!/\bat \S+:\d+:\d+|panicked|internal error/.test(outcome.stderr), outcome.stderr);
            assert(outcome.peakMemoryBytes < 120e6, `${outcome.peakMemoryBytes}`);
            return plain(outcome.stderr);
          };
          await using clear = startScriptedPeer(script);
          await using secure = startScriptedTlsPeer(pair, script);
          assertEquals(await run(secure, trust), await run(clear, []));
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
