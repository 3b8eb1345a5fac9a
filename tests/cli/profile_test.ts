import { assertEquals } from "@std/assert";
import { type Profile, readProfile } from "../../lib/cli/profile.ts";
import { asFault, Fault } from "../../lib/errors.ts";

const PROFILES = new URL("../../testdata/profiles/", import.meta.url);

/** What comes of a file: the profile or the fault, and the warnings. */
function read(folder: string, name: string): { outcome: Profile | Fault; warnings: string[] } {
  const text = Deno.readTextFileSync(new URL(`${folder}/${name}.cfg`, PROFILES));
  const warnings: string[] = [];
  try {
    return { outcome: readProfile(text, "p.cfg", "Default", (warning) => warnings.push(warning)), warnings };
  } catch (fault) {
    return { outcome: asFault(fault), warnings };
  }
}

/** The fault that a text is refused with. */
function refusal(text: string, profile: string): Fault {
  try {
    readProfile(text, "p.cfg", profile, () => {});
  } catch (fault) {
    return asFault(fault);
  }
  throw new Error("accepted");
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, PROFILES))].map((file) => file.name.replace(/\.cfg$/, ""))
    .sort();
}

/** A profile in one line: "class:syntax+syntax ...", then roles, then data. */
function shown(profile: Profile): string {
  const short = (uid: string) =>
    uid.replace("1.2.840.10008.5.1.4.1.1.", "~").replace("1.2.840.10008.1.2", "^");
  return [
    ...profile.contexts.map((each) =>
      `${short(each.abstractSyntax)}:${each.transferSyntaxes.map(short).join("+")}`
    ),
    ...profile.roles.map((each) =>
      `${short(each.abstractSyntax)}=${each.scu ? "scu" : ""}${each.scp ? "scp" : ""}`
    ),
    ...profile.extended.map((each) => `${short(each.abstractSyntax)}=${each.data.toHex()}`),
  ].join(" ");
}

const ONE = "~2:^.1+^";
const FULL = Array.from({ length: 128 }, (_, i) => `1.2.${i + 1}:^.1+^`).join(" ");

const GOOD: Readonly<Record<string, string>> = {
  all_on_few_lines: "~2:^",
  carriage_returns_only: ONE,
  complete: "~4:^.4.50+^.4.70 ~2:^.4.50+^.4.70 ~2:^.1+^.2+1.2.3.4.5 1.2.840.10008.1.1:^.1+^.2+1.2.3.4.5 " +
    "1.2.276.0.99.1:^.1+^.2+1.2.3.4.5 ~4=scp ~2=scuscp ~2=0102af ~4=00",
  crlf: ONE,
  every_item:
    "~2:^.1+1.2.3.4 ~4:^.1+1.2.3.4 1.2.3.4.5:^.1+1.2.3.4 1.2.840.10008.1.1:^.1+1.2.3.4 ~7:^.1+1.2.3.4 " +
    "~2=scuscp ~4=scp 1.2.3.4.5=scu ~2=0102af00010203040506070809101112131415 1.2.3.4.5=00",
  full: FULL,
  no_line_end_at_the_end: ONE,
  sections_of_one_name: "~2:^.1+^+^.2 ~4:^.1+^+^.2",
  unused_parts: ONE,
};

/** DCMTK's texts; tests/cli/profile_dcmtk_test.ts asks DCMTK itself. */
const BAD: Readonly<Record<string, string>> = {
  context_blank_before_backslash: "not a valid abstract syntax UID: CTImageStorage ",
  context_class_in_other_case: "not a valid abstract syntax UID: ctimagestorage",
  context_two_backslashes: "transfer syntax key undefined: UNCOMPRESSED\\AGAIN",
  context_unknown_class: "not a valid abstract syntax UID: CTImageStorag",
  context_unknown_class_and_section: "transfer syntax key undefined: NOTHING",
  context_unknown_section: "transfer syntax key undefined: NO.SUCHONE",
  context_without_backslash: "syntax error: missing '\\' in entry PRESENTATIONCONTEXT1 in config file",
  context_without_class: "Illegal call, perhaps wrong parameters",
  context_without_section: "transfer syntax key undefined: ",
  context_without_value: "syntax error: missing '\\' in entry PRESENTATIONCONTEXT1 in config file",
  empty: "cannot find section [[TRANSFERSYNTAXES]] in config file",
  empty_transfer_syntax: "not a valid transfer syntax UID: ",
  extension_continued:
    "parse error in extended negotiation data in entry EXTENDEDNEGOTIATION1 in config file",
  extension_empty: "Illegal call, perhaps wrong parameters",
  extension_not_hexadecimal:
    "parse error in extended negotiation data in entry EXTENDEDNEGOTIATION1 in config file",
  extension_of_odd_length:
    "parse error in extended negotiation data in entry EXTENDEDNEGOTIATION1 in config file",
  extension_section_unknown: "extended negotiation key undefined: LESS",
  extension_too_long: "extended negotiation data too long, cannot handle > 1024 bytes in entry " +
    "EXTENDEDNEGOTIATION1 in config file",
  extension_twice: "extended negotiation defined twice for abstract syntax UID: =CTImageStorage",
  extension_unknown_class: "not a valid abstract syntax UID: CT",
  extension_with_blank:
    "parse error in extended negotiation data in entry EXTENDEDNEGOTIATION1 in config file",
  extension_without_backslash: "syntax error: missing '\\' in entry EXTENDEDNEGOTIATION1 in config file",
  no_presentation_contexts: "cannot find section [[PRESENTATIONCONTEXTS]] in config file",
  no_profiles: "cannot find section [[PROFILES]] in config file",
  no_transfer_syntaxes: "cannot find section [[TRANSFERSYNTAXES]] in config file",
  profile_empty_contexts: "presentation context key undefined: ",
  profile_unknown_contexts: "presentation context key undefined: IM.AGES",
  profile_without_contexts: "no PRESENTATIONCONTEXTS  entry in section DEFAULT in config file",
  role_empty: "syntax error: unknown role key in entry ROLE1 in config file",
  role_section_empty: "role selection key undefined: ROLES",
  role_section_unknown: "role selection key undefined: ROLES.2",
  role_twice: "role selection defined twice for abstract syntax UID: 1.2.840.10008.5.1.4.1.1.2",
  role_unknown: "syntax error: unknown role key in entry ROLE1 in config file",
  role_unknown_class: "not a valid abstract syntax UID: CT",
  role_unknown_class_and_role: "syntax error: unknown role key in entry ROLE1 in config file",
  role_with_blank: "syntax error: unknown role key in entry ROLE1 in config file",
  role_without_backslash: "syntax error: missing '\\' in entry ROLE1 in config file",
  role_without_class: "not a valid abstract syntax UID: ",
  role_without_context: "abstract syntax defined in role selection list 'ROLES' but not in presentation " +
    "context list 'IMAGES': 1.2.840.10008.5.1.4.1.1.4",
  roles_before_extensions: "role selection key undefined: ROLES",
  section_without_contexts: "presentation context key undefined: IMAGES",
  section_without_transfer_syntaxes: "transfer syntax key undefined: UNCOMPRESSED",
  too_many_contexts: "presentation context list too long (> 128 entries): MANY",
  transfer_syntax_comment_behind: "not a valid transfer syntax UID: LittleEndianImplicit # the default",
  transfer_syntax_continued: "not a valid transfer syntax UID: LittleEndian\nImplicit",
  transfer_syntax_with_blank_inside: "not a valid transfer syntax UID: 1.2.840 .10008.1.2",
  unknown_transfer_syntax: "not a valid transfer syntax UID: LittleEndian",
  unused_section_is_bad_too: "not a valid transfer syntax UID: nonsense",
};

/** What we take otherwise than DCMTK: what comes of it, and the line and gist of each warning. */
const ODD: Readonly<Record<string, readonly [outcome: string, ...warnings: string[]]>> = {
  bracket_missing: [ONE, "2: ']' missing", "10: ']' missing"],
  byte_order_mark: [ONE],
  extension_without_context: [
    "abstract syntax defined in extended negotiation list 'MORE' but not in presentation context list " +
    "'IMAGES': 1.2.840.10008.5.1.4.1.1.4",
  ],
  indented: [
    ONE,
    "5: indented line",
    "6: indented line",
    "9: indented comment",
    "10: indented line",
  ],
  indented_comment: [ONE, "6: indented comment"],
  keywords: ["~12.1.1:^.1+^ ~7.2:^.1+^"],
  leading_zeros: [
    ONE,
    "4: TRANSFERSYNTAX01 taken as TRANSFERSYNTAX1",
    "5: TRANSFERSYNTAX02 taken as TRANSFERSYNTAX2",
  ],
  numbered_twice: [
    "~2:^",
    "5: TRANSFERSYNTAX1 appears twice",
    "6: number 1 of [UNCOMPRESSED] is already taken",
  ],
  numbering_gap: [
    "~2:^.1+^ ~4:^ ~2:^",
    "7: TRANSFERSYNTAX2 found where TRANSFERSYNTAX1 was expected",
    "11: PRESENTATIONCONTEXT5 found where PRESENTATIONCONTEXT2 was expected",
  ],
  profile_twice: ["two profiles defined for key: DEFAULT"],
  special_characters: [
    ONE,
    "3: section name 'No.JPEG+'",
    "7: section name 'CT/MR'",
    "10: section name 'Default!'",
  ],
  special_characters_tell_apart: ["~2:^.2", "3: section name 'V.1'"],
  stray_lines: [
    ONE,
    "2: TRANSFERSYNTAX1 stands outside",
    "3: [Section] stands outside",
    "9: neither a section nor 'key = value'",
    "10: neither a section nor 'key = value'",
  ],
  supersection_again: [
    `${ONE} ~4:^.4.50`,
    "12: [[TransferSyntaxes]] appears again",
    "15: [[PresentationContexts]] appears again",
  ],
  trailing_blank_in_role: [`${ONE} ~2=scu`, "11: blanks at the end of the value of ROLE1"],
  trailing_blanks: [
    ONE,
    "5: blanks at the end of the value of TRANSFERSYNTAX2",
    "8: blanks at the end of the value of PRESENTATIONCONTEXT1",
  ],
  uid_too_long: [`not a valid abstract syntax UID: 1.${"2".repeat(63)}`],
  unknown_keys: [
    ONE,
    "6: TRANSFERSYNTAXES3 is no key of [UNCOMPRESSED]",
    "10: PRESENTATIONCONTEXT is no key of [IMAGES]",
    "14: PRESENTATIONCONTEXT is no key of a profile",
  ],
};

Deno.test("every profile file has its row in one of the tables", () => {
  assertEquals(namesIn("good"), Object.keys(GOOD).sort());
  assertEquals(namesIn("bad"), Object.keys(BAD).sort());
  assertEquals(namesIn("odd"), Object.keys(ODD).sort());
});

Deno.test("a good profile gives its proposal without a warning", () => {
  for (const [name, expected] of Object.entries(GOOD)) {
    const { outcome, warnings } = read("good", name);
    assertEquals(outcome instanceof Fault ? outcome.message : shown(outcome), expected, name);
    assertEquals(warnings, [], name);
  }
});

Deno.test("a bad profile is refused with DCMTK's text, without a warning, and says where to look", () => {
  for (const [name, expected] of Object.entries(BAD)) {
    const { outcome, warnings } = read("bad", name);
    if (!(outcome instanceof Fault)) throw new Error(`${name} was accepted`);
    assertEquals([outcome.kind, outcome.message, outcome.code], ["configuration", expected, undefined], name);
    assertEquals(/^see p\.cfg(, line \d+)?$/.test(outcome.remedy ?? ""), true, name);
    assertEquals(warnings, [], name);
  }
});

Deno.test("what is meant plainly but written badly is understood, with a warning naming file and line", () => {
  for (const [name, [expected, ...gists]] of Object.entries(ODD)) {
    const { outcome, warnings } = read("odd", name);
    assertEquals(outcome instanceof Fault ? outcome.message : shown(outcome), expected, name);
    const starts = gists.map((gist) => `p.cfg, line ${gist}`);
    assertEquals(warnings.map((warning, i) => warning.slice(0, starts[i]?.length ?? 0)), starts, name);
  }
});

Deno.test("a profile is found whatever the case and blanks of its name", () => {
  const text = Deno.readTextFileSync(new URL("good/complete.cfg", PROFILES));
  const silent = () => {};
  for (const name of ["SecondProfile", " second profile", "SECOND\tPROFILE"]) {
    assertEquals(readProfile(text, "p.cfg", name, silent).roles, []);
  }
  for (const [name, key] of [["third", "THIRD"], ["", ""], ["second.profile", "SECOND.PROFILE"]] as const) {
    const fault = refusal(text, name);
    assertEquals(fault.condition, `0006:0426 profile key undefined: ${key}`);
    assertEquals(fault.remedy, "p.cfg defines DEFAULT, SECONDPROFILE");
  }
});

Deno.test("extended negotiation data may be 1024 bytes long", () => {
  const text = Deno.readTextFileSync(new URL("bad/extension_too_long.cfg", PROFILES)).replace("\\00", "\\");
  assertEquals(readProfile(text, "p.cfg", "Default", () => {}).extended[0]?.data.length, 1024);
});

Deno.test("any text ends in a profile or a configuration fault, with few warnings", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
  let state = seed;
  const below = (limit: number) => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % limit;
  const whole = Deno.readTextFileSync(new URL("good/complete.cfg", PROFILES));
  const pieces = [
    "[",
    "]",
    "[[",
    "]]",
    "=",
    "\\",
    "\n",
    "\r",
    " ",
    "\t",
    "#",
    "\0",
    "0",
    ".",
    "é",
    "Role1",
    "\u{1F5A5}",
  ];
  const counts = new Map<string, number>();
  for (let round = 0; round < 2000; round++) {
    let text = whole;
    for (let edits = 1 + below(6); edits > 0; edits--) {
      const at = below(text.length + 1);
      text = text.slice(0, at) + (pieces[below(pieces.length)] ?? "") + text.slice(at + below(30));
    }
    let warnings = 0;
    let outcome = "";
    try {
      const profile = readProfile(text, "p.cfg", "Default", () => warnings++);
      outcome = profile.contexts.every((context) => context.transferSyntaxes.length > 0)
        ? "profile"
        : "empty";
    } catch (fault) {
      outcome = asFault(fault).kind;
    }
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    assertEquals(warnings <= 21, true, `seed ${seed}`);
  }
  assertEquals([...counts.keys()].sort(), ["configuration", "profile"], `seed ${seed}`);
});

Deno.test("a huge file of anything is read in time that grows with its length", () => {
  const tall = (line: (i: number) => string) => Array.from({ length: 30_000 }, (_, i) => line(i)).join("\n");
  for (
    const text of [
      "[".repeat(300_000),
      " ".repeat(300_000) + "x",
      `[[A]][B]k=${" ".repeat(300_000)}x`,
      `[[A]][B]k=1\n ${"a".repeat(300_000)}`,
      `[[TransferSyntaxes]][A]\n${tall((i) => `Key${i} = x`)}`,
      `[[TransferSyntaxes]]\n${tall((i) => `[a.${i}] TransferSyntax1 = 1.2`)}`,
    ]
  ) assertEquals(refusal(text, "Default").kind, "configuration");
});
