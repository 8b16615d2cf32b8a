import type { AttemptEnd, Effect } from "../../catalog/effect.ts";
import { outputsOf, type MediaRecord } from "../../catalog/record.ts";
import { applyWrite, type WhenEnded } from "../../catalog/rules.ts";
import type { Applied, Attempt, MetadataRecord, Write } from "../../catalog/write.ts";
import type { RecordedEvent } from "../../media/event.ts";
import type { SlotKind, Step } from "../../media/job.ts";
import type { Bucket } from "../../media/media.ts";

/** Bytes in the trash, and from when on they may be removed. */
interface Trashed {
  readonly bucket: Bucket;
  readonly version: string;
  readonly removeAt: number;
}

/** What occupies a slot. */
export interface HeldSlot {
  readonly attempt: string;
  readonly jobId: string;
  readonly step: Step;
  readonly kind: SlotKind;
  readonly session: string;
  readonly name: string;
  readonly version: string;
  readonly engine?: string;
  readonly externalId?: string;
  readonly acceptedAt?: number;
}

/**
 * A second home for records, in maps: it loads, applies the rules and saves, and knows none of them.
 * It is what the SQLite store is held against.
 */
export interface MemoryState {
  readonly records: Map<string, MediaRecord>;
  /** By version. */
  readonly kept: Map<string, { readonly record: MediaRecord; readonly until: number }>;
  /** By bucket and version. */
  readonly trash: Map<string, Trashed>;
  readonly events: (RecordedEvent & { readonly owner: string })[];
  readonly notices: Extract<Effect, { type: "notice" }>[];
  readonly slots: Map<string, HeldSlot>;
  /** Of the media files that are there, oldest first. */
  readonly attempts: Map<string, Attempt & { readonly version: string }>;
  /** In which order jobs were first enqueued. */
  readonly sequence: Map<string, number>;
  /** By media version. */
  readonly metadata: Map<string, MetadataRecord>;
  /** The records as they were when search was told of them, by name. */
  readonly found: Map<string, MediaRecord>;
  find(media: { name: string; version: string }, now: number): MediaRecord | undefined;
  isReferenced(bucket: Bucket, version: string): boolean;
  write(write: Write, now: number): Applied;
}

const keyOf = (bucket: Bucket, version: string): string => `${bucket}/${version}`;

export function createMemoryState(whenEnded: WhenEnded): MemoryState {
  let jobsSoFar = 0;
  const state: MemoryState = {
    records: new Map(),
    kept: new Map(),
    trash: new Map(),
    events: [],
    notices: [],
    slots: new Map(),
    attempts: new Map(),
    sequence: new Map(),
    metadata: new Map(),
    found: new Map(),
    isReferenced: (bucket, version) =>
      [...state.records.values()].some(({ stored }) =>
        stored.objects.some((one) => one.bucket === bucket && one.version === version),
      ),
    find({ name, version }, now) {
      const there = state.records.get(name);
      if (there?.media.version === version) return there;
      const kept = state.kept.get(version);
      if (kept === undefined || kept.until <= now) return undefined;
      const areThere = outputsOf(kept.record).every(
        (one) =>
          state.isReferenced(one.bucket, one.version) ||
          state.trash.has(keyOf(one.bucket, one.version)),
      );
      return areThere ? kept.record : undefined;
    },
    write(write, now) {
      const { name, twin: expected } = write.expect;
      const loaded = state.records.get(name);
      const twin = expected && state.find(expected, now);
      const result = applyWrite(loaded, write, { now, whenEnded, twin });
      if (result.state === "superseded") return "superseded";
      save(state, name, loaded, result.record, () => (jobsSoFar += 1));
      for (const effect of result.effects) saveEffect(state, result.record, effect, now);
      return "applied";
    },
  };
  return state;
}

function save(
  state: MemoryState,
  name: string,
  before: MediaRecord | undefined,
  after: MediaRecord | undefined,
  nextNumber: () => number,
): void {
  if (after === undefined) state.records.delete(name);
  else state.records.set(name, after);
  if (before !== undefined && before.media.version !== after?.media.version) {
    state.found.delete(name);
    for (const { id, version } of state.attempts.values())
      if (version === before.media.version) state.attempts.delete(id);
  }
  for (const { id } of before?.jobs ?? [])
    if (after?.jobs.some((job) => job.id === id) !== true) state.sequence.delete(id);
  let last = 0;
  for (const { id } of after?.jobs ?? []) {
    const known = state.sequence.get(id) ?? 0;
    last = known > last ? known : nextNumber();
    state.sequence.set(id, last);
  }
}

function endAttempt(state: MemoryState, attempt: string, end: AttemptEnd): void {
  state.slots.delete(attempt);
  const begun = state.attempts.get(attempt);
  if (begun !== undefined && begun.finishedAt === undefined)
    state.attempts.set(attempt, { ...begun, ...end });
}

function saveEffect(
  state: MemoryState,
  record: MediaRecord | undefined,
  effect: Effect,
  now: number,
): void {
  switch (effect.type) {
    case "event": {
      const { event, owner } = effect;
      return void state.events.push({ sequence: state.events.length + 1, at: now, event, owner });
    }
    case "notice":
      return void state.notices.push(effect);
    case "bytesGained":
      return void state.trash.delete(keyOf(effect.bucket, effect.version));
    case "bytesDropped": {
      const { bucket, version, removeAt } = effect;
      const key = keyOf(bucket, version);
      if (!state.trash.has(key) && !state.isReferenced(bucket, version))
        state.trash.set(key, { bucket, version, removeAt });
      return;
    }
    case "attemptStarted": {
      const { attempt, slot: kind, session } = effect;
      const { id, jobId, step } = attempt;
      const { name = "", version = "" } = record?.media ?? {};
      state.slots.set(id, { attempt: id, jobId, step, kind, session, name, version });
      return void state.attempts.set(id, { ...attempt, notes: [], version });
    }
    case "attemptAccepted": {
      const slot = state.slots.get(effect.attempt);
      const { engine, externalId } = effect;
      if (slot !== undefined)
        state.slots.set(effect.attempt, { ...slot, engine, externalId, acceptedAt: now });
      return;
    }
    case "attemptEnded":
      return endAttempt(state, effect.attempt, effect.end);
    case "keptForRename": {
      for (const [version, { until }] of state.kept) if (until <= now) state.kept.delete(version);
      const { record: removed, until } = effect;
      return void state.kept.set(removed.media.version, { record: removed, until });
    }
    case "takenOver":
      return void state.kept.delete(effect.version);
    case "transcriptPut":
      return void state.metadata.set(effect.version, effect.metadata);
    case "transcriptCopied": {
      const copied = state.metadata.get(effect.from);
      if (copied !== undefined)
        state.metadata.set(effect.version, { ...copied, JsonFile: effect.jsonFile });
      return;
    }
    case "indexed":
      if (record !== undefined) state.found.set(record.media.name, record);
      return;
    case "imported":
      return; // no imports here
    case "removed":
  }
}
