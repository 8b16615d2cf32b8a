const units = [
  { name: "hour", ms: 3_600_000 },
  { name: "minute", ms: 60_000 },
  { name: "second", ms: 1000 },
] as const;

/** A length for people, in the largest unit of which there is one: `1.5 hours`, `8 minutes`, `0.4 seconds`. */
export function lengthText(ms: number): string {
  const { name, ms: unit } = units.find((one) => ms >= one.ms) ?? units[2];
  const count = (ms / unit).toLocaleString("en", { maximumFractionDigits: 1 });
  return `${count} ${name}${count === "1" ? "" : "s"}`;
}
