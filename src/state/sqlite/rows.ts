import type { Row } from "./statements.ts";
import { parsed } from "./statements.ts";
import type { MediaFacts } from "../../media/facts.ts";
import type { Job, JobFailure, JobSettings, JobState, SkipReason, Step } from "../../media/job.ts";
import type { LabelSummary } from "../../media/label.ts";
import type {
  Bucket,
  Media,
  MediaState,
  MediaType,
  Rendition,
  RenditionName,
  StoredObject,
} from "../../media/media.ts";
import type { RecordedEvent } from "../../media/event.ts";
import type { Attempt } from "../../catalog/catalog.ts";

type Value = Row[string] | undefined;

/** `{[field]: read(value)}`, or nothing where the column is NULL: unknown is absent. */
function optional<K extends string, T>(
  field: K,
  value: Value,
  read: (value: NonNullable<Value>) => T,
): { [P in K]?: T } {
  return value === null || value === undefined
    ? {}
    : ({ [field]: read(value) } as { [P in K]?: T });
}

export function mediaOf(row: Row): Media {
  return {
    name: String(row["name"]),
    version: String(row["version"]),
    owner: String(row["owner"]),
    sha256: String(row["sha256"]),
    sizeBytes: Number(row["size_bytes"]),
    ...optional("origin", row["origin"], String),
    ...optional("type", row["type"], (type) => type as MediaType),
    ...optional("facts", row["facts"], parsed<MediaFacts>),
    state: row["state"] as MediaState,
    createdAt: Number(row["created_at"]),
    updatedAt: Number(row["updated_at"]),
  };
}

export function jobOf(row: Row): Job {
  return {
    id: String(row["id"]),
    name: String(row["name"]),
    version: String(row["version"]),
    step: row["step"] as Step,
    settings: parsed(row["settings"]),
    state: row["state"] as JobState,
    attempts: Number(row["attempts"]),
    enqueuedAt: Number(row["enqueued_at"]),
    ...optional("request", row["requested_by"], (session) => ({
      session: String(session),
      ...optional("only", row["only_steps"], parsed<Step[]>),
      ...optional("posterAtMs", row["poster_at_ms"], Number),
      ...optional("profile", row["profile"], parsed<JobSettings>),
    })),
    ...optional("startedAt", row["started_at"], Number),
    ...optional("finishedAt", row["finished_at"], Number),
    ...optional("runAfter", row["run_after"], Number),
    ...optional("progress", row["progress"], (text) => parsed<NonNullable<Job["progress"]>>(text)),
    ...optional("reason", row["reason"], (reason) => reason as SkipReason),
    ...optional("failure", row["failure"], parsed<JobFailure>),
  };
}

export function attemptOf(row: Row): Attempt {
  return {
    id: String(row["id"]),
    jobId: String(row["job_id"]),
    step: row["step"] as Step,
    startedAt: Number(row["started_at"]),
    ...optional("finishedAt", row["finished_at"], Number),
    ...optional("outcome", row["outcome"], (o) => o as NonNullable<Attempt["outcome"]>),
    ...optional("failure", row["failure"], parsed<JobFailure>),
    ...optional("details", row["details"], parsed<Record<string, unknown>>),
    notes: parsed(row["notes"]),
  };
}

export function objectOf(row: Row): StoredObject {
  return {
    bucket: row["bucket"] as Bucket,
    key: String(row["key"]),
    version: String(row["version"]),
    sha256: String(row["sha256"]),
    sizeBytes: Number(row["size_bytes"]),
    contentType: String(row["content_type"]),
  };
}

/** A row of `renditions` joined with its `objects` row. */
export function renditionOf(row: Row): Rendition {
  return {
    rendition: row["rendition"] as RenditionName,
    object: objectOf(row),
    ...optional("width", row["width"], Number),
    ...optional("height", row["height"], Number),
    ...optional("durationMs", row["duration_ms"], Number),
    engine: String(row["engine"]),
    copied: row["copied"] === 1,
  };
}

export function labelOf(row: Row): LabelSummary {
  return {
    name: String(row["label"]),
    confidence: Number(row["confidence"]),
    parents: parsed(row["parents"]),
  };
}

export function eventOf(row: Row): RecordedEvent {
  return {
    sequence: Number(row["sequence"]),
    at: Number(row["at"]),
    event: parsed(row["event"]),
  };
}
