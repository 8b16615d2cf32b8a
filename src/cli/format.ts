/** Figures for people. Programs get exact ones with --json. */

const two = (value: number): string => String(value).padStart(2, "0");

/** A duration of work: `0.4s`, `5.8s`, `42s`, `3m 05s`, `1h 02m`. */
export function formatElapsed(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
}

/** A time in a media file, or its duration, cut to tenths: `0:00:05.8`. */
export function formatMediaTime(ms: number): string {
  const tenths = Math.floor(ms / 100);
  const seconds = Math.floor(tenths / 10);
  const minutes = Math.floor(seconds / 60);
  const clock = `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return `${clock}.${tenths % 10}`;
}

const sizeUnits = ["kB", "MB", "GB", "TB", "PB"];

/** A size in decimal units, three figures: `999 B`, `1.23 MB`, `45.6 MB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes / 1000;
  let unit = 0;
  // 999.5 would read "1000 kB".
  while (value >= 999.5 && unit < sizeUnits.length - 1) [value, unit] = [value / 1000, unit + 1];
  const decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return `${value.toFixed(decimals)} ${sizeUnits[unit]}`;
}

/** A moment in this machine's time zone: `2026-11-20 08:38:02`. */
export function formatMoment(at: number): string {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A part of a whole, rounded down so that 100 % means all: `62%`. */
export function formatFraction(fraction: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)}%`;
}

/** Media seconds processed per second: `4.1×`, `120×`. */
export function formatSpeed(speed: number): string {
  return `${speed.toFixed(speed < 99.95 ? 1 : 0)}×`;
}

/** `1 file`, `2 files`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
