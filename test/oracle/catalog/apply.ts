import { recordEvent, finalizeMedia } from "./settle.ts";
import type { Sql } from "../../../src/state/sqlite/statements.ts";
import { MediaError } from "../../../src/media/errors.ts";
import type { Applied, Change, Expectation, Write } from "../catalog-port.ts";
import * as jobs from "./job-changes.ts";
import * as media from "./media-changes.ts";
import { adopt, isTwinThere } from "./twins.ts";

/** One write holds at most this many changes: what DynamoDB's transactions allow. */
const maxChanges = 100;

function isMet(sql: Sql, expect: Expectation, now: number): boolean {
  const row = sql("SELECT version FROM media WHERE name = ?").get(expect.name);
  if ((row?.["version"] ?? null) !== expect.version) return false;
  if (expect.twin !== undefined && !isTwinThere(sql, expect.twin, now)) return false;
  if (expect.attempt === undefined) return true;
  return (
    sql("SELECT 1 FROM jobs WHERE attempt = ? AND version = ? AND current = 1").get(
      expect.attempt,
      expect.version,
    ) !== undefined
  );
}

function write(sql: Sql, name: string, metadataTable: string, change: Change, now: number): void {
  switch (change.type) {
    case "putMedia":
      return media.putMedia(sql, change.media, change.source, now);
    case "setFacts":
      return media.setFacts(sql, change.version, change.facts, now);
    case "removeMedia":
      return media.removeMedia(sql, change.name, change.keepBytesMs, now);
    case "enqueue":
      return jobs.enqueueJob(sql, change.job, change.request, now);
    case "skip":
      return jobs.skipJob(sql, change.job, change.reason, now);
    case "retry":
      return jobs.retryJob(sql, change.jobId, change.request, now);
    case "cancel":
      return jobs.cancelJob(sql, change.jobId, now);
    case "redo":
      return jobs.redoJob(sql, change.jobId, change.waits ?? false, now);
    case "adopt":
      return adopt(sql, { name, version: change.version }, change.from, now);
    case "finishJob":
      return jobs.finishJob(sql, change.attempt, change.outcome, now);
    case "putRendition":
      return media.putRendition(sql, change.version, change.rendition, now);
    case "putOutput":
      return media.putObject(sql, change.version, change.object, now);
    case "putLabels":
      return media.putLabels(sql, name, change.version, change.labels);
    case "putTranscript":
      return media.putTranscript(
        sql,
        change.version,
        change.transcript,
        change.metadata,
        metadataTable,
      );
    case "index":
      return media.indexMedia(sql, change.version);
    case "event":
      return recordEvent(sql, change.event, now);
    case "settle":
      return finalizeMedia(sql, change.version, now);
  }
}

/** @throws MediaError `internal` when there are more changes than a write holds */
export function checkWrite({ changes }: Write): void {
  if (changes.length <= maxChanges) return;
  throw new MediaError("internal", `a write of ${changes.length} changes; ${maxChanges} fit`);
}

/** One write, within the transaction that its caller has begun. `now`: milliseconds since 1970, UTC. */
export function applyWrite(
  sql: Sql,
  { expect, changes }: Write,
  { metadataTable, now }: { readonly metadataTable: string; readonly now: number },
): Applied {
  if (!isMet(sql, expect, now)) return "superseded";
  for (const change of changes) write(sql, expect.name, metadataTable, change, now);
  return "applied";
}
