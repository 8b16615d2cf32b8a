import type { Change } from "../catalog/catalog.ts";
import type { Cue } from "../media/cue.ts";
import { subtitleFormats, subtitleKey } from "../media/keys.ts";
import { keptSubtitles, trackText } from "../media/tracks.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { putText } from "../objects/stored.ts";
import type { StepContext, StepOutcome } from "../queue/step.ts";
import { srt } from "./srt.ts";
import { webVtt } from "./webvtt.ts";

export const captionTypes = {
  vtt: "text/vtt; charset=utf-8",
  srt: "application/x-subrip; charset=utf-8",
} as const;

/** Each track in both formats, under its number and language. */
export async function keepSubtitles(
  objects: ObjectStore,
  { media: { name, version, facts } }: StepContext,
  streams: readonly number[],
  read: readonly (readonly Cue[] | undefined)[],
): Promise<StepOutcome> {
  const kept = keptSubtitles(facts?.tracks);
  const changes: Change[] = [];
  const notes: string[] = [];
  for (const [index, cues] of read.entries()) {
    const track = kept.find(({ streamIndex }) => streamIndex === streams[index]);
    if (track === undefined) continue;
    if (cues === undefined) {
      notes.push(`subtitle track ${trackText(track)} could not be converted`);
      continue;
    }
    const texts = { vtt: webVtt(cues, track.title ? { note: track.title } : {}), srt: srt(cues) };
    for (const format of subtitleFormats) {
      const place = { bucket: "outputs", key: subtitleKey(name, track, format) } as const;
      const object = await putText(objects, place, texts[format], captionTypes[format]);
      changes.push({ type: "putOutput", version, object });
    }
    notes.push(`subtitle track ${trackText(track)}: ${cues.length} captions`);
  }
  return { changes, events: [], notes };
}
