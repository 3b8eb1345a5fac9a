/**
 * THE TABLE: every option of this program, once.
 *
 * Parser, --help, README's option list, man page, shell completions and the parser's test are all made from it. Groups
 * and sections are DCMTK's, so that who knows its help finds their way; what DCMTK does not have stands in the last
 * group and has long names only.
 */

/** What a value may be. "secret" is a string that must never be shown, "assignment" NAME=SECRET. */
export type ParamKind =
  | "string"
  | "secret"
  | "assignment"
  | "integer"
  | "file"
  | "directory"
  | "aeTitle"
  | "choice";

export interface Param {
  readonly name: string;
  readonly kind: ParamKind;
  /** Bounds of an integer. */
  readonly min?: number;
  readonly max?: number;
  /** A number below zero is a number, if too small; elsewhere it is not even that. */
  readonly signed?: true;
  /** The words of a choice. */
  readonly choices?: readonly string[];
}

export interface OptionRow {
  readonly short?: string;
  readonly long: string;
  /** One sentence or phrase, without its final stop. */
  readonly help: string;
  /** What there is to know besides, for who asks for this option alone: sentences, a paragraph each. */
  readonly details?: readonly string[];
  /** Values swallowed, in order. */
  readonly params?: readonly Param[];
  /** What holds when nothing of the kind is given; true for a member of `set` that is the default. */
  readonly default?: string | true;
  /** Of the options with the same set name only the rightmost counts. */
  readonly set?: string;
  /** Allowed only with one of these. */
  readonly needs?: readonly string[];
  /** Every occurrence counts, left to right. */
  readonly repeatable?: true;
  /** Answers by itself: nothing is sent, no operands are asked for. */
  readonly exclusive?: true;
  /** The dcmfile-in operand may be left out. */
  readonly withoutFiles?: true;
  /** Which versions of DCMTK have it, where not all have: "since 3.6.9", "after 3.6.0", "3.6.0 only". */
  readonly dcmtk?: string;
}

export interface Section {
  readonly title?: string;
  readonly options: readonly OptionRow[];
}

export interface Group {
  readonly title: string;
  readonly sections: readonly Section[];
}

/** Largest number an option takes where nothing smaller is said. */
export const INTEGER_MAX = 2147483647;

const SECURE = ["--enable-tls", "--anonymous-tls"] as const;

export const GROUPS = [
  {
    title: "general options",
    sections: [{
      options: [
        {
          short: "-h",
          long: "--help",
          help: "show this text and stop; with the name of an option after it, explain that one",
          exclusive: true,
        },
        { long: "--version", help: "show what this executable is and stop", exclusive: true },
        { long: "--arguments", help: "log the command line as it was understood" },
        { short: "-q", long: "--quiet", help: "log fatal errors only", set: "verbosity" },
        { short: "-v", long: "--verbose", help: "log what is being done", set: "verbosity" },
        { short: "-d", long: "--debug", help: "log all that helps to find a fault", set: "verbosity" },
        {
          short: "-ll",
          long: "--log-level",
          params: [{
            name: "level",
            kind: "choice",
            choices: ["off", "fatal", "error", "warn", "info", "debug", "trace", "all"],
          }],
          help: "log events of this level and graver ones",
          default: "warn",
        },
        {
          short: "-lc",
          long: "--log-config",
          params: [{ name: "filename", kind: "file" }],
          help: "take levels, targets and layouts of the log from this log4cplus property file",
        },
        {
          short: "+v",
          long: "--verbose-pc",
          help: "log the presentation contexts, proposed and accepted, along with the verbose lines",
        },
      ],
    }],
  },
  {
    title: "input options",
    sections: [
      {
        title: "how files are read",
        options: [
          {
            short: "+f",
            long: "--read-file",
            help: "accept DICOM files and bare data sets",
            set: "format",
            default: true,
          },
          { short: "+fo", long: "--read-file-only", help: "accept DICOM files only", set: "format" },
          {
            short: "-f",
            long: "--read-dataset",
            help: "expect bare data sets, without meta information",
            set: "format",
          },
        ],
      },
      {
        title: "which files are sent",
        options: [
          {
            short: "+sd",
            long: "--scan-directories",
            help: "look for files in the directories among the operands",
          },
          {
            short: "+sp",
            long: "--scan-pattern",
            params: [{ name: "pattern", kind: "string" }],
            help: "of the files found by scanning take those whose name fits (wildcards: * ? [...])",
            needs: ["--scan-directories"],
          },
          {
            short: "-r",
            long: "--no-recurse",
            help: "leave subdirectories alone",
            set: "recursion",
            default: true,
          },
          {
            short: "+r",
            long: "--recurse",
            help: "look into subdirectories too",
            set: "recursion",
            needs: ["--scan-directories"],
          },
          {
            short: "-rn",
            long: "--no-rename",
            help: "leave the names of files as they are",
            set: "renaming",
            default: true,
            dcmtk: "after 3.6.0",
          },
          {
            short: "+rn",
            long: "--rename",
            help:
              "append .done to the name of a file that was stored, .bad to one that was not; scans leave those out",
            set: "renaming",
            dcmtk: "after 3.6.0",
          },
        ],
      },
    ],
  },
  {
    title: "network options",
    sections: [
      {
        title: "address family of the peer, where it is given by name",
        options: [
          {
            short: "-i4",
            long: "--ipv4",
            help: "reach the peer over IPv4",
            set: "family",
            default: true,
            dcmtk: "since 3.6.9",
          },
          {
            short: "-i6",
            long: "--ipv6",
            help: "reach the peer over IPv6",
            set: "family",
            dcmtk: "since 3.6.9",
          },
          {
            short: "-i0",
            long: "--ip-auto",
            help: "reach the peer over IPv4 or IPv6, whichever its name resolves to",
            set: "family",
            dcmtk: "since 3.6.9",
          },
        ],
      },
      {
        title: "application entity titles",
        options: [
          {
            short: "-aet",
            long: "--aetitle",
            params: [{ name: "aetitle", kind: "aeTitle" }],
            help: "who we say we are: calling AE title",
            default: "STORESCU",
          },
          {
            short: "-aec",
            long: "--call",
            params: [{ name: "aetitle", kind: "aeTitle" }],
            help: "whom we ask for: called AE title",
            default: "ANY-SCP",
          },
        ],
      },
      {
        title: "association negotiation profile",
        options: [
          {
            short: "-xf",
            long: "--config-file",
            params: [{ name: "filename", kind: "file" }, { name: "profile", kind: "string" }],
            help: "propose what this profile of a configuration file says",
          },
        ],
      },
      {
        title: "proposed transfer syntaxes (not with --config-file)",
        options: [
          {
            short: "-x=",
            long: "--propose-uncompr",
            help: "uncompressed ones, explicit VR in this machine's byte order first",
            set: "proposal",
            default: true,
          },
          {
            short: "-xe",
            long: "--propose-little",
            help: "uncompressed ones, explicit VR little endian first",
            set: "proposal",
          },
          {
            short: "-xb",
            long: "--propose-big",
            help: "uncompressed ones, explicit VR big endian first",
            set: "proposal",
          },
          {
            short: "-xi",
            long: "--propose-implicit",
            help: "implicit VR little endian and nothing else",
            set: "proposal",
          },
          {
            short: "-xs",
            long: "--propose-lossless",
            help: "JPEG lossless (process 14 SV1), then uncompressed ones",
            set: "proposal",
          },
          {
            short: "-xy",
            long: "--propose-jpeg8",
            help: "JPEG baseline, 8 bits, lossy, then uncompressed ones",
            set: "proposal",
          },
          {
            short: "-xx",
            long: "--propose-jpeg12",
            help: "JPEG extended, 12 bits, lossy, then uncompressed ones",
            set: "proposal",
          },
          {
            short: "-xv",
            long: "--propose-j2k-lossless",
            help: "JPEG 2000 without loss, then uncompressed ones",
            set: "proposal",
          },
          {
            short: "-xw",
            long: "--propose-j2k-lossy",
            help: "JPEG 2000 with or without loss, then uncompressed ones",
            set: "proposal",
          },
          {
            short: "-xt",
            long: "--propose-jls-lossless",
            help: "JPEG-LS without loss, then uncompressed ones",
            set: "proposal",
          },
          {
            short: "-xu",
            long: "--propose-jls-lossy",
            help: "JPEG-LS near-lossless, then uncompressed ones",
            set: "proposal",
          },
          {
            short: "-xm",
            long: "--propose-mpeg2",
            help: "MPEG-2 main profile at main level, nothing else",
            set: "proposal",
          },
          {
            short: "-xh",
            long: "--propose-mpeg2-high",
            help: "MPEG-2 main profile at high level, nothing else",
            set: "proposal",
          },
          {
            short: "-xn",
            long: "--propose-mpeg4",
            help: "H.264 high profile level 4.1, nothing else",
            set: "proposal",
            dcmtk: "after 3.6.0",
          },
          {
            short: "-xl",
            long: "--propose-mpeg4-bd",
            help: "H.264 Blu-ray compatible level 4.1, nothing else",
            set: "proposal",
            dcmtk: "after 3.6.0",
          },
          {
            short: "-x2",
            long: "--propose-mpeg4-2-2d",
            help: "H.264 level 4.2 for 2D video, nothing else",
            set: "proposal",
            dcmtk: "after 3.6.0",
          },
          {
            short: "-x3",
            long: "--propose-mpeg4-2-3d",
            help: "H.264 level 4.2 for 3D video, nothing else",
            set: "proposal",
            dcmtk: "after 3.6.0",
          },
          {
            short: "-xo",
            long: "--propose-mpeg4-2-st",
            help: "H.264 stereo level 4.2, nothing else",
            set: "proposal",
            dcmtk: "after 3.6.0",
          },
          {
            short: "-x4",
            long: "--propose-hevc",
            help: "HEVC main profile level 5.1, nothing else",
            set: "proposal",
            dcmtk: "after 3.6.0",
          },
          {
            short: "-x5",
            long: "--propose-hevc10",
            help: "HEVC main 10 profile level 5.1, nothing else",
            set: "proposal",
            dcmtk: "after 3.6.0",
          },
          {
            short: "-xr",
            long: "--propose-rle",
            help: "RLE, then uncompressed ones",
            set: "proposal",
          },
          {
            short: "-xd",
            long: "--propose-deflated",
            help: "deflated explicit VR little endian, then uncompressed ones",
            set: "proposal",
          },
          {
            short: "-R",
            long: "--required",
            help: "propose no more than the files need",
            default: "the usual storage SOP classes",
          },
          {
            short: "+C",
            long: "--combine",
            help: "put all transfer syntaxes of a SOP class into one presentation context",
            default: "the preferred one apart from the others",
          },
        ],
      },
      {
        title: "value representations newer than 1993",
        options: [
          {
            short: "+u",
            long: "--enable-new-vr",
            help: "write them as what they are (UN, UT, OF ...)",
            set: "newVr",
            default: true,
          },
          {
            short: "-u",
            long: "--disable-new-vr",
            help: "write them as OB, for peers that do not know them",
            set: "newVr",
          },
        ],
      },
      {
        title: "deflate compression (only with --propose-deflated or --config-file)",
        options: [
          {
            short: "+cl",
            long: "--compression-level",
            params: [{ name: "level", kind: "integer", min: 0, max: 9 }],
            help: "how hard to compress: 0 not at all, 1 fast, 9 small",
            default: "6",
            needs: ["--propose-deflated", "--config-file"],
          },
        ],
      },
      {
        title: "user identity",
        options: [
          {
            short: "-usr",
            long: "--user",
            params: [{ name: "user", kind: "string" }],
            help: "identify as this user",
            set: "identity",
          },
          {
            short: "-pwd",
            long: "--password",
            params: [{ name: "password", kind: "secret" }],
            help: "give this password for the user; others can see it in the list of processes",
            set: "password",
            needs: ["--user"],
          },
          {
            short: "-epw",
            long: "--empty-password",
            help: "give an empty password for the user",
            set: "password",
            needs: ["--user"],
          },
          {
            short: "-kt",
            long: "--kerberos",
            params: [{ name: "filename", kind: "file" }],
            help: "identify by the Kerberos service ticket in this file",
            set: "identity",
          },
          {
            long: "--saml",
            params: [{ name: "filename", kind: "file" }],
            help: "identify by the SAML assertion in this file",
            set: "identity",
          },
          {
            long: "--jwt",
            params: [{ name: "filename", kind: "file" }],
            help: "identify by the JSON web token in this file",
            set: "identity",
            dcmtk: "after 3.6.0",
          },
          {
            short: "-rsp",
            long: "--pos-response",
            help: "go on only if the peer confirms the identity",
            needs: ["--user", "--kerberos", "--saml", "--jwt"],
          },
        ],
      },
      {
        title: "timeouts, lengths and the rest",
        options: [
          {
            short: "-to",
            long: "--timeout",
            params: [{ name: "seconds", kind: "integer", min: 1, signed: true }],
            help: "longest wait for a connection",
            default: "the system's",
          },
          {
            short: "-ts",
            long: "--socket-timeout",
            params: [{ name: "seconds", kind: "integer", min: -1, signed: true }],
            help: "longest time without any byte sent or received while objects are sent; 0 or -1: no limit",
            default: "60",
            dcmtk: "since 3.6.2",
          },
          {
            short: "-ta",
            long: "--acse-timeout",
            params: [{ name: "seconds", kind: "integer", min: 1, signed: true }],
            help: "longest wait for an answer to an association or release request",
            default: "30",
          },
          {
            short: "-td",
            long: "--dimse-timeout",
            params: [{ name: "seconds", kind: "integer", min: 1, signed: true }],
            help: "longest wait for the response to a store request",
            default: "that of --socket-timeout",
          },
          {
            short: "-pdu",
            long: "--max-pdu",
            params: [{ name: "bytes", kind: "integer", min: 4096, max: 131072 }],
            help: "longest PDU we say we can receive",
            default: "16384",
          },
          {
            long: "--max-send-pdu",
            params: [{ name: "bytes", kind: "integer", min: 4096, max: 131072 }],
            help: "longest PDU we send, even if the peer takes longer ones",
          },
          {
            long: "--repeat",
            params: [{ name: "number", kind: "integer", min: 1 }],
            help: "send each file this many times",
            default: "1",
          },
          { long: "--abort", help: "end the association by an abort, not by a release" },
          {
            short: "-nh",
            long: "--no-halt",
            help: "after a failure go on with the next file",
            default: "stop at the first failure",
          },
          { short: "-up", long: "--uid-padding", help: "take blanks out of UIDs, in data sets too" },
          {
            short: "+II",
            long: "--invent-instance",
            help: "make up patient, study, series and instance; a new instance for every file",
          },
          {
            short: "+IR",
            long: "--invent-series",
            params: [{ name: "number", kind: "integer", min: 1 }],
            help: "do as --invent-instance does, with a new series after this many instances",
            default: "100",
          },
          {
            short: "+IS",
            long: "--invent-study",
            params: [{ name: "number", kind: "integer", min: 1 }],
            help: "do as --invent-instance does, with a new study after this many series",
            default: "50",
          },
          {
            short: "+IP",
            long: "--invent-patient",
            params: [{ name: "number", kind: "integer", min: 1 }],
            help: "do as --invent-instance does, with a new patient after this many studies",
            default: "25",
          },
        ],
      },
    ],
  },
  {
    title: "transport layer security (TLS) options",
    sections: [
      {
        title: "transport",
        options: [
          {
            short: "-tls",
            long: "--disable-tls",
            help: "plain TCP",
            set: "transport",
            default: true,
          },
          {
            short: "+tls",
            long: "--enable-tls",
            params: [{ name: "key-file", kind: "file" }, { name: "certificate-file", kind: "file" }],
            help: "TLS, showing this certificate to the peer",
            set: "transport",
          },
          {
            short: "+tla",
            long: "--anonymous-tls",
            help: "TLS, showing no certificate",
            set: "transport",
          },
        ],
      },
      {
        title: "password of the private key (only with --enable-tls)",
        options: [
          {
            short: "+ps",
            long: "--std-passwd",
            help: "ask for it on the terminal, or read it from standard input where there is no terminal",
            set: "keyPassword",
            default: true,
            needs: ["--enable-tls"],
          },
          {
            short: "+pw",
            long: "--use-passwd",
            params: [{ name: "password", kind: "secret" }],
            help: "use this password; others can see it in the list of processes",
            set: "keyPassword",
            needs: ["--enable-tls"],
          },
          {
            short: "-pw",
            long: "--null-passwd",
            help: "use an empty password",
            set: "keyPassword",
            needs: ["--enable-tls"],
          },
        ],
      },
      {
        title: "format of keys, certificates and CRLs",
        options: [
          {
            short: "-pem",
            long: "--pem-keys",
            help: "PEM files",
            set: "keyFormat",
            default: true,
            needs: SECURE,
          },
          { short: "-der", long: "--der-keys", help: "DER files", set: "keyFormat", needs: SECURE },
        ],
      },
      {
        title: "whom to trust",
        options: [
          {
            short: "+cf",
            long: "--add-cert-file",
            params: [{ name: "filename", kind: "file" }],
            help: "trust the certificates in this file",
            needs: SECURE,
            repeatable: true,
          },
          {
            short: "+cd",
            long: "--add-cert-dir",
            params: [{ name: "directory", kind: "directory" }],
            help: "trust the certificates in the files of this directory",
            needs: SECURE,
            repeatable: true,
          },
          {
            short: "+crl",
            long: "--add-crl-file",
            params: [{ name: "filename", kind: "file" }],
            help: "heed this certificate revocation list (turns --enable-crl-vfy on)",
            needs: SECURE,
            repeatable: true,
            dcmtk: "since 3.6.7",
          },
          {
            short: "+crv",
            long: "--enable-crl-vfy",
            help: "check whether the peer's own certificate is revoked",
            set: "crlCheck",
            needs: SECURE,
            dcmtk: "since 3.6.7",
          },
          {
            short: "+cra",
            long: "--enable-crl-all",
            help: "check whether any certificate of the peer's chain is revoked",
            set: "crlCheck",
            needs: SECURE,
            dcmtk: "since 3.6.7",
          },
        ],
      },
      {
        title: "security profile",
        options: [
          {
            short: "+ph",
            long: "--list-profiles",
            help: "list the profiles and stop",
            exclusive: true,
            dcmtk: "since 3.6.9",
          },
          {
            short: "+pg",
            long: "--profile-8996",
            help: "BCP 195 (RFC 8996)",
            set: "tlsProfile",
            default: true,
            needs: SECURE,
            dcmtk: "since 3.6.8",
          },
          {
            short: "+pm",
            long: "--profile-8996-mod",
            help: "modified BCP 195 (RFC 8996)",
            set: "tlsProfile",
            needs: SECURE,
            dcmtk: "since 3.6.8",
          },
          {
            short: "+py",
            long: "--profile-bcp195-nd",
            help: "BCP 195 without downgrading (retired)",
            set: "tlsProfile",
            needs: SECURE,
            dcmtk: "after 3.6.0",
          },
          {
            short: "+px",
            long: "--profile-bcp195",
            help: "BCP 195 (retired)",
            set: "tlsProfile",
            needs: SECURE,
            dcmtk: "after 3.6.0",
          },
          {
            short: "+pz",
            long: "--profile-bcp195-ex",
            help: "extended BCP 195 (retired)",
            set: "tlsProfile",
            needs: SECURE,
            dcmtk: "after 3.6.0",
          },
          {
            short: "+pb",
            long: "--profile-basic",
            help: "basic profile, triple DES (retired)",
            set: "tlsProfile",
            needs: SECURE,
            dcmtk: "after 3.6.0",
          },
          {
            short: "+pa",
            long: "--profile-aes",
            help: "AES profile (retired)",
            set: "tlsProfile",
            needs: SECURE,
            dcmtk: "after 3.6.0",
          },
          {
            short: "+pn",
            long: "--profile-null",
            help: "peers are authenticated, data not encrypted (retired)",
            set: "tlsProfile",
            needs: SECURE,
            dcmtk: "after 3.6.0",
          },
        ],
      },
      {
        title: "cipher suites",
        options: [
          {
            short: "+cc",
            long: "--list-ciphers",
            help: "list the cipher suites and stop",
            exclusive: true,
            dcmtk: "after 3.6.0",
          },
          {
            short: "+cs",
            long: "--cipher",
            params: [{ name: "suite", kind: "string" }],
            help:
              "offer this cipher suite too (IANA name; not with --profile-bcp195-ex or --profile-8996-mod)",
            needs: SECURE,
            repeatable: true,
          },
          {
            short: "+dp",
            long: "--dhparam",
            params: [{ name: "filename", kind: "file" }],
            help: "without effect in a client; accepted for old command lines",
            needs: SECURE,
            dcmtk: "3.6.0 only",
          },
        ],
      },
      {
        title: "server name indication",
        options: [
          { long: "--no-sni", help: "send no server name", default: true, dcmtk: "since 3.6.8" },
          {
            long: "--request-sni",
            params: [{ name: "name", kind: "string" }],
            help: "ask for the server of this name",
            needs: SECURE,
            dcmtk: "since 3.6.8",
          },
        ],
      },
      {
        title: "random numbers",
        options: [
          {
            short: "+rs",
            long: "--seed",
            params: [{ name: "filename", kind: "file" }],
            help: "without effect, the system's generator is used; accepted for old command lines",
            needs: SECURE,
          },
          {
            short: "+ws",
            long: "--write-seed",
            help: "without effect, the system's generator is used; accepted for old command lines",
            set: "writeSeed",
            needs: ["--seed"],
          },
          {
            short: "+wf",
            long: "--write-seed-file",
            params: [{ name: "filename", kind: "file" }],
            help: "without effect, the system's generator is used; accepted for old command lines",
            set: "writeSeed",
            needs: ["--seed"],
          },
        ],
      },
      {
        title: "the peer's certificate",
        options: [
          {
            short: "-rc",
            long: "--require-peer-cert",
            help: "must be there and be trusted",
            set: "peerCertificate",
            default: true,
            needs: SECURE,
          },
          {
            short: "-vc",
            long: "--verify-peer-cert",
            help: "must be trusted if it is there (it always is: same as --require-peer-cert)",
            set: "peerCertificate",
            needs: SECURE,
            dcmtk: "3.6.0 only",
          },
          {
            short: "-ic",
            long: "--ignore-peer-cert",
            help: "is not looked at: anyone can pose as the peer",
            set: "peerCertificate",
            needs: SECURE,
          },
        ],
      },
    ],
  },
  {
    title: "options beyond DCMTK",
    sections: [
      {
        title: "more inputs",
        options: [
          {
            long: "--files-from",
            params: [{ name: "filename", kind: "file" }],
            help:
              "send the files listed in this file as well, one a line or NUL-separated; - reads standard input",
            withoutFiles: true,
          },
          {
            long: "--dicomdir",
            params: [{ name: "filename", kind: "file" }],
            help: "send the files that this DICOMDIR refers to as well",
            repeatable: true,
            withoutFiles: true,
          },
        ],
      },
      {
        title: "changes on the way",
        options: [
          {
            long: "--set",
            params: [{ name: "tag=value", kind: "assignment" }],
            help: "give a data element this value; a keyword or gggg,eeee, dots lead into sequences",
            details: [
              "The tag is a keyword of PS3.6 in its exact spelling, or gggg,eeee in hexadecimal digits. An element that is missing is added.",
              "An element inside a sequence is Sequence[0].Element: items count from 0, [*] stands for all items that are there, and a sequence without brackets means its first item. A sequence or item that is missing is added, an item only right behind the last one.",
              "A backslash separates values. Nothing behind the = makes the element empty. Values of OB, OW and the like are hexadecimal digits: two for OB, four for OW.",
              "The VR is that of the dictionary. Another one, or that of a private element, is stated behind a colon: gggg,eeee:VR=value.",
              "Text is written in the character set of the data set. The meta information and group lengths cannot be set.",
              "Examples: --set PatientName=DOE^JANE, --set 'ImageType=DERIVED\\SECONDARY', --set RequestAttributesSequence[0].0040,0007=CHEST, --set 0029,1010:LO=text.",
            ],
            repeatable: true,
          },
          {
            long: "--unset",
            params: [{ name: "tag", kind: "string" }],
            help: "leave a data element out; it is named as for --set",
            details: [
              "Example: --unset OtherPatientIDsSequence[0].PatientID. An element that is missing is no fault.",
            ],
            repeatable: true,
          },
        ],
      },
      {
        title: "secrets and trust",
        options: [
          {
            long: "--password-file",
            params: [{ name: "filename", kind: "file" }],
            help: "take the user's password from this file",
            set: "password",
            needs: ["--user"],
          },
          {
            long: "--key-password-file",
            params: [{ name: "filename", kind: "file" }],
            help: "take the private key's password from this file",
            set: "keyPassword",
            needs: ["--enable-tls"],
          },
          {
            long: "--verify-hostname",
            help: "the peer's certificate must name the host we call",
            needs: SECURE,
          },
        ],
      },
      {
        title: "speed",
        options: [
          {
            long: "--jobs",
            params: [{ name: "number", kind: "integer", min: 1, max: 64 }],
            help: "send over this many associations at a time",
            default: "1",
          },
          {
            long: "--max-ops-invoked",
            params: [{ name: "number", kind: "integer", min: 0, max: 65535 }],
            help:
              "have up to this many store requests under way on an association (0: any number), as far as the peer agrees; at most 256 on all",
            default: "1",
          },
        ],
      },
      {
        title: "reliability",
        options: [
          {
            long: "--retry",
            params: [{ name: "number", kind: "integer", min: 0 }],
            help: "after a failure that may pass try again, this many times",
            default: "0",
          },
          {
            long: "--retry-delay",
            params: [{ name: "seconds", kind: "integer", min: 0, max: 60 }],
            help: "wait before the first retry; doubles each time, up to 60",
            default: "1",
          },
          {
            long: "--journal",
            params: [{ name: "filename", kind: "file" }],
            help: "note in this file what the peer has stored, and do not send that again",
          },
        ],
      },
      {
        title: "trying things out (of --probe, --echo and --dry-run the rightmost counts)",
        options: [
          {
            long: "--probe",
            help: "negotiate what the files need and show the outcome; send nothing",
            set: "task",
            withoutFiles: true,
          },
          {
            long: "--echo",
            help: "ask the peer for a sign of life (C-ECHO); send nothing",
            set: "task",
            withoutFiles: true,
          },
          {
            long: "--dry-run",
            help: "show what would be sent, without using the network",
            set: "task",
          },
          {
            long: "--selftest",
            help: "send samples to a receiver inside this program, compare, and stop",
            exclusive: true,
          },
        ],
      },
      {
        title: "telling",
        options: [
          {
            long: "--progress",
            help: "show progress, even where there is no terminal",
            set: "progress",
            default: "on a terminal, unless something logs there",
          },
          {
            long: "--no-progress",
            help: "show no progress",
            set: "progress",
          },
          {
            long: "--json",
            help: "write what happens to standard output, one JSON object a line",
          },
          {
            long: "--report",
            params: [{ name: "filename", kind: "file" }],
            help:
              "write an end report: .json, .csv or .xml (JUnit); only runs that send replace that of a run that sent",
          },
          {
            long: "--metrics",
            params: [{ name: "filename", kind: "file" }],
            help: "write counts and times for Prometheus' node_exporter, in runs that send",
          },
          { long: "--man", help: "print the manual page and stop", exclusive: true },
          {
            long: "--completions",
            params: [{ name: "shell", kind: "choice", choices: ["bash", "zsh", "fish"] }],
            help: "print completions for this shell and stop",
            exclusive: true,
          },
        ],
      },
    ],
  },
] as const satisfies readonly Group[];

/** The long name of an option of the table. */
export type OptionName = typeof GROUPS[number]["sections"][number]["options"][number]["long"];

/** The name of a set of options of which the rightmost counts. */
export type SetName = Extract<
  typeof GROUPS[number]["sections"][number]["options"][number],
  { readonly set: string }
>["set"];

/** A row whose long name is known to the compiler. */
export type Option = OptionRow & { readonly long: OptionName };

/** All rows, in the table's order. */
export function allOptions(): Option[] {
  return GROUPS.flatMap((group) => group.sections.flatMap((section): readonly Option[] => section.options));
}

let byName: Map<string, Option> | undefined;

/** The row with this long or short name, compared exactly. */
export function findOption(name: string): Option | undefined {
  if (byName === undefined) {
    byName = new Map();
    for (const option of allOptions()) {
      byName.set(option.long, option);
      if (option.short !== undefined) byName.set(option.short, option);
    }
  }
  return byName.get(name);
}
