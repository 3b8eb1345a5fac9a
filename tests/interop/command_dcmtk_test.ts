/**
 * The same command lines for DCMTK's storescu and for ours: the same exit code, the same error line, or a difference
 * that is wanted and says why. All end before any network activity, because the input file does not exist. Left out
 * where DCMTK is not installed.
 */

import { assert, assertEquals } from "@std/assert";
import { isAudible, readCommand } from "../../lib/cli/command.ts";
import { helpText } from "../../lib/cli/help.ts";
import { allOptions } from "../../lib/cli/options.ts";

const DCMTK = "/usr/bin/storescu";
const ignore = !isFile(DCMTK);

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** What the arguments came to, as far as it can be seen from outside. */
type Outcome = "help" | "version" | "list" | "accepted" | "silent, exit 1" | `error: ${string}`;

/** DCMTK's, from its exit code and output; "accepted" means that it went on to look for the input file. */
async function theirs(argv: readonly string[], cwd: string): Promise<Outcome> {
  const run = new Deno.Command(DCMTK, { args: [...argv], cwd, stdin: "null" });
  const { code, stdout, stderr } = await run.output();
  const out = new TextDecoder().decode(stdout);
  const err = new TextDecoder().decode(stderr);
  const error = /^error: (.*(?:\n(?!$).*)*)/m.exec(err)?.[1];
  if (code === 0) {
    return out.includes("usage:") ? "help" : out.includes("ciphersuites are") ? "list" : "version";
  }
  assertEquals(code, 1, `${argv.join(" ")}: ${err}`);
  if (error !== undefined) return `error: ${error}`;
  return /^[FE]: (cannot access file|reading config file)/m.test(err) ? "accepted" : "silent, exit 1";
}

/** Ours; an option that is not built yet was understood all the same. */
function ours(argv: readonly string[], cwd: string): Outcome {
  const readFile = (path: string): Uint8Array => Deno.readFileSync(`${cwd}/${path}`);
  const command = readCommand(argv, {
    readFile,
    exists: (path) => path === "-dash.dcm",
    variable: () => undefined,
  });
  if (command.kind === "help" || command.kind === "version") return command.kind;
  if (command.kind === "listCiphers") return "list";
  if (command.kind !== "mistake") return "accepted";
  const { message } = command.fault;
  if (message.startsWith("option --list-ciphers is not built yet")) return "list";
  if (message.includes(" is not built yet: ")) return "accepted";
  return isAudible(command.log) ? `error: ${message}` : "silent, exit 1";
}

const FILES: Readonly<Record<string, string>> = {
  empty: "",
  blank: " \n\t\r\n",
  line: "host 104 'no such.dcm' -v",
  options: '-aet "MY AE" -pdu\n4096',
  nested: "@line",
  open: "host 104 'no such.dcm",
  joined: 'host 104 no"such".dcm',
  help: "--help",
};

/** Each is given to both; `host 104 none` stands for `$`. */
const SAME: readonly string[] = [
  "",
  "-h",
  "--help",
  "--help --version",
  "--version --help",
  "--version",
  "--arguments --version",
  "--version nonsense",
  "-v -h host",
  "+cc",
  "--list-ciphers --version",
  "+cc --bogus",
  "--help --bogus",
  "--bogus --help",
  "-v",
  "--arguments",
  "host",
  "host 104",
  "host -v 104",
  "@empty",
  "@blank",
  "@missing",
  "@line",
  "@line @options",
  "@options @line",
  "@nested",
  "@open",
  "@joined",
  "@help",
  "@",
  "-aet @line",
  "--",
  "-",
  "+",
  "$ --",
  "$ -",
  "$ -5",
  "-5 104 none",
  "-12abc 104 none",
  "$ --verb",
  "$ --verbose=1",
  "$ -vd",
  "$ -XI",
  "$ -cl 5",
  "host 0 none",
  "host 65535 none",
  "host 65536 none",
  "host 70000 none",
  "host -5 none",
  "host abc none",
  "host 99999999999999999999 none",
  "host 0 none -q",
  "$ -q --repeat 0",
  "$ -q -v --repeat 0",
  "$ -v -q --repeat 0",
  "$ -ll fatal --repeat 0",
  "$ -ll FATAL --repeat 0",
  "$ -ll off --repeat 0",
  "$ -ll all --repeat 0",
  "$ -q --bogus",
  "$ -ll loud",
  "$ -ll",
  "$ -ll info -v",
  "$ -q -ll loud",
  "$ -q -ll error",
  "$ -d -lc none",
  "$ -lc none -ll debug",
  "$ -lc none -ll debug -q",
  "$ +v",
  "$ +v -v",
  "$ +v -ll debug",
  "$ +v -ll error",
  "$ +v -ll off",
  "$ +f +fo -f",
  "$ +sp x",
  "$ +sp x +r",
  "$ +sp x +sd",
  "$ +sp",
  "$ +r",
  "$ +r -r",
  "$ +sd +r",
  "$ +rn -rn",
  "$ -aet",
  "$ -aec A -aec",
  "$ -aet -v",
  "$ -xf none",
  "$ -xf none profile",
  "$ -xf none profile -x=",
  "$ -xf none profile -xe",
  "$ -xf none profile -xe -x=",
  "$ -xf none profile -x= -xe",
  "$ -xf none profile -xe -xi",
  "$ -xf none profile -xi -xe",
  "$ -xf none profile -x5",
  "$ -xf none profile -R",
  "$ -xf none profile +C",
  "$ -xf none profile -R +C -xd",
  "$ +cl 3",
  "$ +cl 10 -xd",
  "$ +cl 9 -xd",
  "$ +cl -1 -xd",
  "$ +cl 3 -xd -xe",
  "$ +cl 3 -xe -xd",
  "$ -to 0",
  "$ -to -1",
  "$ -ta -1",
  "$ -td -1",
  "$ -pdu -1",
  "$ -to -v",
  "$ -to",
  "$ -ts -2",
  "$ -ts -1",
  "$ -ts 0",
  "$ -ta 0",
  "$ -td 0",
  "$ -td x",
  "$ -pdu 4095",
  "$ -pdu 4096",
  "$ -pdu 4097",
  "$ -pdu 131072",
  "$ -pdu 131073",
  "$ -pdu +5",
  "$ -pdu 99999999999999999999",
  "$ --max-send-pdu 100",
  "$ --max-send-pdu 200000",
  "$ --repeat 0",
  "$ --repeat -1",
  "$ --repeat 0 --repeat 1",
  "$ --repeat 1 --repeat 0",
  "$ +IR 0",
  "$ +IS 0",
  "$ +IP 0",
  "$ +IP 0 +IS 0 +IR 0 --repeat 0 -pdu 1",
  "$ +II +IR 5",
  "$ -xd +cl 10 -xf none profile -R",
  "$ -td 0 -ta 0 -ts -2 -to 0",
  "$ +r +v",
  "$ -usr a",
  "$ -usr a -pwd x",
  "$ -usr a -epw",
  "$ -usr a -epw -pwd x",
  "$ -pwd x",
  "$ -epw",
  "$ -pwd x -kt none",
  "$ -usr a -kt none -pwd x",
  "$ -kt none -usr a -pwd x",
  "$ +ps",
  "$ +pw x",
  "$ -pw",
  "$ +tla +ps",
  "$ -tls +ps",
  "$ -pem",
  "$ -der",
  "$ +cf none",
  "$ +cd none",
  "$ +crl none",
  "$ +crv",
  "$ +cra",
  "$ +py",
  "$ +px",
  "$ +pz",
  "$ +pn",
  "$ +cs X",
  "$ +rs none",
  "$ +ws",
  "$ +wf none",
  "$ +rs none +ws",
  "$ +tla +ws",
  "$ +tla +wf none",
  "$ -rc",
  "$ -ic",
  "$ +tla +pz +cs X",
  "$ +tla +cs X +pz",
  "$ +tla +pz +cs X -tls",
  "$ +tls none",
  "$ +tla -tls +cf none",
  "$ +cs X +cf none -der +ps",
  "$ +crl none +cd none +cf none",
  "$ -rsp -pwd x +cs X --repeat 0",
];

/** Where we differ on purpose. */
const DIFFERENT: readonly (readonly [argv: string, their: Outcome, our: Outcome, reason: string])[] = [
  ["host 104x none", "accepted", "error: Invalid parameter value 104x", "no trailing garbage in numbers"],
  [
    "$ -pdu 4096x",
    "accepted",
    "error: Invalid value for option --max-pdu (4096x)",
    "no trailing garbage in numbers",
  ],
  [
    "$ --repeat 1e3",
    "accepted",
    "error: Invalid value for option --repeat (1e3)",
    "no trailing garbage in numbers",
  ],
  [
    "$ -td 5000000000",
    "accepted",
    "error: Invalid value for option --dimse-timeout (overflow: 5000000000)",
    "DCMTK cuts numbers that do not fit into 32 bits",
  ],
  [
    "$ -aet ABCDEFGHIJKLMNOPQ",
    "accepted",
    "error: Invalid value for option --aetitle (ABCDEFGHIJKLMNOPQ)",
    "DCMTK cuts AE titles at 16 characters",
  ],
  [
    "$ -aec A\\B",
    "accepted",
    "error: Invalid value for option --call (A\\\\B)",
    "not a character of AE titles",
  ],
  [
    "$ -rsp",
    "error: --pos-response only allowed with --user, --kerberos or --saml",
    "error: --pos-response only allowed with --user, --kerberos, --saml or --jwt",
    "the text of later versions of DCMTK",
  ],
  [
    "$ -usr a -pwd x -epw",
    "error: --empty-password only allowed with --user",
    "accepted",
    "the rightmost counts, as everywhere",
  ],
  [
    "$ -pwd x -epw",
    "error: --password only allowed with --user",
    "error: --empty-password only allowed with --user",
    "only the rightmost of a set is checked",
  ],
  [
    "$ +pa",
    "error: --profile-basic only allowed with --enable-tls or --anonymous-tls",
    "error: --profile-aes only allowed with --enable-tls or --anonymous-tls",
    "DCMTK names the wrong option",
  ],
  [
    "$ -pem -der",
    "error: --pem-keys only allowed with --enable-tls or --anonymous-tls",
    "error: --der-keys only allowed with --enable-tls or --anonymous-tls",
    "only the rightmost of a set is checked",
  ],
  [
    "$ +tls k c +tla +pw x",
    "accepted",
    "error: --use-passwd only allowed with --enable-tls",
    "only the rightmost of a set counts: there is no key",
  ],
  ["$ +pb", "error: Unknown option +pb", tlsNeeded("--profile-basic"), "not in Debian's build"],
  ["$ +pg", "error: Unknown option +pg", tlsNeeded("--profile-8996"), "later version of DCMTK"],
  ["$ -vc", "error: Unknown option -vc", tlsNeeded("--verify-peer-cert"), "earlier version of DCMTK"],
  ["$ +dp f", "error: Unknown option +dp", tlsNeeded("--dhparam"), "earlier version of DCMTK"],
  ["$ -i6", "error: Unknown option -i6", "accepted", "later version of DCMTK"],
  ["$ --no-sni", "error: Unknown option --no-sni", "accepted", "later version of DCMTK"],
  ["$ --jobs 2", "error: Unknown option --jobs", "accepted", "our own"],
  ["host 104 --echo", "error: Unknown option --echo", "accepted", "our own"],
  [
    "-h --repeat",
    "error: Missing value for option --repeat",
    "help",
    "--help NAME explains an option",
  ],
  [
    "-h repaet",
    "help",
    "error: There is no option named repaet",
    "--help NAME explains an option",
  ],
  [
    "$ -lc none",
    "error: Specified --log-config file does not exist",
    "accepted",
    "whether the file is good is told when the log is set up",
  ],
  [
    "$ --password=x",
    "error: Unknown option --password=x",
    "error: Unknown option --password=********",
    "secrets are not shown",
  ],
];

function tlsNeeded(long: string): Outcome {
  return `error: ${long} only allowed with --enable-tls or --anonymous-tls`;
}

function toArgv(line: string): string[] {
  return line === "" ? [] : line.replace("$", "host 104 none").split(" ");
}

/** A folder with the command files; nothing else is there. */
async function withFiles(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(FILES)) Deno.writeTextFileSync(`${folder}/${name}`, text);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: `${SAME.length} command lines come to the same as with DCMTK`,
  ignore,
  fn: () =>
    withFiles(async (folder) => {
      const differing: string[] = [];
      const compare = async (line: string): Promise<void> => {
        const [their, our] = [await theirs(toArgv(line), folder), ours(toArgv(line), folder)];
        if (their !== our) differing.push(`${line}\n  theirs: ${their}\n  ours: ${our}`);
      };
      for (let from = 0; from < SAME.length; from += 16) {
        await Promise.all(SAME.slice(from, from + 16).map(compare));
      }
      assertEquals(differing.join("\n"), "");
      assert(SAME.length >= 80 && new Set(SAME).size === SAME.length);
    }),
});

Deno.test({
  name: `${DIFFERENT.length} command lines differ from DCMTK as stated`,
  ignore,
  fn: () =>
    withFiles(async (folder) => {
      for (const [line, their, our] of DIFFERENT) {
        assertEquals(await theirs(toArgv(line), folder), their, line);
        assertEquals(ours(toArgv(line), folder), our, line);
      }
    }),
});

Deno.test({
  name: "an empty argument is an operand or a value like any other",
  ignore,
  fn: () =>
    withFiles(async (folder) => {
      const lines: readonly (readonly string[])[] = [
        ["host", "", "none"],
        ["host", "104", ""],
        ["host", "104", "none", "-pdu", ""],
        ["host", " 0", "none"],
        ["host", "104", "none", "-pdu", " 50"],
      ];
      for (const argv of lines) assertEquals(ours(argv, folder), await theirs(argv, folder), argv.join("|"));
    }),
});

/** Group by group, the option names of a help text in its order: "-h --help". */
function groupsOf(help: string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  let names: string[] = [];
  for (const line of help.split("\n")) {
    const title = /^([a-z].* options.*):$|^(options .*):$/.exec(line);
    const option = /^ {2,4}([-+]\S+)? +(--\S+)/.exec(line);
    if (title !== null) groups.set(title[1] ?? title[2] ?? "", names = []);
    else if (option !== null && line.indexOf("--") < 11) names.push(`${option[1] ?? ""} ${option[2]}`);
  }
  return groups;
}

Deno.test({
  name: "help has DCMTK's options in DCMTK's groups and order, and none of its sentences",
  ignore,
  fn: async () => {
    const { stdout } = await new Deno.Command(DCMTK, { args: ["--help"] }).output();
    const theirHelp = new TextDecoder().decode(stdout);
    const [their, our] = [groupsOf(theirHelp), groupsOf(helpText("1.2.3"))];
    const theirNames = [...their.values()].flat();
    assert(theirNames.length > 90, `${theirNames.length}`);
    assertEquals([...our.values()].flat().length, allOptions().length);
    assertEquals([...our.keys()].slice(0, -1), [...their.keys()]);
    for (const [title, names] of their) {
      assertEquals(our.get(title)?.filter((name) => theirNames.includes(name)), names, title);
    }
    const text = (line: string): string => line.slice(31).trim();
    const theirTexts = new Set(theirHelp.split("\n").map(text).filter((line) => line.length > 20));
    const copied = helpText("1.2.3").split("\n").map(text).filter((line) => theirTexts.has(line));
    assertEquals(copied, []);
  },
});
