/** The manual page, as roff with man(7) macros: the options from the table, the rest from here. */

import { OPERANDS, optionFacts, synopsis, wrap } from "./help.ts";
import { type Group, GROUPS, type OptionRow, type Section } from "./options.ts";

/** Paragraphs of one section: plain text, or a term and what it means. */
type Paragraph = string | readonly [term: string, text: string];

const DESCRIPTION: readonly Paragraph[] = [
  "storescu is a Service Class User of the DICOM Storage Service Class: it sends the SOP instances that files hold to a Storage Service Class Provider, each by a C-STORE request, and waits for the response to each.",
  "It takes the command lines of DCMTK's program of the same name. Unlike that, it is a single executable that needs no other file.",
  "By default it proposes the storage SOP classes that DCMTK proposes, each with its preferred transfer syntax in one presentation context and the other uncompressed ones in another. A file whose SOP class or transfer syntax was not among them is sent over a further association that proposes what it needs. If the accepted transfer syntax is the file's own, the data set is sent unchanged, byte for byte.",
];

const COMMAND_LINE: readonly Paragraph[] = [
  "Options begin with a plus or minus sign and may stand anywhere, before, between and after the parameters. Their names are compared exactly: there are no abbreviations, and a value is an argument of its own. A sign followed by a digit does not begin an option. There is no mark for the end of options: to name a file whose name begins with a sign, put ./ before it.",
  "If an option is given several times, or several options that replace each other, the rightmost one counts.",
  "An argument @file is replaced by the arguments that the text file holds, separated by white space. A part in single or double quotes is taken literally. Command files cannot be nested.",
];

/** README's table says the same. */
export const EXIT_STATUS: readonly Paragraph[] = [
  [
    "0",
    "Every instance that was to be sent was stored, with a success or a warning status, and everything asked for was told.",
  ],
  [
    "1",
    "The first failure was one of the command line, of a file or configuration, of the connection or of the association request, or a failure status below 0100H; or only a report, metrics or standard output could not be written.",
  ],
  [
    "10",
    "The first failure was the loss of an association that had been accepted: aborted, closed or timed out.",
  ],
  [
    "other",
    "The first failure was a C-STORE that the peer answered with a failure status: the high byte of that status, 167 for A7xx, 169 for A9xx.",
  ],
  [
    "128+n",
    "Signal n ended the run: 130 INT, 143 TERM, 129 HUP. The first lets the object under way end, a second one ends it at once.",
  ],
  [
    "101, 133, 134",
    "The runtime below the program could not start, and says so in words of its own: see the known limits in README.",
  ],
];

const ENVIRONMENT: readonly Paragraph[] = [
  ["STORESCU_PASSWORD", "The password that goes with --user, if no option says otherwise."],
  ["STORESCU_KEY_PASSWORD", "The password of the private key, if no option says otherwise."],
  [
    "DCMDICTPATH",
    "Files with data dictionaries whose entries go before the built-in ones, separated by colons (on Windows by semicolons).",
  ],
  ["TCP_NODELAY", "0 lets the system gather small writes; without need, and slow."],
  ["TCP_BUFFER_LENGTH", "Accepted and without effect: the system chooses better."],
];

const EXAMPLES: readonly Paragraph[] = [
  ["storescu -v -aec ARCHIVE pacs.example.org 104 image.dcm", "Send one file and tell what is happening."],
  [
    "storescu +sd +r -R pacs.example.org 104 /data/study",
    "Send all DICOM files below a directory, proposing no more than they need.",
  ],
  ["storescu --selftest", "Check that this executable works on this machine, without any peer."],
];

/** The whole page. `date` is that of the version, YYYY-MM-DD, or empty. */
export function manPage(version: string, date: string): string {
  return [
    '.\\" Made from the options table of storescu; do not edit.',
    `.TH STORESCU 1 "${date}" "storescu ${escapeText(version)}" "User Commands"`,
    ".SH NAME",
    "storescu \\- send DICOM objects to a storage service (C\\-STORE SCU)",
    ".SH SYNOPSIS",
    ...synopsis().flatMap((
      form,
      index,
    ) => [...(index === 0 ? [] : [".br"]), `.B ${escapeText(form).replace(/<(.*?)>/g, "\\fI$1\\fB")}`]),
    ...chapter("DESCRIPTION", DESCRIPTION),
    ...chapter("PARAMETERS", OPERANDS.map(({ name, help }) => [name, `${help}.`] as const)),
    ".SH OPTIONS",
    ...GROUPS.flatMap(groupLines),
    ...chapter("COMMAND LINE", COMMAND_LINE),
    ...chapter("EXIT STATUS", EXIT_STATUS),
    ...chapter("ENVIRONMENT", ENVIRONMENT),
    ...chapter("EXAMPLES", EXAMPLES),
    ".SH SEE ALSO",
    ".BR storescp (1),",
    ".BR dcmsend (1);",
    "DICOM PS3.4 Annex B, PS3.7 9.1.1 and PS3.8.",
    "",
  ].join("\n");
}

function chapter(title: string, paragraphs: readonly Paragraph[]): string[] {
  return [
    `.SH "${title}"`,
    ...paragraphs.flatMap((paragraph, index) =>
      typeof paragraph === "string"
        ? [...(index === 0 ? [] : [".PP"]), ...textLines(paragraph)]
        : [".TP", `.B ${escapeText(paragraph[0])}`, ...textLines(paragraph[1])]
    ),
  ];
}

function groupLines(group: Group): string[] {
  const title = group.title.charAt(0).toUpperCase() + group.title.slice(1);
  return [`.SS "${escapeText(title)}"`, ...group.sections.flatMap(sectionLines)];
}

function sectionLines(section: Section, index: number): string[] {
  const title = section.title === undefined ? [] : [`.I ${escapeText(section.title)}`];
  return [...(index === 0 ? [] : [".PP"]), ...title, ...section.options.flatMap(optionLines)];
}

function optionLines(option: OptionRow): string[] {
  const names = [option.short, option.long].filter((name) => name !== undefined);
  const tag = names.map((name) => `\\fB${escapeText(name)}\\fR`).join(", ") +
    (option.params ?? []).map(({ name }) => ` \\fI${escapeText(name)}\\fR`).join("");
  const what = `${option.help.charAt(0).toUpperCase()}${option.help.slice(1)}.`;
  return [".TP", tag, ...textLines(what), ...optionFacts(option).flatMap(textLines)];
}

/** One sentence or paragraph in lines of a modest length, <placeholders> in italics. */
function textLines(text: string): string[] {
  return wrap(text, 66).map((line) => escapeText(line).replace(/<(.*?)>/g, "\\fI$1\\fR"));
}

/** Text that roff prints as it is: no escapes, no requests, hyphens that can be copied. */
function escapeText(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll('"', "\\(dq").replace(
    /^(?=[.'])/,
    "\\&",
  );
}
