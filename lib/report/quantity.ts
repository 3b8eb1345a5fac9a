/** Bytes and times in words, short and in plain ASCII. */

const UNITS = ["B", "KB", "MB", "GB", "TB", "PB"] as const;

/** Decimal units: "612 B", "39.2 KB", "1.2 GB". */
export function bytesText(bytes: number): string {
  let unit = 0;
  let value = bytes;
  // 999.95 would be shown as 1000.0, 999.5 (a rate) as 1000
  while (value >= (unit === 0 ? 999.5 : 999.95) && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(unit === 0 ? 0 : 1)} ${UNITS[unit]}`;
}

/** "0.4 s", "59.9 s", "7:12 min", "2:03:40 h". */
export function secondsText(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)} h` : `${minutes}:${two(rest)} min`;
}

/** "1 file", "3 files". */
export function filesText(count: number): string {
  return `${count} ${count === 1 ? "file" : "files"}`;
}
