import { language } from "./words.ts";

/** A time or length as people write it: `0:07`, `3:12`, `1:02:07`. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours = 0, minutes = 0, rest = 0] = parts;
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** `4.2 GB`, in powers of 1,000. */
export function bytes(size: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const power = Math.min(4, Math.floor(Math.log10(Math.max(1, size)) / 3));
  const value = size / 1_000 ** power;
  return value.toLocaleString(language.value, {
    style: "unit",
    unit: units[power] ?? "byte",
    unitDisplay: power === 0 ? "long" : "short",
    maximumFractionDigits: value < 10 && power > 0 ? 1 : 0,
  });
}

/** About how long: `8 sec`, `3 min`, `2 hr`. */
export function about(ms: number): string {
  const [value, unit] =
    ms < 60_000
      ? [Math.max(1, Math.ceil(ms / 1_000)), "second"]
      : ms < 3_600_000
        ? [Math.round(ms / 60_000), "minute"]
        : [Math.round(ms / 360_000) / 10, "hour"];
  return value.toLocaleString(language.value, { style: "unit", unit, unitDisplay: "short" });
}

/** A date with its time, in the reader's own way. */
export function date(iso: string): string {
  return new Date(iso).toLocaleString(language.value, { dateStyle: "medium", timeStyle: "short" });
}
