/** Shortest command lines for an option of the table, made from its row. */

import { findOption, type Option, type Param } from "../../lib/cli/options.ts";

/** The option by its long name with values it accepts, without what it depends on. */
export function exampleOf(option: Option): string[] {
  return [option.long, ...(option.params ?? []).map(exampleValue)];
}

/** The same after what it depends on. */
export function exampleWithNeeds(option: Option): string[] {
  const needed = option.needs === undefined ? undefined : findOption(option.needs[0] ?? "");
  return [...(needed === undefined ? [] : exampleWithNeeds(needed)), ...exampleOf(option)];
}

function exampleValue(param: Param): string {
  if (param.kind === "integer") return String((param.min ?? 0) + 2);
  if (param.kind === "choice") return param.choices?.[0] ?? "";
  return param.name === "tag=value" ? "PatientID=4711" : "EXAMPLE";
}
