/** Files that configure: negotiation profiles, logs, TLS. */

import type { Case } from "../case.ts";
import type { DifferenceName } from "../differences.ts";
import { ANSWERS_ROLES, OVER_TLS, statuses } from "../peers.ts";

function good(name: string, ...differs: DifferenceName[]): Case {
  return { args: `-xf profiles/good/${name}.cfg Default $ a.dcm`, differs };
}

function odd(name: string, ...differs: DifferenceName[]): Case {
  return { args: `-xf profiles/odd/${name}.cfg Default $ a.dcm`, differs };
}

function bad(name: string): Case {
  return { args: `-xf profiles/bad/${name}.cfg Default $ a.dcm` };
}

function log(name: string, ...differs: DifferenceName[]): Case {
  return { args: `-R -lc log/${name}.cfg $ a.dcm`, differs };
}

function tls(args: string, ...differs: DifferenceName[]): Case {
  return { args: `${args} $ a.dcm`, peer: OVER_TLS, differs };
}

const DCMTK_PROFILES = "/etc/dcmtk/storescu.cfg";

export const CONFIGURATION: readonly Case[] = [
  // profiles
  { args: `-xf ${DCMTK_PROFILES} Default $ a.dcm` },
  { args: `-v +v -xf ${DCMTK_PROFILES} 'de fault' $ a.dcm` },
  { args: `-d -xf ${DCMTK_PROFILES} Default $ a.dcm`, differs: ["debug-lines"] },
  { args: `-lc /etc/dcmtk/filelog.cfg -xf ${DCMTK_PROFILES} Default $ a.dcm`, differs: ["debug-lines"] },
  { args: `-xf ${DCMTK_PROFILES} Nothing $ a.dcm` },
  { args: "-xf missing.cfg Default $ a.dcm" },
  good("all_on_few_lines"),
  good("complete", "role-items"),
  {
    args: "-v +v -xf profiles/good/complete.cfg Default $ a.dcm",
    peer: ANSWERS_ROLES,
    differs: ["role-items"],
  },
  { args: "-xf extension_1024.cfg Default $ a.dcm", differs: ["profile-extension-length"] },
  good("crlf"),
  good("every_item"),
  good("unused_parts"),
  good("full", "refused-contexts"),
  { args: "+cl 9 -xf profiles/good/every_item.cfg Default $ a.dcm" },
  { args: "-v -xf profiles/good/every_item.cfg Default $ tomo.dcm", differs: ["refused-contexts"] },
  bad("context_unknown_class"),
  bad("extension_too_long"),
  bad("role_twice"),
  bad("too_many_contexts"),
  bad("unknown_transfer_syntax"),
  odd("bracket_missing", "profile-readings"),
  odd("byte_order_mark", "profile-readings"),
  odd("indented", "profile-readings"),
  odd("indented_comment", "profile-readings"),
  { args: "-xf profiles/odd/keywords.cfg Default $ xa.dcm", differs: ["profile-readings"] },
  odd("leading_zeros", "profile-readings"),
  odd("numbered_twice", "profile-readings"),
  odd("numbering_gap", "profile-readings"),
  odd("special_characters", "profile-readings"),
  odd("stray_lines", "profile-readings"),
  odd("supersection_again", "profile-readings"),
  odd("trailing_blanks", "profile-readings"),
  odd("unknown_keys", "profile-readings"),
  odd("profile_twice", "profile-errors"),
  odd("extension_without_context", "profile-errors"),
  odd("uid_too_long", "profile-uid-length"),

  // logs
  { args: "-R -lc /etc/dcmtk/logger.cfg $ a.dcm", differs: ["debug-lines", "log-keys"] },
  { args: "-R -lc /etc/dcmtk/filelog.cfg $ a.dcm", differs: ["debug-lines"] },
  {
    args: "-R -lc /etc/dcmtk/filelog.cfg $ a.dcm",
    peer: statuses(0xa700),
    differs: ["debug-lines", "refused-line"],
  },
  { args: "-R -lc to_file.cfg $ a.dcm" },
  { args: "-lc missing.cfg $ a.dcm" },
  { args: "-lc folder $ a.dcm" },
  { args: "-lc no_root.cfg $ a.dcm" },
  { args: "-lc broken/empty.dcm $ a.dcm" },
  { args: "-lc unknown_root_level.cfg $ a.dcm", differs: ["log-root-level"] },
  { args: "-lc unknown_appender.cfg $ a.dcm" },
  { args: "-R -lc places.cfg $ a.dcm", differs: ["log-places"] },
  { args: "-R -lc daily_rolling.cfg $ a.dcm", differs: ["log-daily-rolling"] },
  { args: "-R -lc socket.cfg $ a.dcm", differs: ["log-appenders"] },
  log("all", "debug-lines"),
  log("filter_range"),
  log("key_spellings", "log-keys"),
  log("simple_layout", "debug-lines"),
  log("standard_output"),
  log("ttcc_layout", "debug-lines"),
  log("additivity_mistake", "log-complaints"),

  // TLS
  tls("+tla -ic"),
  tls("+tla +cf tls/ca.pem"),
  tls("+tls tls/server.key tls/server.pem +cf tls/ca.pem"),
  tls("+tls tls/locked.key tls/server.pem +pw secret +cf tls/ca.pem"),
  tls("+tla -ic +py"),
  tls("+tla -ic +pz"),
  tls("-R -d +tla -ic", "debug-lines"),
  tls("+tla", "reasons", "not-sent-line"),
  tls("+tla +crv +cf tls/ca.pem", "reasons", "not-sent-line"),
  tls("+tla -ic +pa", "reasons", "not-sent-line"),
  tls("-ta 2", "reasons", "not-sent-line"),
  tls("+tls tls/stranger.key tls/server.pem +cf tls/ca.pem"),
  tls("+tls missing tls/server.pem +cf tls/ca.pem", "tls-files"),
  tls("+tls tls/server.key missing +cf tls/ca.pem", "tls-files"),
  tls("+tls tls/locked.key tls/server.pem +pw wrong +cf tls/ca.pem", "tls-files"),
  tls("+tla +cf missing.pem", "tls-files"),
  tls("+tla +cf a.dcm", "tls-files"),
  tls("+tla -ic +crl missing", "tls-files"),
  tls("+tla +cd missing", "tls-files"),
  tls("+tla +cd tls", "tls-directories"),
  tls("+tla -ic +cs BOGUS", "tls-ciphers"),
  tls("+tla -ic +cs TLS_RSA_WITH_AES_128_CBC_SHA", "tls-ciphers"),
];
