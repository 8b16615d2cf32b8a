import { indexedNames, indexedText } from "../../src/search/indexed-text.ts";
import type { DatabaseSync } from "node:sqlite";
import { partOf } from "../../src/media/job.ts";
import type { JobRecord, MediaRecord } from "../../src/catalog/record.ts";
import type { MemoryState } from "../../src/state/memory/state.fixture.ts";

/** What stands in the tables, in the order of the text; what rules do not decide is left out. */
export function readTables(database: DatabaseSync, now: number): Record<string, unknown[]> {
  const all = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  return {
    media: all(
      `SELECT name, version, owner, sha256, type, facts, state, created_at, updated_at
       FROM media ORDER BY name`,
    ),
    jobs: all(
      `SELECT id, name, version, owner, step, part, kind, priority, state, current, requested_by,
         attempts, deaths, attempt, session, cancel_requested, reason, failure, enqueued_at,
         started_at, finished_at FROM jobs ORDER BY seq`,
    ),
    delayed: all(
      `SELECT id, run_after FROM jobs WHERE state = 'queued' AND run_after > ${now} ORDER BY seq`,
    ),
    attempts: all("SELECT * FROM attempts ORDER BY id"),
    slots: all("SELECT attempt, kind, version, session FROM held_slots ORDER BY attempt"),
    objects: all("SELECT bucket, key, version, media_version FROM objects ORDER BY bucket, key"),
    trash: all("SELECT bucket, version, after FROM trash ORDER BY bucket, version"),
    renditions: all("SELECT media_version, rendition, key, engine FROM renditions ORDER BY 1, 2"),
    labels: all("SELECT label, name, media_version, type FROM labels ORDER BY name, label"),
    transcripts: all(
      `SELECT media_version, language_code, draft, json_file FROM transcripts ORDER BY media_version`,
    ),
    metadata: all("SELECT json_file, media_version, record FROM metadata ORDER BY json_file"),
    search: all(
      `SELECT media.name, search.labels, search.transcript
       FROM search JOIN media ON media.id = search.rowid ORDER BY media.name`,
    ).map((row) => ({ ...row, labels: sortedWords(String(row["labels"])) })),
    events: all("SELECT at, name, version, event, owner FROM events ORDER BY sequence"),
    notices: all("SELECT topic, run FROM notifications ORDER BY sequence"),
    kept: all(
      `SELECT version, name, owner, sha256, until FROM tombstones WHERE until > ${now} ORDER BY 1`,
    ),
  };
}

/** In which order labels are searched does not matter. */
const sortedWords = (text: string): string => text.split(" ").toSorted().join(" ");
const orNull = <T>(value: T | undefined): T | null => value ?? null;
const json = (value: unknown): string | null =>
  value === undefined ? null : JSON.stringify(value);
const by =
  <T>(key: (of: T) => string) =>
  (a: T, b: T): number =>
    key(a) < key(b) ? -1 : 1;

function jobRow(owner: string, job: JobRecord) {
  return {
    id: job.id,
    name: job.name,
    version: job.version,
    owner,
    step: job.step,
    part: partOf(job),
    kind: job.slot.kind,
    priority: job.slot.priority,
    state: job.state,
    current: job.isCurrent ? 1 : 0,
    requested_by: orNull(job.request?.session),
    attempts: job.attempts,
    deaths: job.deaths,
    attempt: orNull(job.running?.attempt),
    session: orNull(job.running?.session),
    cancel_requested: job.running?.isCancelRequested === true ? 1 : 0,
    reason: orNull(job.reason),
    failure: json(job.failure),
    enqueued_at: job.enqueuedAt,
    started_at: orNull(job.startedAt),
    finished_at: orNull(job.finishedAt),
  };
}

function textTables({ metadata }: MemoryState, records: readonly MediaRecord[]) {
  const withText = records.flatMap(({ media: { version }, stored: { transcript } }) =>
    transcript === undefined ? [] : [{ version, transcript }],
  );
  return {
    transcripts: withText
      .map(({ version, transcript }) => ({
        media_version: version,
        language_code: transcript.languageCode,
        draft: transcript.draft ? 1 : 0,
        json_file: transcript.jsonFile,
      }))
      .toSorted(by((row) => row.media_version)),
    metadata: withText
      .map(({ version, transcript }) => ({
        json_file: transcript.jsonFile,
        media_version: version,
        record: JSON.stringify(metadata.get(version)),
      }))
      .toSorted(by((row) => row.json_file)),
  };
}

/** What should stand in the tables, by the state in memory. */
export function expectedTables(state: MemoryState, now: number): Record<string, unknown[]> {
  const records = [...state.records.values()].toSorted(by(({ media }) => media.name));
  const jobs = records
    .flatMap(({ media, jobs: ofMedia }) => ofMedia.map((job) => ({ owner: media.owner, job })))
    .toSorted((a, b) => (state.sequence.get(a.job.id) ?? 0) - (state.sequence.get(b.job.id) ?? 0));
  return {
    media: records.map(({ media }) => ({
      name: media.name,
      version: media.version,
      owner: media.owner,
      sha256: media.sha256,
      type: orNull(media.type),
      facts: json(media.facts),
      state: media.state,
      created_at: media.createdAt,
      updated_at: media.updatedAt,
    })),
    jobs: jobs.map(({ owner, job }) => jobRow(owner, job)),
    delayed: jobs.flatMap(({ job: { id, state: is, runAfter } }) =>
      is === "queued" && runAfter !== undefined && runAfter > now
        ? [{ id, run_after: runAfter }]
        : [],
    ),
    attempts: [...state.attempts.values()].toSorted(by(({ id }) => id)).map((one) => ({
      id: one.id,
      job_id: one.jobId,
      version: one.version,
      step: one.step,
      started_at: one.startedAt,
      finished_at: orNull(one.finishedAt),
      outcome: orNull(one.outcome),
      failure: json(one.failure),
      details: json(one.details),
      notes: JSON.stringify(one.notes),
    })),
    slots: [...state.slots.values()]
      .toSorted(by(({ attempt }) => attempt))
      .map(({ attempt, kind, version, session }) => ({ attempt, kind, version, session })),
    objects: records
      .flatMap(({ media, stored }) =>
        stored.objects.map(({ bucket, key, version }) => ({
          bucket,
          key,
          version,
          media_version: media.version,
        })),
      )
      .toSorted(by(({ bucket, key }) => `${bucket}/${key}`)),
    trash: [...state.trash.values()]
      .toSorted(by(({ bucket, version }) => `${bucket}/${version}`))
      .map(({ bucket, version, removeAt }) => ({ bucket, version, after: removeAt })),
    ...textTables(state, records),
    renditions: records
      .flatMap(({ media, stored }) =>
        stored.renditions.map(({ rendition, object, engine }) => ({
          media_version: media.version,
          rendition,
          key: object.key,
          engine,
        })),
      )
      .toSorted(by((row) => `${row.media_version} ${row.rendition}`)),
    notices: state.notices.map(({ topic, run }) => ({ topic, run })),
    labels: records.flatMap(({ media, stored }) =>
      stored.labels.toSorted(by(({ name }) => name)).map((label) => ({
        label: label.name,
        name: media.name,
        media_version: media.version,
        type: orNull(media.type),
      })),
    ),
    search: [...state.found.values()]
      .toSorted(by(({ media }) => media.name))
      .map(({ media, stored: { labels, transcript } }) => ({
        name: media.name,
        labels: sortedWords(indexedNames(labels.map(({ name }) => name))),
        transcript: indexedText((transcript?.beginning ?? "").split(" ")).text,
      })),
    events: state.events.map(({ at, event, owner }) => ({
      at,
      name: event.name,
      version: event.version,
      event: JSON.stringify(event),
      owner,
    })),
    kept: [...state.kept.values()]
      .filter(({ until }) => until > now)
      .map(({ record: { media }, until }) => ({
        version: media.version,
        name: media.name,
        owner: media.owner,
        sha256: media.sha256,
        until,
      }))
      .toSorted(by(({ version }) => version)),
  };
}
