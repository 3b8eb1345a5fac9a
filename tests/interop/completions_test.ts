/** The completions, tried in the shells themselves; a shell that is not installed is left out. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Shell } from "../../lib/cli/command.ts";
import { completionScript } from "../../lib/cli/completions.ts";
import { allOptions } from "../../lib/cli/options.ts";

/** Files in the folder where completion is asked for. */
const FILES = ["a b.dcm", "ab.dcm", "it's.dcm", "sub/inside.dcm"];

/** The options that begin so, in every spelling. */
function optionsFrom(prefix: string): string[] {
  const names = allOptions().flatMap(({ short, long }) => short === undefined ? [long] : [short, long]);
  return names.filter((name) => name.startsWith(prefix));
}

/** The words before the cursor, the last one to be completed, and what is offered. */
const CASES: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
  [["-p"], optionsFrom("-p")],
  [["+s"], optionsFrom("+s")],
  [["--max"], optionsFrom("--max")],
  [["host", "104", "--prop"], optionsFrom("--prop")],
  [["-ll", ""], ["off", "fatal", "error", "warn", "info", "debug", "trace", "all"]],
  [["-ll", "w"], ["warn"]],
  [["--log-level", "t"], ["trace"]],
  [["-aet", "a"], []],
  [["-aet", "-ll", "+s"], optionsFrom("+s")],
  [["-xf", "file", "-ll", "-v", "host", "a"], ["a b.dcm", "ab.dcm"]],
  [["host", "104", "a"], ["a b.dcm", "ab.dcm"]],
  [["host", "104", "i"], ["it's.dcm"]],
  [["+cf", "s"], ["sub"]],
  [["+cd", "a"], []],
  [["+cd", "s"], ["sub"]],
];

async function isInstalled(shell: string): Promise<boolean> {
  try {
    return (await new Deno.Command(shell, { args: ["-c", "exit 0"] }).output()).success;
  } catch {
    return false;
  }
}

async function outputOf(command: string, args: readonly string[], cwd: string): Promise<string> {
  const signal = AbortSignal.timeout(60_000);
  const run = new Deno.Command(command, { args: [...args], cwd, stdin: "null", signal });
  const { stdout, stderr, code } = await run.output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""], `${command} ${args.join(" ")}`);
  return new TextDecoder().decode(stdout);
}

/** Offers what the script at `script` does for each of the lines, "storescu -x" and the like, in the folder `cwd`. */
type Complete = (script: string, lines: readonly string[], cwd: string) => Promise<string[][]>;

const END = "<<<end>>>";

/** One word a line, the offers for each command line ended by END. */
function offersIn(output: string): string[][] {
  const parts = output.split(END).slice(0, -1);
  return parts.map((part) => part.split("\n").map((line) => line.trimEnd()).filter((line) => line !== ""));
}

const bash: Complete = async (script, lines, cwd) => {
  const program = `source "$1"; shift
    for line in "$@"; do
      IFS=' ' read -r -a COMP_WORDS <<< "$line"; [[ "$line" == *' ' ]] && COMP_WORDS+=("")
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _storescu
      printf '%s\\n' "\${COMPREPLY[@]}" "${END}"
    done`;
  return offersIn(await outputOf("bash", ["--norc", "-c", program, "bash", script, ...lines], cwd));
};

const fish: Complete = async (script, lines, cwd) => {
  const program = `source $argv[1]; for line in $argv[2..-1]; complete -C "$line"; echo "${END}"; end`;
  const output = await outputOf("fish", ["--no-config", "-c", program, script, ...lines], cwd);
  return offersIn(output.replaceAll(/\t.*/g, "")).map((words) =>
    words.map((word) => word.replace(/\/$/, ""))
  );
};

/** A zsh of its own behind a pseudo terminal, whose compadd tells what it is given. */
const ZSH = String.raw`
zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner "PS1= PS2= RPS1=; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source $1"
zpty -w inner 'compadd() {
  if [[ ${"${@[1,(i)(-|--)]}"} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return $?; fi
  local -a hits; builtin compadd -A hits "$@"
  local hit; for hit in "${"${(@)hits}"}"; do print -r -- "<<${"${(Q)hit}"}>>"; done
  builtin compadd "$@"
}'
zpty -w inner 'finish() { print "<<<e""nd>>>"; comppostfuncs=(finish) }; comppostfuncs=(finish)'
zpty -w inner 'bindkey "^I" complete-word; bindkey "^U" kill-whole-line; print rea""dy'
zpty -r inner line '*ready*'
shift
for line in "$@"; do
  zpty -w -n inner "$line"$'\t'
  zpty -r inner line '*<<<end>>>*'
  print -r -- "$line"
  zpty -w -n inner $'\x15'
done
zpty -d inner
`;

const zsh: Complete = async (script, lines, cwd) => {
  const output = await outputOf("zsh", ["-f", "-c", ZSH, "zsh", script, ...lines], cwd);
  return output.split(END).slice(0, -1).map((part) => [
    ...new Set([...part.matchAll(/<<([^<>]+)>>/g)].map((match) => match[1] ?? "")),
  ]);
};

for (const [shell, complete] of [["bash", bash], ["zsh", zsh], ["fish", fish]] as const) {
  Deno.test({
    name: `${shell} completes options, choices, files and directories`,
    ignore: !await isInstalled(shell),
    fn: async () => {
      const folder = await Deno.makeTempDir();
      const script = await Deno.makeTempFile();
      try {
        await Deno.writeTextFile(script, completionScript(shell));
        await Deno.mkdir(`${folder}/sub`);
        for (const name of FILES) await Deno.writeTextFile(`${folder}/${name}`, "");
        const lines = CASES.map(([words]) => ["storescu", ...words].join(" "));
        const found = await complete(script, lines, folder);
        assertEquals(found.map((words) => words.toSorted()), CASES.map(([, offered]) => offered.toSorted()));
      } finally {
        await Deno.remove(folder, { recursive: true });
        await Deno.remove(script);
      }
    },
  });
}

Deno.test("completions offer every option and know the values of everything", () => {
  assert(optionsFrom("-").length > 60);
  for (const shell of ["bash", "zsh", "fish"] satisfies Shell[]) {
    const script = completionScript(shell);
    for (const option of allOptions()) {
      assertStringIncludes(script, option.long);
    }
    assert(/^[\t\n -~]*$/.test(script));
  }
});
