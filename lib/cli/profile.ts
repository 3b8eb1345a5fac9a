/**
 * Association negotiation profiles (-xf file profile): what a site wants proposed, in a file of its own.
 *
 * How this works: profile_sections.ts reads the file's syntax, profile_items.ts one entry of it; here the whole file is
 * checked, used or not, in the order transfer syntaxes, presentation contexts, roles, extended negotiation,
 * profiles; then the named profile is looked up. What the file says badly but plainly is understood, with a warning that
 * names file and line.
 */

import { Fault } from "../errors.ts";
import {
  contextIn,
  extensionIn,
  type ProfileContext,
  type ProfileExtension,
  profileFault,
  type ProfileRole,
  roleIn,
  transferSyntaxIn,
} from "./profile_items.ts";
import {
  parseSections,
  type ProfileEntry,
  type ProfileSection,
  type ProfileWarn,
  referenceIn,
} from "./profile_sections.ts";

/** What one profile proposes. */
export interface Profile {
  /** In the order of proposal, 1 to 128; a class may appear several times. */
  readonly contexts: readonly ProfileContext[];
  /** One for each class that has a role, in the order of the contexts (item 54H, PS3.7 D.3.3.4). */
  readonly roles: readonly ProfileRole[];
  /** In the order of the file (item 56H, PS3.7 D.3.3.5). */
  readonly extended: readonly ProfileExtension[];
}

/** PS3.8 9.3.2.2: presentation context IDs are the odd ones of 1 to 255. */
const MAX_CONTEXTS = 128;
/** A file that is no profile at all would otherwise be warned about line by line. */
const MAX_WARNINGS = 20;

/**
 * Reads the profile `profileName` of a file's `text`; `fileName` is for messages. What could be misunderstood goes to
 * `warn`, one line without prefix each time.
 * @throws Fault "configuration" with the text that DCMTK prints after "reading config file: "; its remedy names file and
 * line. Only the fault for a profile that the file does not define has a code: DCMTK prints that one by itself, as
 * "0006:0426 <text>".
 */
export function readProfile(
  text: string,
  fileName: string,
  profileName: string,
  warn: (text: string) => void,
): Profile {
  let warnings = 0;
  const warnAt = (place: string, what: string) => {
    if (++warnings <= MAX_WARNINGS) warn(`${place}: ${what}`);
    else if (warnings === MAX_WARNINGS + 1) warn(`${fileName}: more warnings about this file are left out`);
  };
  const profiles = readProfiles(parseSections(text, fileName, warnAt), fileName, warnAt);
  const reference = referenceIn(profileName);
  const profile = find(profiles, reference)[0];
  if (profile !== undefined) return profile;
  const defined = [...profiles.bySpelling.keys()].join(", ");
  throw new Fault("configuration", `profile key undefined: ${reference}`, {
    code: "0006:0426",
    remedy: `${fileName} defines ${defined || "no profile"}`,
  });
}

/** One list a section; sections of the same spelling feed the same list. */
interface Lists<Item> {
  readonly bySpelling: Map<string, Item[]>;
  /** By the name without special characters, which is how DCMTK compares. */
  readonly byName: Map<string, Item[]>;
}

/** Checks all tables of the file; each is filled before the next one looks into it. */
function readProfiles(
  supersections: ReadonlyMap<string, readonly ProfileSection[]>,
  fileName: string,
  warn: ProfileWarn,
): Lists<Profile> {
  const required = (name: string): readonly ProfileSection[] => {
    const sections = supersections.get(name);
    if (sections === undefined) {
      throw profileFault(`cannot find section [[${name}]] in config file`, fileName);
    }
    return sections;
  };
  const optional = (name: string): readonly ProfileSection[] => supersections.get(name) ?? [];

  const transferSyntaxes = readLists(required("TRANSFERSYNTAXES"), "TRANSFERSYNTAX", warn, transferSyntaxIn);
  const contexts = readLists<ProfileContext>(
    required("PRESENTATIONCONTEXTS"),
    "PRESENTATIONCONTEXT",
    warn,
    (entry, before, section) => {
      const context = contextIn(entry, (reference) => find(transferSyntaxes, reference));
      if (before.length < MAX_CONTEXTS) return context;
      throw profileFault(
        `presentation context list too long (> ${MAX_CONTEXTS} entries): ${section.name}`,
        entry.place,
      );
    },
  );
  const roles = readLists<ProfileRole>(optional("SCPSCUROLESELECTION"), "ROLE", warn, roleIn);
  const extensions = readLists<ProfileExtension>(
    optional("EXTENDEDNEGOTIATION"),
    "EXTENDEDNEGOTIATION",
    warn,
    extensionIn,
  );

  const profiles = newLists<Profile>();
  for (const section of required("PROFILES")) {
    const profile = assemble(section, contexts, roles, extensions, warn);
    if (find(profiles, section.spelling).length > 0) {
      throw profileFault(`two profiles defined for key: ${section.name}`, section.place);
    }
    add(profiles, section, profile);
  }
  return profiles;
}

/** Every section as the list of what `read` makes of its numbered entries. */
function readLists<Item>(
  sections: readonly ProfileSection[],
  prefix: string,
  warn: ProfileWarn,
  read: (entry: ProfileEntry, before: readonly Item[], section: ProfileSection) => Item,
): Lists<Item> {
  const lists = newLists<Item>();
  for (const section of sections) {
    for (const entry of numbered(section, prefix, warn)) {
      add(lists, section, read(entry, lists.bySpelling.get(section.spelling) ?? [], section));
    }
  }
  return lists;
}

/** The entries PREFIX1, PREFIX2 ... by number, whatever is missing in between. */
function numbered(section: ProfileSection, prefix: string, warn: ProfileWarn): ProfileEntry[] {
  const byNumber = new Map<number, ProfileEntry>();
  for (const entry of section.entries.values()) {
    const digits = entry.key.startsWith(prefix) ? entry.key.slice(prefix.length) : "";
    const number = Number(digits);
    if (!/^\d{1,9}$/.test(digits)) {
      warn(
        entry.place,
        `${entry.key} is no key of [${section.name}], which holds ${prefix}1, 2 ...: ignored`,
      );
    } else if (byNumber.has(number)) {
      warn(entry.place, `number ${number} of [${section.name}] is already taken, ${entry.key} ignored`);
    } else {
      if (digits !== String(number)) warn(entry.place, `${entry.key} taken as ${prefix}${number}`);
      byNumber.set(number, entry);
    }
  }
  const inOrder = [...byNumber].sort(([a], [b]) => a - b);
  inOrder.forEach(([number, entry], index) => {
    const expected = (inOrder[index - 1]?.[0] ?? 0) + 1;
    if (number === expected) return;
    warn(entry.place, `${entry.key} found where ${prefix}${expected} was expected, used all the same`);
  });
  return inOrder.map(([, entry]) => entry);
}

/** The profile that one section of [[Profiles]] describes by references to the lists. */
function assemble(
  section: ProfileSection,
  contextLists: Lists<ProfileContext>,
  roleLists: Lists<ProfileRole>,
  extensionLists: Lists<ProfileExtension>,
  warn: ProfileWarn,
): Profile {
  for (const { key, place } of section.entries.values()) {
    if (key === "PRESENTATIONCONTEXTS" || key === "SCPSCUROLESELECTION" || key === "EXTENDEDNEGOTIATION") {
      continue;
    }
    warn(place, `${key} is no key of a profile, ignored`);
  }
  const entry = section.entries.get("PRESENTATIONCONTEXTS");
  if (entry === undefined) {
    // The two blanks are DCMTK's.
    throw profileFault(
      `no PRESENTATIONCONTEXTS  entry in section ${section.name} in config file`,
      section.place,
    );
  }
  const contexts = referred(contextLists, entry, "presentation context");
  const classes = [...new Set(contexts.map((context) => context.abstractSyntax))];
  const roles = referredOf(
    roleLists,
    section.entries.get("SCPSCUROLESELECTION"),
    "role selection",
    classes,
    entry,
  );
  return {
    contexts,
    roles: roles.toSorted((a, b) => classes.indexOf(a.abstractSyntax) - classes.indexOf(b.abstractSyntax)),
    extended: referredOf(
      extensionLists,
      section.entries.get("EXTENDEDNEGOTIATION"),
      "extended negotiation",
      classes,
      entry,
    ),
  };
}

function referred<Item>(lists: Lists<Item>, entry: ProfileEntry, kind: string): readonly Item[] {
  const reference = referenceIn(entry.value);
  const items = find(lists, reference);
  // A section without entries defines nothing, so that a reference to it is an error.
  if (items.length === 0) throw profileFault(`${kind} key undefined: ${reference}`, entry.place);
  return items;
}

/** The list that an optional entry refers to; all its classes must be among those of the presentation contexts. */
function referredOf<Item extends { readonly abstractSyntax: string }>(
  lists: Lists<Item>,
  entry: ProfileEntry | undefined,
  kind: string,
  classes: readonly string[],
  contexts: ProfileEntry,
): readonly Item[] {
  if (entry === undefined) return [];
  const items = referred(lists, entry, kind);
  const stray = items.find((item) => !classes.includes(item.abstractSyntax));
  if (stray === undefined) return items;
  throw profileFault(
    `abstract syntax defined in ${kind} list '${
      referenceIn(entry.value)
    }' but not in presentation context list ` +
      `'${referenceIn(contexts.value)}': ${stray.abstractSyntax}`,
    entry.place,
  );
}

function newLists<Item>(): Lists<Item> {
  return { bySpelling: new Map(), byName: new Map() };
}

function add<Item>(lists: Lists<Item>, section: ProfileSection, item: Item): void {
  append(lists.bySpelling, section.spelling, item);
  if (section.name !== section.spelling) append(lists.byName, section.name, item);
}

function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const items = lists.get(key);
  if (items === undefined) lists.set(key, [item]);
  else items.push(item);
}

/** The items of the section with exactly that spelling, else of all those with that name; none if there is none. */
function find<Item>(lists: Lists<Item>, reference: string): readonly Item[] {
  return lists.bySpelling.get(reference) ?? lists.byName.get(reference) ?? [];
}
