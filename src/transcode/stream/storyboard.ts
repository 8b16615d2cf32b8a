import type { PlannedStoryboard } from "./plan.ts";

/** 00:01:02.000 */
function clock(ms: number): string {
  const part = (value: number, digits = 2) => String(Math.floor(value)).padStart(digits, "0");
  const hours = part(ms / 3_600_000);
  return `${hours}:${part((ms / 60_000) % 60)}:${part((ms / 1000) % 60)}.${part(ms % 1000, 3)}`;
}

/** A WebVTT file that says which part of the picture shows which time, as players read it (media fragments). */
export function storyboardVtt(
  { picture: { width, height }, everyMs, columns, rows }: PlannedStoryboard,
  durationMs: number,
): string {
  const count = Math.min(columns * rows, Math.ceil(durationMs / everyMs));
  const cues = Array.from({ length: count }, (_, at) => {
    const [x, y] = [(at % columns) * width, Math.floor(at / columns) * height];
    const end = at === count - 1 ? durationMs : (at + 1) * everyMs;
    return `${clock(at * everyMs)} --> ${clock(end)}\nstoryboard.jpg#xywh=${x},${y},${width},${height}\n`;
  });
  return `WEBVTT\n\n${cues.join("\n")}`;
}
