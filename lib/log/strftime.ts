/** Dates as C's strftime writes them in the "C" locale, plus log4cplus' %q (milliseconds) and %Q (with a fraction). */

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** A moment broken down as struct tm does. */
interface BrokenDown {
  readonly year: number;
  /** 0 to 11. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly milliseconds: number;
  /** 0 is Sunday. */
  readonly weekDay: number;
  /** 0 is the first of January. */
  readonly yearDay: number;
  /** East of Greenwich. */
  readonly offsetMinutes: number;
  readonly zone: string;
  readonly epochMilliseconds: number;
}

/** `epochMilliseconds` in `format`; conversions that are none stay as they are. */
export function strftime(format: string, epochMilliseconds: number, utc: boolean): string {
  const tm = breakDown(epochMilliseconds, utc);
  return format.replace(/%(.)/gs, (whole, letter: string) => CONVERSIONS[letter]?.(tm) ?? whole);
}

type Conversion = (tm: BrokenDown) => string;

const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  a: (tm) => (DAYS[tm.weekDay] ?? "").slice(0, 3),
  A: (tm) => DAYS[tm.weekDay] ?? "",
  b: (tm) => (MONTHS[tm.month] ?? "").slice(0, 3),
  B: (tm) => MONTHS[tm.month] ?? "",
  c: (tm) => compose(tm, "abeTY", " "),
  C: (tm) => two(Math.floor(tm.year / 100)),
  d: (tm) => two(tm.day),
  D: (tm) => compose(tm, "mdy", "/"),
  e: (tm) => blank(tm.day),
  F: (tm) => compose(tm, "Ymd", "-"),
  g: (tm) => two(isoWeek(tm).year % 100),
  G: (tm) => String(isoWeek(tm).year),
  h: (tm) => (MONTHS[tm.month] ?? "").slice(0, 3),
  H: (tm) => two(tm.hour),
  I: (tm) => two(twelve(tm.hour)),
  j: (tm) => String(tm.yearDay + 1).padStart(3, "0"),
  k: (tm) => blank(tm.hour),
  l: (tm) => blank(twelve(tm.hour)),
  m: (tm) => two(tm.month + 1),
  M: (tm) => two(tm.minute),
  n: () => "\n",
  p: (tm) => tm.hour < 12 ? "AM" : "PM",
  P: (tm) => tm.hour < 12 ? "am" : "pm",
  q: (tm) => String(tm.milliseconds).padStart(3, "0"),
  Q: (tm) => `${String(tm.milliseconds).padStart(3, "0")}.000`,
  r: (tm) => `${compose(tm, "IMS", ":")} ${tm.hour < 12 ? "AM" : "PM"}`,
  R: (tm) => compose(tm, "HM", ":"),
  s: (tm) => String(Math.floor(tm.epochMilliseconds / 1000)),
  S: (tm) => two(tm.second),
  t: () => "\t",
  T: (tm) => compose(tm, "HMS", ":"),
  u: (tm) => String(tm.weekDay || 7),
  U: (tm) => two(Math.floor((tm.yearDay + 7 - tm.weekDay) / 7)),
  V: (tm) => two(isoWeek(tm).week),
  w: (tm) => String(tm.weekDay),
  W: (tm) => two(Math.floor((tm.yearDay + 7 - (tm.weekDay + 6) % 7) / 7)),
  x: (tm) => compose(tm, "mdy", "/"),
  X: (tm) => compose(tm, "HMS", ":"),
  y: (tm) => two(tm.year % 100),
  Y: (tm) => String(tm.year),
  z: (tm) => {
    const minutes = Math.abs(tm.offsetMinutes);
    return `${tm.offsetMinutes < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
  },
  Z: (tm) => tm.zone,
  "%": () => "%",
};

/** Several conversions with a separator between them. */
function compose(tm: BrokenDown, letters: string, separator: string): string {
  return [...letters].map((letter) => CONVERSIONS[letter]?.(tm) ?? "").join(separator);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function blank(value: number): string {
  return String(value).padStart(2, " ");
}

function twelve(hour: number): number {
  return hour % 12 || 12;
}

/** ISO 8601: week 1 is the one that holds the first Thursday. */
function isoWeek(tm: BrokenDown): { year: number; week: number } {
  const thursday = new Date(Date.UTC(tm.year, tm.month, tm.day + 4 - (tm.weekDay || 7)));
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return {
    year: thursday.getUTCFullYear(),
    week: 1 + Math.floor((thursday.getTime() - first) / (7 * 86_400_000)),
  };
}

function breakDown(epochMilliseconds: number, utc: boolean): BrokenDown {
  const date = new Date(epochMilliseconds);
  const offsetMinutes = utc ? 0 : -date.getTimezoneOffset();
  // The date whose UTC fields read like the local time.
  const shifted = new Date(epochMilliseconds + offsetMinutes * 60_000);
  const year = shifted.getUTCFullYear();
  return {
    year,
    month: shifted.getUTCMonth(),
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    milliseconds: shifted.getUTCMilliseconds(),
    weekDay: shifted.getUTCDay(),
    yearDay: Math.floor((shifted.getTime() - Date.UTC(year, 0, 1)) / 86_400_000),
    offsetMinutes,
    get zone() {
      return utc ? "GMT" : zoneOf(date);
    },
    epochMilliseconds,
  };
}

function zoneOf(date: Date): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZoneName: "short" }).formatToParts(date);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}
