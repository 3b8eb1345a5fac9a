/** Syslog messages: RFC 5424 by UDP to another host, RFC 3164 to the service of this one, as DCMTK sends them. */

import type { DatagramSink } from "./datagram_sink.ts";
import type { LogEnvironment } from "./environment.ts";
import type { Level } from "./log.ts";
import { openLocalSocket } from "./local_socket.ts";
import type { Complain, Properties } from "./properties.ts";
import { strftime } from "./strftime.ts";
import type { TimedEvent } from "./timed_event.ts";
import { openUdp } from "./udp.ts";

/** RFC 5424 table 2 from severity 2 on, as log4cplus maps its levels. */
const SEVERITIES: Readonly<Record<Level, number>> = {
  fatal: 2,
  error: 3,
  warn: 4,
  info: 6,
  debug: 7,
  trace: 7,
};

/** RFC 5424 table 1, by glibc's names; those left out have none there. */
const FACILITIES: Readonly<Record<string, number>> = {
  kern: 0,
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  syslog: 5,
  lpr: 6,
  news: 7,
  uucp: 8,
  cron: 9,
  authpriv: 10,
  ftp: 11,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
};

/** What fits into one datagram with room for the header. */
const MAX_TEXT_CHARACTERS = 16_000;
const DEFAULT_PORT = 514;

export interface Syslog {
  /** `text` is the event as the layout writes it. */
  send(event: TimedEvent, text: string): void;
  close(): Promise<void>;
}

/** The syslog that an appender's `ident`, `facility`, `host` and `port` describe; without a host the local one. */
export function openSyslog(properties: Properties, environment: LogEnvironment, complain: Complain): Syslog {
  const facilityName = properties.get("facility")?.toLowerCase() || "user";
  const facility = FACILITIES[facilityName];
  if (facility === undefined) complain("ERROR", `Unknown syslog facility: ${facilityName}`);
  const priorityOf = (level: Level) => 8 * (facility ?? 1) + SEVERITIES[level];
  const ident = properties.get("ident") || environment.appName;
  const host = properties.get("host") ?? "";
  const header = host === ""
    ? (event: TimedEvent) => `${strftime("%b %e %H:%M:%S", event.epochMilliseconds, false)} ${ident}: `
    : (event: TimedEvent) => {
      const time = strftime("%Y-%m-%dT%H:%M:%S.%qZ", event.epochMilliseconds, true);
      return `1 ${time} ${environment.hostName} ${ident} ${environment.processId} ${event.logger} - `;
    };
  const sink: DatagramSink = host === ""
    ? openLocalSocket(environment.syslogSocket, complain)
    : openUdp(host, properties.integer("port", DEFAULT_PORT), complain);
  return {
    send: (event, text) =>
      sink.send(`<${priorityOf(event.level)}>${header(event)}${text.slice(0, MAX_TEXT_CHARACTERS)}`),
    close: () => sink.close(),
  };
}
