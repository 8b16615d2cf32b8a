import { MediaError } from "../../media/errors.ts";
import type { MediaEvent } from "../../media/event.ts";
import type { EndState, StoredObject } from "../../media/media.ts";
import type { MediaRecord } from "../record.ts";
import type { Change, FileStamp, NewMedia } from "../write.ts";
import { checkName, recordOf, type Draft } from "./draft.ts";
import { putObject } from "./outputs.ts";

/** How a media file arrives, ends its run, and goes. */

function dropBytes(draft: Draft, { stored }: MediaRecord, removeAt: number): void {
  for (const { bucket, version } of stored.objects)
    draft.effects.push({ type: "bytesDropped", bucket, version, removeAt });
}

/** A new version: what an older version had is dropped, bytes and all. */
export function putMedia(draft: Draft, media: NewMedia, source: StoredObject): void {
  const { record, now } = draft;
  checkName(draft, media.name);
  if (record !== undefined) dropBytes(draft, record, now);
  draft.owner = media.owner;
  draft.record = {
    media: { ...media, state: "processing", createdAt: now, updatedAt: now },
    jobs: [],
    stored: { objects: [], renditions: [], labels: [], isIndexed: false },
  };
  putObject(draft, media.version, source);
}

export function noteFile(draft: Draft, version: string, file: FileStamp): void {
  recordOf(draft, version);
  draft.effects.push({ type: "imported", version, file });
}

/** Delete wins: nothing is left but the bytes, for as long as a rename may take. */
export function removeMedia(draft: Draft, name: string, keepBytesMs: number): void {
  const { record, now } = draft;
  checkName(draft, name);
  if (record === undefined) return;
  const until = now + keepBytesMs;
  if (keepBytesMs > 0 && record.media.facts !== undefined)
    draft.effects.push({ type: "keptForRename", record, until });
  dropBytes(draft, record, until);
  draft.effects.push({ type: "removed", name });
  draft.record = undefined;
}

/** An event belongs to the media file's owner, also after the media file is gone. */
export function recordEvent(draft: Draft, event: MediaEvent): void {
  const { record, owner } = draft;
  checkName(draft, event.name);
  if (owner === undefined)
    throw new MediaError("internal", `an event of ${event.name}, which is not there`);
  draft.effects.push({ type: "event", event, owner });
  if (event.type === "transcription.requested" && record !== undefined)
    draft.record = { ...record, transcriptionOptions: event.speech };
}

export function endRun(draft: Draft, version: string, state: EndState): void {
  const record = recordOf(draft, version);
  draft.record = { ...record, media: { ...record.media, state, updatedAt: draft.now } };
}

/** The same outcome of the same jobs is told once. */
export function notify(draft: Draft, notice: Extract<Change, { type: "notify" }>): void {
  const { topic, run, content } = notice;
  const record = recordOf(draft, content.version);
  if (record.told?.topic === topic && record.told.run === run) return;
  draft.record = { ...record, told: { topic, run } };
  draft.effects.push({ type: "notice", topic, run, content });
}
