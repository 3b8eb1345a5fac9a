/** README's list of options, made from the table; `deno run -A scripts/readme_options.ts` puts it there. */

import { Fault } from "../errors.ts";
import { joinNames } from "./given.ts";
import { type Group, GROUPS, type OptionRow, type Section } from "./options.ts";

const BEGIN = "<!-- options:begin -->";
const END = "<!-- options:end -->";

/** One table a group; sections are rows in bold. */
export function optionsMarkdown(): string {
  return GROUPS.map(groupMarkdown).join("\n\n");
}

function groupMarkdown(group: Group): string {
  const title = group.title.charAt(0).toUpperCase() + group.title.slice(1);
  const rows = group.sections.flatMap((section: Section) => [
    ...(section.title === undefined ? [] : [`| **${section.title}** | |`]),
    ...section.options.map(optionMarkdown),
  ]);
  return [`### ${title}`, "", "| Option | What it does |", "|---|---|", ...rows].join("\n");
}

function optionMarkdown(option: OptionRow): string {
  const names = [option.short, option.long].filter((name) => name !== undefined).map((name) => `\`${name}\``);
  const values = (option.params ?? []).map(({ name }) => ` *${name}*`).join("");
  const bounds = (option.params ?? []).flatMap(({ kind, min, max, choices }) =>
    kind === "integer" ? [`${min ?? 0}..${max ?? ""}`] : choices === undefined ? [] : [joinNames(choices)]
  );
  const notes = [
    ...bounds,
    ...(option.default === undefined
      ? []
      : [option.default === true ? "default" : `default: ${option.default}`]),
    ...(option.needs === undefined ? [] : [`only with ${joinNames(option.needs)}`]),
    ...(option.repeatable ? ["repeatable"] : []),
    ...(option.dcmtk === undefined ? [] : [`DCMTK ${option.dcmtk}`]),
  ];
  const text = `${escape(option.help)}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}`;
  return `| ${names.join(" ")}${values} | ${text} |`;
}

function escape(text: string): string {
  return text.replace(/[|*<>[\]]/g, "\\$&");
}

/**
 * `readme` with the list between its two markers as the table has it now.
 *
 * @throws {Fault} configuration: a marker is missing.
 */
export function withOptions(readme: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) {
    throw new Fault("configuration", `cannot put the options into README: it has no ${BEGIN} ... ${END}`);
  }
  return `${readme.slice(0, begin + BEGIN.length)}\n${optionsMarkdown()}\n${readme.slice(end)}`;
}
