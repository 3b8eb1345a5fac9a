import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { evaluate, evaluateLog, evaluatePort } from "../../lib/cli/evaluate.ts";
import { joinNames, readInteger } from "../../lib/cli/given.ts";
import { allOptions, findOption, INTEGER_MAX, type Option } from "../../lib/cli/options.ts";
import { parseArguments } from "../../lib/cli/parse.ts";
import type { Settings } from "../../lib/cli/settings.ts";
import { Fault } from "../../lib/errors.ts";
import { exampleOf, exampleWithNeeds } from "./example_arguments.ts";

/** The settings of a command line for host, port and one file, whether or not its options are built yet. */
function settingsOf(argv: readonly string[], variables: Readonly<Record<string, string>> = {}): Settings {
  const given = parseArguments(["host", "104", "file", ...argv], () => new Uint8Array());
  const log = evaluateLog(given);
  return evaluate(given, evaluatePort(given), log, (name) => variables[name]);
}

function refusalOf(argv: readonly string[]): string {
  return assertThrows(() => settingsOf(argv), Fault).message;
}

Deno.test("without options the settings are DCMTK's defaults", () => {
  assertEquals(settingsOf([]), {
    peer: "host",
    port: 104,
    operands: ["file"],
    task: "send",
    input: {
      mode: "auto",
      scanDirectories: false,
      scanPattern: undefined,
      recurse: false,
      rename: false,
      filesFrom: undefined,
      dicomdirs: [],
    },
    network: {
      addressFamily: "ipv4",
      callingAeTitle: "STORESCU",
      calledAeTitle: "ANY-SCP",
      proposal: {
        option: "--propose-uncompr",
        preferred: "1.2.840.10008.1.2.1",
        fallback: ["1.2.840.10008.1.2.2", "1.2.840.10008.1.2"],
        exclusive: false,
      },
      required: false,
      combine: false,
      profile: undefined,
      newVr: true,
      compressionLevel: undefined,
      userIdentity: undefined,
      positiveResponse: false,
      connectTimeoutSeconds: undefined,
      socketTimeoutSeconds: 60,
      acseTimeoutSeconds: 30,
      dimseTimeoutSeconds: undefined,
      maxPduBytes: 16384,
      maxSendPduBytes: undefined,
      maxOperationsInvoked: 1,
      repeat: 1,
      abort: false,
      noHalt: false,
      uidPadding: false,
      invention: undefined,
    },
    tls: undefined,
    edits: [],
    delivery: { jobs: 1, retries: 0, retryDelaySeconds: 1, journal: undefined },
    log: { level: "warn", configFile: undefined, verbosePc: false, arguments: undefined },
    report: { progress: "auto", json: false, file: undefined, metrics: undefined },
  });
});

/** Saying nothing would be the same: there is nothing that it could replace. */
const IDLE = ["--no-sni"];

for (const option of allOptions().filter((each) => !each.exclusive && !IDLE.includes(each.long))) {
  Deno.test(`${option.long} is never silently ignored`, () => {
    const context = contextOf(option);
    assertNotEquals(settingsOf([...context, ...exampleOf(option)]), settingsOf(context));
  });
}

/** What an option needs; for a default also another of its set, which it then replaces; for +v what makes it heard. */
function contextOf(option: Option): string[] {
  const needs = exampleWithNeeds(option).slice(0, -exampleOf(option).length);
  const other = allOptions().find((each) =>
    each.set === option.set && each.set !== undefined && each !== option
  );
  if (option.long === "--verbose-pc") return ["--verbose"];
  if (option.default !== true || other === undefined) return needs;
  return [...needs, ...exampleWithNeeds(other)];
}

for (const option of allOptions()) {
  for (const param of option.params ?? []) {
    if (param.kind !== "integer") continue;
    const { min = 0, max = INTEGER_MAX } = param;

    Deno.test(`${option.long} takes ${min} to ${max} and says how any other value is wrong`, () => {
      const context = exampleWithNeeds(option).slice(0, -2);
      const cases: readonly (readonly [value: string, told: string | undefined])[] = [
        [String(min), undefined],
        [String(max), undefined],
        [` \t${max}`, undefined],
        [`+${max}`, undefined],
        [`00${max}`, undefined],
        ["", ""],
        ["x", " (x)"],
        [`${max}x`, ` (${max}x)`],
        [`${max} `, ` (${max} )`],
        ["0x10", " (0x10)"],
        ["1e3", " (1e3)"],
        ["-5", param.signed ? " (underflow: -5)" : " (-5)"],
        [String(max + 1), ` (overflow: ${max + 1})`],
        ["99999999999999999999999", " (overflow: 99999999999999999999999)"],
        ...(min > 0 ? [[String(min - 1), ` (underflow: ${min - 1})`] as const] : []),
      ];
      for (const [value, told] of cases) {
        const argv = [...context, option.long, value];
        if (told === undefined) settingsOf(argv);
        else assertEquals(refusalOf(argv), `Invalid value for option ${option.long}${told}`);
      }
    });
  }

  if (option.needs !== undefined) {
    Deno.test(`${option.long} needs ${joinNames(option.needs)}`, () => {
      // A seed to write back needs TLS as well, and that is asked for first.
      const context = option.needs?.includes("--seed") ? ["--anonymous-tls"] : [];
      const expected = `${option.long} only allowed with ${joinNames(option.needs ?? [])}`;
      assertEquals(refusalOf([...context, ...exampleOf(option)]), expected);
      settingsOf([...exampleWithNeeds(option)]);
    });
  }
}

const CONFLICTS: readonly (readonly [argv: string, message: string])[] = [
  ["-ll info -v", "--log-level not allowed with --verbose, --debug or --quiet"],
  ["-q -ll bogus", "--log-level not allowed with --verbose, --debug or --quiet"],
  ["-lc f -ll debug", "--log-config not allowed with --log-level"],
  ["-lc f -d", "--log-config not allowed with --verbose, --debug or --quiet"],
  ["-lc f -ll debug -q", "--log-level not allowed with --verbose, --debug or --quiet"],
  ["-ll loud", "Invalid log level for --log-level option"],
  ["+v", "--verbose-pc only allowed with verbose mode"],
  ["+v -ll error", "--verbose-pc only allowed with verbose mode"],
  ["-xf f p -xe", "--config-file not allowed with --propose-little"],
  ["-xf f p -R", "--config-file not allowed with --required"],
  ["-xf f p +C", "--config-file not allowed with --combine"],
  ["-xf f p -xe -xi", "--config-file not allowed with --propose-implicit"],
  ["+tla +pz +cs X", "--cipher not allowed with --profile-bcp195-ex"],
  ["+tla +pm +cs X", "--cipher not allowed with --profile-8996-mod"],
  ["+tla --no-sni --request-sni X", "--no-sni not allowed with --request-sni"],
  ["+rs f +ws", "--seed only allowed with --enable-tls or --anonymous-tls"],
  ["+ws", "--write-seed only allowed with --enable-tls or --anonymous-tls"],
  ["-usr a -kt f -pwd x", "--password only allowed with --user"],
  ["+tls k c +tla +pw x", "--use-passwd only allowed with --enable-tls"],
  ["--set PatientID", "Invalid value for option --set: there is no tag, or no = behind it"],
];

for (const [argv, message] of CONFLICTS) {
  Deno.test(`${argv} is refused: ${message}`, () => {
    assertEquals(refusalOf(argv.split(" ")), message);
  });
}

const ACCEPTED: readonly string[] = [
  "-xf f p",
  "-xf f p -x=",
  "-xf f p -xe -x=",
  "-xf f p +cl 3",
  "-xd +cl 0",
  "+v -ll all",
  "+v -lc f",
  "-ll OFF",
  "+sd -r",
  "+r -r",
  "+tla +cs X +pz +px",
  "-kt f -usr a -pwd x -rsp",
  "-usr a -pwd x -epw",
  "+tla -tls",
];

for (const argv of ACCEPTED) {
  Deno.test(`${argv} is accepted`, () => {
    settingsOf(argv.split(" "));
  });
}

Deno.test("several mistakes: the one reported is the one that DCMTK reports", () => {
  /** Each line's mistake is reported before those of all later lines. */
  const ordered = [
    "-ll loud",
    "+v",
    "+sp x",
    "+r",
    "-xf f p -R",
    "+cl 3",
    "-to 0",
    "-ts -2",
    "-ta 0",
    "-td 0",
    "-pdu 1",
    "--max-send-pdu 1",
    "--repeat 0",
    "+IR 0",
    "+IS 0",
    "+IP 0",
    "+ps",
    "-pem",
    "+rs f",
    "+ws",
    "-rc",
    "+py",
    "+cf f",
    "+cd f",
    "+crl f",
    "+crv",
    "+cs x",
    "-pwd x",
    "-rsp",
  ].map((argv) => argv.split(" "));
  // +cl needs -xf or -xd; with -xf among the later mistakes it would be allowed.
  for (let first = 0; first < ordered.length; first++) {
    const alone = refusalOf(ordered[first] ?? []);
    const withLater = refusalOf(ordered.slice(first).flat());
    assertEquals(withLater, alone);
    assertEquals(refusalOf(ordered.slice(first).reverse().flat()), alone);
  }
});

Deno.test("the port is an integer from 1 to 65535", () => {
  const cases: readonly (readonly [port: string, told: string | undefined])[] = [
    ["1", undefined],
    ["65535", undefined],
    [" 104", undefined],
    ["+104", undefined],
    ["0", " (underflow)"],
    ["65536", " (overflow)"],
    ["-5", " (overflow)"],
    ["99999999999999999999", " (overflow)"],
    ["abc", ""],
    ["", ""],
    ["104x", ""],
    ["0x68", ""],
  ];
  for (const [port, told] of cases) {
    const given = parseArguments(["host", port, "file"], () => new Uint8Array());
    if (told === undefined) assertEquals(evaluatePort(given), Number(port));
    else {
      const fault = assertThrows(() => evaluatePort(given), Fault);
      assertEquals(fault.message, `Invalid parameter value ${port}${told}`);
    }
  }
});

Deno.test("AE titles are 1 to 16 characters of the default repertoire", () => {
  for (const title of ["A", "ABCDEFGHIJKLMNOP", " lead", "a_b-c.d!~", "[x]"]) {
    assertEquals(settingsOf(["-aet", title]).network.callingAeTitle, title);
    assertEquals(settingsOf(["-aec", title]).network.calledAeTitle, title);
  }
  for (const title of ["", " ", "ABCDEFGHIJKLMNOPQ", "A\\B", "Ü", "A\nB", "\x7f"]) {
    assert(refusalOf(["-aet", title]).startsWith("Invalid value for option --aetitle ("), title);
    assert(refusalOf(["-aec", title]).startsWith("Invalid value for option --call ("), title);
  }
});

Deno.test("an empty peer is refused", () => {
  const given = parseArguments(["", "104", "f"], () => new Uint8Array());
  assertThrows(
    () => evaluate(given, 104, evaluateLog(given), () => undefined),
    Fault,
    "Invalid parameter value",
  );
});

Deno.test("the verbosity options set the log's level", () => {
  const cases: readonly (readonly [argv: string, level: string])[] = [
    ["-q", "fatal"],
    ["-v", "info"],
    ["-d", "debug"],
    ["-v -q", "fatal"],
    ["-q -v", "info"],
    ["-ll TRACE", "trace"],
    ["-ll off", "off"],
    ["-ll all", "all"],
  ];
  for (const [argv, level] of cases) assertEquals<string>(settingsOf(argv.split(" ")).log.level, level);
});

Deno.test("a socket timeout of 0 or -1 is no limit", () => {
  assertEquals(settingsOf(["-ts", "0"]).network.socketTimeoutSeconds, undefined);
  assertEquals(settingsOf(["-ts", "-1"]).network.socketTimeoutSeconds, undefined);
  assertEquals(settingsOf(["-ts", "5"]).network.socketTimeoutSeconds, 5);
});

Deno.test("passwords come from the command line, a file or the environment, in that order", () => {
  const variables = { STORESCU_PASSWORD: "a", STORESCU_KEY_PASSWORD: "b" };
  const user = (argv: string[]): unknown => {
    const wish = settingsOf(["-usr", "me", ...argv], variables).network.userIdentity;
    return wish?.kind === "user" ? wish.password : wish;
  };
  assertEquals(user(["-pwd", "p"]), { from: "argument", text: "p" });
  assertEquals(user(["-epw"]), { from: "argument", text: "" });
  assertEquals(user(["--password-file", "f"]), { from: "file", path: "f", option: "--password-file" });
  assertEquals(user([]), { from: "environment", variable: "STORESCU_PASSWORD" });
  assertEquals(settingsOf(["-kt", "f"], variables).network.userIdentity, { kind: "kerberos", file: "f" });
  assertEquals(settingsOf(["-usr", "me"]).network.userIdentity, {
    kind: "user",
    user: "me",
    password: undefined,
  });

  const key = (...argv: string[]): unknown =>
    settingsOf(["+tls", "k", "c", ...argv], variables).tls?.keyPassword;
  assertEquals(key("+pw", "p"), { from: "argument", text: "p" });
  assertEquals(key("-pw"), "empty");
  assertEquals(key("+ps"), "ask");
  assertEquals(key("--key-password-file", "f"), { from: "file", path: "f", option: "--key-password-file" });
  assertEquals(key(), { from: "environment", variable: "STORESCU_KEY_PASSWORD" });
  assertEquals(settingsOf(["+tls", "k", "c"]).tls?.keyPassword, "ask");
});

Deno.test("TLS options come to TLS wishes", () => {
  const { tls } = settingsOf(
    "+tls k c -der +cf a +cd d +cf b +crl r +cs X +cs Y +pm +px -vc --request-sni n +rs s +wf w +dp p".split(
      " ",
    ),
  );
  assertEquals(tls, {
    own: { keyFile: "k", certificateFile: "c" },
    keyPassword: "ask",
    format: "der",
    certificateFiles: ["a", "b"],
    certificateDirectories: ["d"],
    crlFiles: ["r"],
    crlCheck: "leaf",
    profile: "bcp195",
    ciphers: ["X", "Y"],
    serverNameIndication: "n",
    withoutServerName: false,
    peerCertificate: "verify",
    verifyHostname: false,
    withoutEffect: ["--seed", "--write-seed-file", "--dhparam", "--verify-peer-cert"],
  });
  assertEquals(settingsOf(["+tls", "k", "c", "+tla"]).tls?.own, undefined);
  assertEquals(settingsOf(["+tla", "-tls"]).tls, undefined);
  assertEquals(settingsOf(["+tla", "--no-sni"]).tls?.withoutServerName, true);
});

Deno.test("edits keep their order and split at the first equals sign", () => {
  assertEquals(settingsOf(["--set", "A=b=c", "--unset", "D", "--set", "0010,0010="]).edits, [
    { kind: "set", tag: "A", value: "b=c" },
    { kind: "unset", tag: "D" },
    { kind: "set", tag: "0010,0010", value: "" },
  ]);
});

Deno.test("every --propose option stands for its transfer syntaxes", () => {
  const uid = (suffix: string): string => `1.2.840.10008.1.2${suffix}`;
  const all = [uid(".1"), uid(".2"), uid("")];
  const cases: readonly (readonly [short: string, preferred: string, fallback: readonly string[]])[] = [
    ["-x=", ".1", all.slice(1)],
    ["-xe", ".1", all.slice(1)],
    ["-xb", ".2", [uid(".1"), uid("")]],
    ["-xi", "", []],
    ["-xs", ".4.70", all],
    ["-xy", ".4.50", all],
    ["-xx", ".4.51", all],
    ["-xv", ".4.90", all],
    ["-xw", ".4.91", all],
    ["-xt", ".4.80", all],
    ["-xu", ".4.81", all],
    ["-xm", ".4.100", []],
    ["-xh", ".4.101", []],
    ["-xn", ".4.102", []],
    ["-xl", ".4.103", []],
    ["-x2", ".4.104", []],
    ["-x3", ".4.105", []],
    ["-xo", ".4.106", []],
    ["-x4", ".4.107", []],
    ["-x5", ".4.108", []],
    ["-xr", ".5", all],
    ["-xd", ".1.99", all],
  ];
  assertEquals(
    cases.map(([short]) => short),
    allOptions().filter(({ set }) => set === "proposal").map(({ short = "" }) => short),
  );
  for (const [short, preferred, fallback] of cases) {
    const option = findOption(short)?.long ?? "";
    const expected = {
      option,
      preferred: uid(preferred),
      fallback: [...fallback],
      exclusive: fallback.length === 0,
    };
    assertEquals(settingsOf([short]).network.proposal, expected);
  }
});

Deno.test("integers are decimal, with a sign where it makes sense", () => {
  assertEquals(readInteger("-1", -1, 5, true), -1);
  assertEquals(readInteger("-0", 0, 5, false), "invalid");
  assertEquals(readInteger("6", 0, 5, false), "overflow");
  assertEquals(readInteger("-2", -1, 5, true), "underflow");
});
