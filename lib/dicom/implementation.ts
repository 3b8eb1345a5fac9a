/** How this program names itself to a peer, PS3.7 annex D.3.3.2. */

/** Derived from a UUID (PS3.5 B.2), so that it needs no registered root. */
export const IMPLEMENTATION_CLASS_UID = "2.25.87955910367835418347663194160073726101";

/** At most 16 characters (PS3.7 D.3.3.2.4). */
export const IMPLEMENTATION_VERSION_NAME = "STORESCU_TS_01";
