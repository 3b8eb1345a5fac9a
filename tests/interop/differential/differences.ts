/**
 * Every intended difference from DCMTK, under the name that it has in README's table. Each says which lines of a run
 * may be DCMTK's alone and which may be ours alone; what no difference of a case claims is a bug.
 *
 * Lines are those of observe.ts: "exit: 1", "err: W: ...", "out: ...", "association 1: ...", "gone: file", "new: file",
 * "name.log: ...".
 */

export interface Difference {
  /** Whole lines that only DCMTK's run has. */
  readonly theirs?: readonly RegExp[];
  /** Whole lines that only ours has. */
  readonly ours?: readonly RegExp[];
  /** Lines of ours may say what DCMTK's say and go on. */
  readonly goesOn?: boolean;
}

/** The log in a file or on a stream, in any layout. */
const IN_LOG = "(?:err|out|\\S+\\.log): .*";
const line = (text: string) => new RegExp(IN_LOG + text);

/** An association that one of the two did not have, or did not use. */
const ASSOCIATION = /association \d+: .*/;
const SENT = [/exit: 0/, ASSOCIATION];
const CONDITION = "[0-9a-f]{4}:[0-9a-f]{4}";
/** What DCMTK says on the way to giving up a file it could not send. */
const NOT_SENT_BY_THEM = [
  /exit: \d+/,
  /err: W: DIMSE Warning: .*/,
  /err: E: Store Failed, file: .*:/,
  new RegExp(`err: E: (?:Store SCU Failed: )?${CONDITION} .*`),
  /err: I: Converting transfer syntax: .*/,
  /err: I: Sending Store Request .*/,
  /err: I: (?:Aborting|Releasing) Association/,
  /out: XMIT: /,
  ASSOCIATION,
];

export const DIFFERENCES = {
  // --- what a run comes to ---
  "no-halt-exit-code": { theirs: [/exit: 0/], ours: [/exit: \d+/] },
  "lost-exit-code": { theirs: [/exit: \d+/], ours: [/exit: 10/] },
  "low-status-exit-code": { theirs: [/exit: 0/], ours: [/exit: 1/] },
  "refused-line": {
    ours: [line("Store Refused, file: .*: status [0-9A-F]{4}H, .*")],
  },
  "warning-line": { ours: [line("I: stored, file: .*: warning status [0-9A-F]{4}H.*")] },
  "not-sent-line": { ours: [/err: E: \d+ files? (?:was|were) not tried/] },
  "tally": {
    ours: [
      line("\\b\\d+ files? in .*"),
      line("\\b\\d+ files?: \\d.*"),
      line(" {2,}(?:stored|stored with warning|refused|not accepted|unreadable|skipped|not sent): .*"),
      line("failures:"),
      line(" {4}hint: .*"),
    ],
  },
  "reasons": {
    goesOn: true,
    theirs: [
      /err: E: (?:Bad DICOM file|DcmElement|OpenSSL error|Unable to (?:open|read)).*/,
      /err: E: No SOP Class or Instance UID in file: .*/,
      /err: W: (?:DcmItem|DcmElement|DcmSequenceOfItems|DcmMetaInfo): .*/,
      /err: W: missing SOP class \(or instance\) in file: .*/,
      // conditions that others have caused
      /err: E: (?:Store SCU Failed: )?0006:020[bcde] .*/,
      /err: E: (?:Store SCU Failed: )?0001:000a .*/,
    ],
    ours: [
      /err: E: (?:Bad DICOM file|No SOP Class or Instance UID|Unable to (?:open|read)).*/,
      /err: W: missing SOP class \(or instance\) in file: .*: .*/,
      // the causes
      /err: E: (?:Store SCU Failed: )?0006:(?:0203|0321) .*/,
      /err: E: (?:Store SCU Failed: )?0006:0202 .*/,
    ],
  },
  "hints": { ours: [line("hint: .*")] },
  "rejection-words": {
    theirs: [/err: E: Received invalid A-ASSOCIATE-RJ .*/, /err: F: (?:Result|Reason): .*/],
    ours: [/err: F: (?:Result|Reason): .*UNKNOWN/],
  },
  "conversion-line": { theirs: [line("Converting transfer syntax: (.*) -> \\1")] },
  "debug-lines": {
    theirs: [
      line("DcmDataDictionary: Loading file: .*"),
      line('Dcm(?:MetaInfo|Dataset)::\\w+\\(\\) TransferSyntax=".*"'),
      line("setting network (?:send|receive) timeout to \\d+ seconds"),
      line("Transport connection: .*"),
      line("  (?:Protocol|Ciphersuite|Subject|Issued by|Serial no\\.|Validity|Public key) *: .*"),
      line("Peer X.509v3 Certificate"),
      line("renamed file .*"),
      /err: T: .*/,
      /err: DEBUG no line end ;.*/,
    ],
    ours: [
      line("TLS by OpenSSL .*"),
      line("renamed file .*"),
      line("  (?:Protocol|Ciphersuite|Subject|Issued by|Serial no\\.|Validity|Public key) *: .*"),
      /err: DEBUG no line end ;.*/,
    ],
  },
  "max-send-line": {
    theirs: [/err: I: Association Accepted \(Max Send PDV: \d+\)/],
    ours: [/err: I: Association Accepted \(Max Send PDV: \d+\)/],
  },

  // --- the command line ---
  "numbers": {
    theirs: [/exit: 0/, ASSOCIATION],
    ours: [/exit: 1/, /err: (?:|\$PROGRAM\$|storescu: DICOM .*)/, /err: error: Invalid .*/],
  },
  "names-checked": {
    theirs: [
      /exit: 0/,
      /err: E: Illegal service parameter: Calle?.*/,
      /err: F: .* 0006:030c .*/,
      ASSOCIATION,
    ],
    ours: [
      /exit: 1/,
      /err: (?:|\$PROGRAM\$|storescu: DICOM .*)/,
      /err: error: Invalid (?:value for option --(?:aetitle|call) .*|parameter value )/,
    ],
  },
  "rightmost-of-a-set": {
    theirs: [/exit: 1/, /err: (?:|\$PROGRAM\$|storescu: DICOM .*)/, /err: error: --\S+ only allowed with .*/],
    ours: [...SENT, /err: error: --\S+ only allowed with .*/],
  },
  "names-in-errors": {
    theirs: [/err: error: --\S+ only allowed with .*/],
    ours: [/err: error: --\S+ only allowed with .*/],
  },
  "arguments-shown": {
    theirs: [/err: I: calling 'storescu' with .*/],
    ours: [/err: I: calling 'storescu' with .*/],
  },
  "help-option": {
    theirs: [/exit: 0/, /out: .*/],
    ours: [/exit: 1/, /err: .*/, /out: .*/],
  },
  "own-words": { theirs: [/out: .*/], ours: [/out: .*/] },
  "command-files": {
    theirs: [/exit: 0/, ASSOCIATION],
    ours: [
      /exit: 1/,
      /err: (?:|\$PROGRAM\$|storescu: DICOM .*)/,
      /err: error: Cannot (?:open|read) command file .*/,
    ],
  },
  "other-versions": {
    theirs: [/exit: 1/, /err: (?:|\$PROGRAM\$|storescu: DICOM .*)/, /err: error: Unknown option .*/],
    ours: [...SENT, /err: D: --\S+ is accepted for old command lines .*/],
  },
  "more-options": {
    theirs: [/exit: 1/, /err: (?:|\$PROGRAM\$|storescu: DICOM .*)/, /err: error: Unknown option .*/],
    ours: SENT,
  },

  // --- which files, and what is in them ---
  "more-inputs": { theirs: NOT_SENT_BY_THEM, ours: SENT },
  "scan-order": {
    theirs: [/err: I: Sending file: .*/, ASSOCIATION],
    ours: [/err: I: Sending file: .*/, ASSOCIATION],
  },
  "scan-skips": {
    theirs: [
      /exit: 1/,
      /err: I: Sending file: (?:folder|texts)\/.*\.txt/,
      /err: I: Aborting Association/,
      /err: W: DcmItem: .*/,
      /err: E: (?:DcmElement|Bad DICOM file|Store SCU Failed): .*/,
      /association 1: A-ABORT .*/,
    ],
    ours: [
      /exit: 0/,
      /err: I: skipping file: .*/,
      /err: I: Releasing Association/,
      /association 1: A-RELEASE-RQ/,
    ],
  },
  "as-in-the-file": {
    theirs: [
      /err: W: DcmItem: Element .* found twice .*/,
      /association \d+: fragments of .*/,
      /association \d+: element (?:.*\.)?[0-9a-f]{4}0000 UL .*/,
      /association \d+: element (?:00080016|00080018) .*/,
    ],
    ours: [
      /err: W: DcmItem: Dataset not in ascending tag order, .*/,
      /association \d+: fragments of .*/,
      /association \d+: element (?:.*\.)?[0-9a-f]{4}0000 UL .*/,
      /association \d+: element fffcfffc OB .*/,
      /association \d+: element (?:00080016|00080018|00080060) .*/,
    ],
  },
  "meta-header-uids": {
    theirs: [
      /exit: 1/,
      /err: E: No (?:SOP Class or Instance UID in file|presentation context for): .*/,
      ...NOT_SENT_BY_THEM,
    ],
    ours: [...SENT, /err: W: the data set of .* has no SOP \w+ UID, the one of its meta header is used/],
  },
  "nested-uids": {
    theirs: [...SENT],
    ours: [/exit: 1/, /err: E: .*/, /association 1: A-ABORT .*/],
  },
  "no-uid": {
    theirs: [...SENT, /association 1: element 00001000 .*/],
    ours: [
      /exit: 1/,
      /err: E: .*: cannot send it: its \w+ \([0-9a-f,]+\) is (?:no UID|(?:far )?too long to be a UID).*/,
      /err: W: ".*" in .* is not a valid UID/,
      /association 1: element 00001000 .*/,
      ASSOCIATION,
    ],
  },
  "meta-group-length": {
    theirs: [
      /err: W: DcmMetaInfo: Group Length of Meta Information Header has incorrect value/,
      /err: W: DcmItem: Invalid Element \(0002,.*\) found in data set/,
      /association 1: element 0002.*/,
      /association 1: fragments of .*/,
    ],
    ours: [/err: W: the meta header of .* than its group length says/, /association 1: fragments of .*/],
  },
  "encoding-as-found": {
    theirs: [
      /err: W: DcmItem: .*/,
      /err: E: (?:DcmElement|Bad DICOM file): .*/,
      ...NOT_SENT_BY_THEM,
    ],
    ours: [...SENT, /err: W: (?:the data set of )?\S+ (?:is encoded as|has no transfer syntax) .*/],
  },
  "unknown-transfer-syntax": {
    theirs: NOT_SENT_BY_THEM,
    ours: [...SENT, /err: W: .* has the unknown transfer syntax .*/],
  },
  "image-without-pixels": { ours: [/err: W: .* describes an image, but has no pixel data.*/] },
  "renaming": {
    theirs: [/err: W: cannot rename file .*/, /gone: .*/, /new: .*/, ...NOT_SENT_BY_THEM],
    ours: [...SENT, /err: W: .*/, /gone: .*/, /new: .*/],
  },
  "nothing-left": {
    theirs: [
      /exit: [01]/,
      /err: F: (?:Association Request Failed: 0006:0103 .*|no input files to be sent)/,
      ASSOCIATION,
    ],
    ours: [
      /exit: 0/,
      /err: F: no input files to be sent/,
      /err: I: (?:nothing is left to be sent|0 files: nothing to do)/,
    ],
  },
  "dictionary": {
    theirs: [
      /exit: 1/,
      /err: W: no data dictionary loaded, .*/,
      /err: F: missing SOP class .*/,
    ],
    ours: SENT,
  },

  // --- what is proposed, and what is sent where ---
  "own-transfer-syntaxes": {
    theirs: [/err: F: No Acceptable Presentation Contexts/, ...NOT_SENT_BY_THEM],
    ours: [/exit: \d+/, ASSOCIATION, /err: I: (?:Releasing Association|Sending Store Request .*)/],
  },
  "further-associations": {
    theirs: [
      /err: E: (?:Too many presentation contexts|No presentation context for: .*)/,
      /err: F: 0006:0101 .*/,
      ...NOT_SENT_BY_THEM,
    ],
    ours: [
      ...SENT,
      /err: W: .* has the unknown transfer syntax .*/,
      /err: I: (?:\d+ files? needs? presentation contexts that were not proposed yet: .*)/,
      /err: I: (?:Requesting Association|Association Accepted .*|Releasing Association)/,
      /err: I: (?:Sending file: .*|Sending Store Request .*|Received Store Response .*)/,
      /out: XMIT: \.+/,
    ],
  },
  "any-class": {
    theirs: [/exit: 1/, /err: F: unknown storage SOP class in file: .*/],
    ours: SENT,
  },
  "never-converted-away": {
    theirs: NOT_SENT_BY_THEM,
    ours: [
      /err: E: No presentation context for: .*/,
      /err: E: (?:the peer takes \w+ only as|\w+ was not proposed in) .*/,
      /err: E: Store SCU Failed: 0006:0208 .*/,
    ],
  },
  "no-contexts": {
    theirs: [/exit: 1/],
    ours: [
      /err: I: (?:Sending file: .*|Releasing Association)/,
      /err: F: No Acceptable Presentation Contexts/,
      /association 1: A-RELEASE-RQ/,
    ],
  },
  "refused-contexts": {
    ours: [
      /err: E: (?:the peer refused every presentation context for \w+|\w+ was not proposed).*, file: .*/,
    ],
  },
  "message-ids": {
    theirs: [/err: I: Sending Store Request .*/, /association 1: element 00000110 .*/],
    ours: [/err: I: Sending Store Request .*/, /association 1: element 00000110 .*/],
  },
  "identity-response": {
    theirs: [/exit: 0/, ASSOCIATION],
    ours: [
      /exit: 1/,
      /err: E: User Identity Negotiation failed: .*/,
      /err: F: 0006:0108 .*/,
      /association 1: A-ABORT source 0 reason 0/,
    ],
  },
  "passwords": {
    theirs: [/err: [ID]: {3}Password: \[.*\]/],
    ours: [/err: [ID]: {3}Password: \[not shown\]/],
  },
  "invention": {
    theirs: [
      /err: E: updateStringAttributeValue: cannot find: .*/,
      /err: I: {3}(?:StudyID|SeriesNumber)=.*/,
      /association 1: fragments of .*/,
      /association 1: element (?:00000000|0020000e|00200011) .*/,
      /association 1: element (?:00080018|00080050|0020000d) .*/,
    ],
    ours: [
      /err: I: {3}(?:StudyID|SeriesNumber|AccessionNumber)=.*/,
      /association 1: fragments of .*/,
      /association 1: element (?:00000000|00080050|00100020|0020000e|00200010|00200011|00200013) .*/,
      /association 1: element (?:00080018|0020000d) .*/,
    ],
  },

  // --- associations and PDUs ---
  "socket-buffers": {
    theirs: [/err: D: DULFSM: setting TCP buffer length to \d+ bytes/],
    ours: [/err: D: TCP_BUFFER_LENGTH=\d+ has no effect: .*/],
  },
  "deflated-bytes": {
    theirs: [/association 1: fragments of .*/],
    ours: [/association 1: fragments of .*/],
  },
  "odd-max-send-pdu": {
    theirs: NOT_SENT_BY_THEM,
    ours: SENT,
  },
  "small-max-pdu": {
    theirs: [
      /err: W: ASSOC: PDV send length .*/,
      /err: I: (?:Association Accepted .*|Sending file: .*)/,
      /association 1: fragments of .*/,
      ...NOT_SENT_BY_THEM,
      /out: XMIT: \.*/,
    ],
    ours: [
      /err: I: Association Accepted .*/,
      /err: F: Association Request Failed: 0006:0308 .*/,
      /association 1: fragments of .*/,
      /association 1: A-ABORT .*/,
      /out: XMIT: \.*/,
    ],
  },
  "violations-told": {
    theirs: [/err: F: No Acceptable Presentation Contexts/, /association 1: A-ABORT source \d reason \d/],
    ours: [
      /err: F: Association Request Failed: 0006:0303 DUL Finite State Machine Error: unexpected A-RELEASE-RQ PDU/,
      /association 1: A-ABORT source \d reason \d/,
    ],
  },
  "response-on-other-context": {
    theirs: [],
    ours: [/err: W: the response came on presentation context \d+ instead of \d+/],
  },
  "response-on-other-instance": {
    theirs: [],
    ours: [/err: W: the response names SOP instance [\d.]+ instead of [\d.]+, file: \S+/],
  },
  "reconnecting": {
    theirs: [
      ...NOT_SENT_BY_THEM,
      /err: E: Association (?:Abort|Release) Failed: .*/,
      /err: I: (?:Peer Aborted Association|Sending file: .*)/,
    ],
    ours: [
      ...SENT,
      /exit: 10/,
      /err: I: (?:Requesting Association|Association Accepted .*|Sending .*|Received .*|Peer Aborted .*)/,
      /err: W: Association lost, using another one: .*/,
      /err: E: (?:Store Failed, file: .*|(?:Association Release Failed: )?0006:0317 .*)/,
      /out: XMIT: \./,
    ],
  },

  // --- negotiation profiles ---
  "profile-readings": {
    theirs: [/exit: 1/, /err: E: .*/, ASSOCIATION],
    ours: [...SENT, /err: W: profiles\/odd\/.*, line \d+: .*/],
  },
  "profile-errors": {
    theirs: [/err: E: reading config file: .*/],
    ours: [/err: E: reading config file: .*/],
  },
  "profile-uid-length": {
    theirs: [/err: E: .*/, ASSOCIATION],
    ours: [/err: E: reading config file: not a valid abstract syntax UID: .*/],
  },
  "profile-extension-length": {
    theirs: [/exit: 1/, /err: E: reading config file: extended negotiation data too long, .*/],
    ours: SENT,
  },
  "role-items": { theirs: [/association 1: RQ user item 54H: .*/] },

  // --- log configuration ---
  "log-keys": { theirs: [/out: .*/], ours: [/err: .*/] },
  "log-root-level": {
    theirs: [/exit: 134/, /err: (?:log4cplus:ERROR|terminate called| {2}what\(\)).*/],
    ours: [...SENT, /err: log4cplus:ERROR unknown log level of rootLogger: .*/],
  },
  "log-complaints": {
    theirs: [/err: log4cplus:.*/],
    ours: [/err: log4cplus:.*/],
  },

  "log-places": { theirs: [/err: \d+\|.*\/storescu\.cc\|.*/], ours: [/err: \d+\|{3}:\|{3}.*/] },
  "log-daily-rolling": { theirs: [/new: daily\..*/] },
  "log-appenders": { theirs: [/err: log4cplus:.*/], ours: [/err: log4cplus:.*/] },

  // --- TLS ---
  "tls-files": {
    theirs: [
      /exit: 0/,
      /err: E: OpenSSL error .*/,
      /err: W: unable to load .*/,
      /err: F: (?:Association Request Failed: )?000b:.*/,
      ASSOCIATION,
    ],
    ours: [/exit: 1/, /err: E: unable to load .*/, /err: F: 000b:.*/],
  },
  "tls-directories": { theirs: [/exit: 1/, /err: F: .* 000b:0886 .*/], ours: SENT },
  "tls-ciphers": {
    theirs: [/err: F: 0001:0007 .*/, /err: W: Ciphersuite .*/],
    ours: [/err: F: 000b:0003 .*/, /err: W: cipher suite .* is older than BCP 195 recommends/],
  },
} as const satisfies Readonly<Record<string, Difference>>;

export type DifferenceName = keyof typeof DIFFERENCES;

/** Lines that may come with anything, so that no case has to name them. */
export const ANYWHERE: readonly DifferenceName[] = ["tally", "hints", "conversion-line"];

/** Those that another test shows: its file below tests/, and its name there. */
export const SHOWN_ELSEWHERE: Readonly<Record<string, readonly [file: string, name: string]>> = {
  "control-characters": ["interop/dump_dcmtk_test.ts", "a peer cannot forge lines or steer the terminal"],
  "signals": ["e2e/stop_and_retry_test.ts", "a second signal aborts at once"],
  "client-certificate": [
    "interop/command_dcmtk_test.ts",
    "only the rightmost of a set counts: there is no key",
  ],
  "sni-needs-tls": ["e2e/legacy_options_test.ts", "--request-sni without TLS is refused"],
  "seeds": ["e2e/legacy_options_test.ts", "options without effect say so"],
  "changed-while-sent": ["source/file_test.ts", "a file that is changed while it is sent is a fault"],
  "early-success": [
    "association/requests_test.ts",
    "nothing is stored before all of it was sent; it may be refused, though",
  ],
  "every-address": ["association/transport_test.ts", "every address of a name is tried"],
  "no-delay": ["association/socket_variables_test.ts", "TCP_NODELAY and TCP_BUFFER_LENGTH are heeded"],
  "log-devices": ["log/rolling_test.ts", "a device is never put aside"],
  "tls-default-profile": ["interop/tls_profiles_test.ts", "a profile offers its versions and suites"],
  "tls-trust": ["interop/tls_profiles_test.ts", "without any the system's are, with the host name checked"],
};

/** Those that no test shows: why not. */
export const NOT_SHOWN: Readonly<Record<string, string>> = {
  "abort-wait": "only how long it takes is different, and tests do not measure time",
  "progress":
    "only on a terminal, which these runs do not have; tests/report/progress_line_test.ts tests the line",
};
