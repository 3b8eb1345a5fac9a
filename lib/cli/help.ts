/** What the program says about itself and about a command line, in DCMTK's layout and our own words. */

import type { Fault } from "../errors.ts";
import { callOf, describeParam, joinNames } from "./given.ts";
import {
  allOptions,
  type Group,
  GROUPS,
  type Option,
  type OptionRow,
  type ParamKind,
  type Section,
} from "./options.ts";

const TITLE = "storescu: DICOM storage (C-STORE) SCU";

/** Columns of a help text, so that it fits a terminal of 80. */
const WIDTH = 79;

/** The operands, with what they are. */
export const OPERANDS = [
  { name: "peer", help: "host name or address of the peer" },
  { name: "port", help: "TCP port the peer listens on" },
  { name: "dcmfile-in", help: "DICOM file or directory, DICOMDIR or archive" },
] as const;

export const USAGE = "storescu [options] peer port dcmfile-in...";

/** All forms of a command line: USAGE, those that need no files, and those that answer by themselves. */
export function synopsis(): string[] {
  const withoutFiles = allOptions().filter((option) => option.withoutFiles)
    .map((option) => `storescu [options] ${callOf(option)} peer port [dcmfile-in...]`);
  const alone = allOptions().filter((option) => option.exclusive).map((option) =>
    `storescu ${callOf(option)}`
  );
  return [USAGE, ...withoutFiles, ...alone];
}

/** The lines that start every text: "$storescu: v1.2.3 $", a blank line, what this is. */
function heading(version: string): string[] {
  return [`$storescu: v${version} $`, "", TITLE];
}

/** How a mistake in the command line is told. */
export function errorLines(version: string, { message, remedy }: Fault): string[] {
  return [...heading(version), `error: ${message}`, ...(remedy === undefined ? [] : [`hint: ${remedy}`])];
}

/** What --version prints; the facts, such as "Deno 2.7.11", come one a line. */
export function versionText(version: string, facts: readonly string[]): string {
  return [...heading(version), "", ...facts, ""].join("\n");
}

/** What --arguments logs: two lines, the second empty. Unlike DCMTK's it shows empty arguments and hides secrets. */
export function argumentsLines(shown: readonly string[]): string[] {
  return [
    `calling 'storescu' with ${shown.length} arguments: ${shown.map((text) => `'${text}' `).join("")}`,
    "",
  ];
}

/** What --help prints. */
export function helpText(version: string): string {
  const lines = [...heading(version), `usage: ${USAGE}`, "", "parameters:"];
  for (const { name, help } of OPERANDS) lines.push(`  ${name.padEnd(27)}  ${help}`);
  lines.push("");
  for (const group of GROUPS) lines.push(...groupLines(group));
  return lines.join("\n") + "\n\n";
}

function groupLines(group: Group): string[] {
  const lines = [`${group.title}:`];
  for (const section of group.sections) {
    if (section.title !== undefined) lines.push(`  ${section.title}:`);
    lines.push(...sectionLines(group, section));
  }
  return lines;
}

/** Short name, long name and text in three columns; the text column is the same for a whole section. */
function sectionLines(group: Group, section: Section): string[] {
  const [indent, shortWidth] = section.title === undefined ? ["  ", 6] : ["    ", 4];
  const longWidth = Math.max(19, ...section.options.map((option) => option.long.length));
  const column = indent.length + shortWidth + longWidth + 4;
  return section.options.flatMap((option) => {
    const names = `${indent}${(option.short ?? "").padEnd(shortWidth)}  ${option.long.padEnd(longWidth)}  `;
    const text = optionTexts(option, group, section).flatMap((part) => wrap(part, WIDTH - column));
    return text.map((line, index) => (index === 0 ? names : " ".repeat(column)) + line);
  });
}

/** What is to be given, if anything, and what the option does; each begins a line. */
function optionTexts(option: OptionRow, group: Group, section: Section): string[] {
  const { params, help } = option;
  const notes = [
    needsNote(option, group, section),
    option.default === true
      ? "(default)"
      : option.default === undefined
      ? ""
      : `(default: ${option.default})`,
  ].filter((note) => note !== "");
  const text = [help, ...notes.map(keepTogether)].join(" ");
  return params === undefined ? [text] : [params.map(paramText).join(", "), text];
}

/** Left out where the title of the section or of the group says it already. */
function needsNote({ needs }: OptionRow, group: Group, section: Section): string {
  const said = section.title?.includes("only with") ||
    (group.title.includes("TLS") && needs?.includes("--anonymous-tls"));
  return needs === undefined || said ? "" : `(only with ${joinNames(needs)})`;
}

function paramText(param: NonNullable<OptionRow["params"]>[number]): string {
  const { name, kind, min, max, choices } = param;
  if (kind === "choice") return `${name}: ${joinNames(choices ?? [])}`;
  if (kind !== "integer") return `${name}: ${kind === "file" || kind === "directory" ? kind : "string"}`;
  return `${name}: integer (${min ?? 0}..${max ?? ""})`;
}

/** Blanks at which a short text must not be broken. */
const FIXED_BLANK = "\u00a0";

function keepTogether(note: string): string {
  return note.length < 40 ? note.replaceAll(" ", FIXED_BLANK) : note;
}

/** Breaks at blanks so that no line is wider, unless a word is. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => each.replaceAll(FIXED_BLANK, " "));
}

/** All that the table knows of one option: what --help NAME prints. */
export function explainOption(version: string, option: Option): string {
  const names = option.short === undefined ? option.long : `${option.short}, ${option.long}`;
  const values = (option.params ?? []).map((param) => ` <${param.name}>`).join("");
  const lines = [...heading(version), "", `  ${names}${values}`, ""];
  const what = `${topicOf(option)}: ${option.help}.`;
  for (const fact of [what, ...optionFacts(option), ...replacedBy(option)]) {
    lines.push(...wrap(fact, WIDTH - 6).map((line, index) => (index === 0 ? "    " : "      ") + line));
  }
  return lines.join("\n") + "\n\n";
}

/** Kinds of values of which more can be said than their names do. */
const TELLING_KINDS: readonly ParamKind[] = ["integer", "choice", "aeTitle"];

/** Sentences about an option besides its help: details, values, default and conditions. */
export function optionFacts(option: OptionRow): string[] {
  const values = (option.params ?? []).filter(({ kind }) => TELLING_KINDS.includes(kind))
    .map((param) => `<${param.name}> is ${describeParam(param)}.`);
  const facts = [...option.details ?? [], ...values];
  if (option.default === true) facts.push("This is the default.");
  else if (option.default !== undefined) facts.push(`Default: ${option.default}.`);
  if (option.needs !== undefined) facts.push(`Only with ${joinNames(option.needs)}.`);
  if (option.repeatable) facts.push("May be given several times; all of them count.");
  if (option.dcmtk !== undefined) facts.push(`Versions of DCMTK that have it: ${option.dcmtk}.`);
  return facts;
}

function replacedBy(option: Option): string[] {
  const others = allOptions().filter(({ set, long }) => set === option.set && long !== option.long);
  if (option.set === undefined) return [];
  return [`Replaces any of these to its left: ${others.map(({ long }) => long).join(", ")}.`];
}

/** The title of the section, or else the group, that the option stands in; its help is to be read after that. */
function topicOf(option: Option): string {
  for (const group of GROUPS) {
    const sections: readonly Section[] = group.sections;
    const section = sections.find(({ options }) => options.some(({ long }) => long === option.long));
    if (section !== undefined) return (section.title ?? group.title).replace(/ \(.*/, "");
  }
  return "option";
}
