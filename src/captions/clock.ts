/** A time as `01:02:03.004`, with the separator of the format. Hours may have more than two digits. */
export function clock(ms: number, separator: "." | ","): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const whole = Math.round(ms);
  const hours = two(whole / 3_600_000);
  const minutes = two((whole / 60_000) % 60);
  const seconds = two((whole / 1000) % 60);
  return `${hours}:${minutes}:${seconds}${separator}${String(whole % 1000).padStart(3, "0")}`;
}
