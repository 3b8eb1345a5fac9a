/** What the status of a C-STORE-RSP means: PS3.4 table B.2-1 and PS3.7 annex C, with DCMTK's words for it. */

export type StatusClass = "success" | "warning" | "failure";

/** Success 0000; warnings 0001, 0107, 0116 and Bxxx; everything else means the instance was not stored. */
export function statusClass(status: number): StatusClass {
  if (status === 0x0000) return "success";
  if (status === 0x0001 || status === 0x0107 || status === 0x0116 || status >> 12 === 0xb) return "warning";
  return "failure";
}

/** The text in "Received Store Response (...)". */
export function statusText(status: number): string {
  switch (status) {
    case 0x0000:
      return "Success";
    case 0x0122:
      return "Refused: SOPClassNotSupported";
    case 0xb000:
      return "Warning: CoercionOfDataElements";
    case 0xb006:
      return "Warning: ElementsDiscarded";
    case 0xb007:
      return "Warning: DataSetDoesNotMatchSOPClass";
  }
  if (status >> 8 === 0xa7) return "Refused: OutOfResources";
  if (status >> 8 === 0xa9) return "Error: DataSetDoesNotMatchSOPClass";
  if (status >> 12 === 0xc) return "Error: CannotUnderstand";
  return `Unknown Status: 0x${status.toString(16)}`;
}

/** Four hexadecimal digits, "A700": the form in events and reports; lines add an H, as the standard writes it. */
export function statusDigits(status: number): string {
  return status.toString(16).padStart(4, "0").toUpperCase();
}

/** What a failure means, in words for the person who must act on it. */
export function failureMeaning(status: number): string {
  const exact = FAILURE_MEANINGS.get(status);
  if (exact !== undefined) return exact;
  if (status >> 8 === 0xa7) return "refused, out of resources";
  if (status >> 8 === 0xa9) return "data set does not match SOP class";
  if (status >> 12 === 0xc) return "cannot understand";
  return "unknown status";
}

const FAILURE_MEANINGS: ReadonlyMap<number, string> = new Map([
  [0x0105, "no such attribute"],
  [0x0106, "invalid attribute value"],
  [0x0110, "processing failure"],
  [0x0111, "duplicate SOP instance"],
  [0x0112, "no such SOP instance"],
  [0x0115, "invalid argument value"],
  [0x0117, "invalid SOP instance"],
  [0x0118, "no such SOP class"],
  [0x0119, "class-instance conflict"],
  [0x0120, "missing attribute"],
  [0x0121, "missing attribute value"],
  [0x0122, "SOP class not supported"],
  [0x0124, "not authorized"],
  [0x0210, "duplicate invocation"],
  [0x0211, "unrecognized operation"],
  [0x0212, "mistyped argument"],
  [0x0213, "resource limitation"],
  [0xfe00, "cancelled by the peer"],
]);

/** What to try about a failure, in one sentence. */
export function failureRemedy(status: number): string {
  const exact = FAILURE_REMEDIES.get(status);
  if (exact !== undefined) return exact;
  if (status >> 8 === 0xa7) return "the peer has no room or no time: try again later, or let --retry do so";
  if (status >> 8 === 0xa9) {
    return "the object does not fit its SOP class: check it with a validator such as dciodvfy, or export it again";
  }
  if (status >> 12 === 0xc) {
    return "the peer cannot make sense of the object: the comment and elements above, or its log, say what it minds";
  }
  return "the peer's log says more";
}

const FAILURE_REMEDIES: ReadonlyMap<number, string> = new Map([
  [0x0111, "the peer has an instance of this UID already: perhaps it was sent before"],
  [0x0117, "the SOP Instance UID is not as the peer wants it: spaces in it are removed with --uid-padding"],
  [0x0118, "have this SOP class enabled at the peer, or send to one that stores it"],
  [0x0122, "have this SOP class enabled at the peer, or send to one that stores it"],
  [
    0x0124,
    "the peer does not let this AE title store: have it permitted there, or set another with --aetitle",
  ],
  [0x0213, "the peer has no room or no time: try again later, or let --retry do so"],
]);

/** True for a failure that may pass by itself: out of resources (PS3.4 B.2.3). */
export function mayPass(status: number): boolean {
  return status >> 8 === 0xa7 || status === 0x0213;
}

/** The exit code of a failed status: its high byte, or 1 where that would read as success (design D2). */
export function exitCodeOfStatus(status: number): number {
  return status >> 8 === 0 ? 1 : status >> 8;
}
