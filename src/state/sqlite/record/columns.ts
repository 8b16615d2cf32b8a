import type { SQLInputValue } from "node:sqlite";
import { partOf } from "../../../media/job.ts";
import type { JobRecord, MediaRecord } from "../../../catalog/record.ts";
import type { Sql } from "../statements.ts";

/** A column, and what stands in it. Objects are kept as JSON, truth as 1 and 0, what is absent as NULL. */
type Column<T> = readonly [name: string, value: (of: T) => unknown];

const fixedMediaColumns: readonly Column<MediaRecord>[] = [
  ["name", ({ media }) => media.name],
  ["version", ({ media }) => media.version],
  ["owner", ({ media }) => media.owner],
  ["sha256", ({ media }) => media.sha256],
  ["size_bytes", ({ media }) => media.sizeBytes],
  ["origin", ({ media }) => media.origin],
  ["created_at", ({ media }) => media.createdAt],
];

const mediaColumns: readonly Column<MediaRecord>[] = [
  ["type", ({ media }) => media.type],
  ["facts", ({ media }) => media.facts],
  ["state", ({ media }) => media.state],
  ["updated_at", ({ media }) => media.updatedAt],
  ["told", ({ told }) => told],
  ["transcription_options", ({ transcriptionOptions }) => transcriptionOptions],
];

/** A job with its owner: jobs are listed by owner. */
interface OwnedJob {
  readonly job: JobRecord;
  readonly owner: string;
}

const fixedJobColumns: readonly Column<OwnedJob>[] = [
  ["id", ({ job }) => job.id],
  ["name", ({ job }) => job.name],
  ["version", ({ job }) => job.version],
  ["owner", ({ owner }) => owner],
  ["step", ({ job }) => job.step],
  ["part", ({ job }) => partOf(job)],
  ["settings", ({ job }) => job.settings],
  ["kind", ({ job }) => job.slot.kind],
  ["priority", ({ job }) => job.slot.priority],
];

const jobColumns: readonly Column<JobRecord>[] = [
  ["state", (job) => job.state],
  ["current", (job) => job.isCurrent],
  ["requested_by", (job) => job.request?.session],
  ["only_steps", (job) => job.request?.only],
  ["attempts", (job) => job.attempts],
  ["deaths", (job) => job.deaths],
  ["run_after", (job) => job.runAfter],
  ["attempt", (job) => job.running?.attempt],
  ["session", (job) => job.running?.session],
  ["external_id", (job) => job.running?.externalId],
  // reported live, by the attempt that runs: written here only when an attempt begins or ends
  ["progress", (job) => (job.running === undefined ? undefined : null)],
  ["cancel_requested", (job) => job.running?.isCancelRequested ?? false],
  ["reason", (job) => job.reason],
  ["failure", (job) => job.failure],
  ["enqueued_at", (job) => job.enqueuedAt],
  ["started_at", (job) => job.startedAt],
  ["finished_at", (job) => job.finishedAt],
];

function inSql(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" || typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return JSON.stringify(value);
}

/** A table's columns, and the texts of its statements, each of which is made once. */
interface Table<T> {
  readonly columns: readonly Column<T>[];
  readonly insert: string;
  /** By which columns it sets: bit n stands for column n. */
  readonly updates: Map<number, string>;
  readonly updateOf: (changed: readonly string[]) => string;
}

function table<T>(name: string, key: string, columns: readonly Column<T>[]): Table<T> {
  const names = columns.map(([column]) => column).join(", ");
  const places = columns.map(() => "?").join(", ");
  return {
    columns,
    insert: `INSERT INTO ${name} (${names}) VALUES (${places})`,
    updates: new Map(),
    updateOf: (changed) =>
      `UPDATE ${name} SET ${changed.map((column) => `${column} = ?`).join(", ")} WHERE ${key} = ?`,
  };
}

function insert<T>(sql: Sql, to: Table<T>, row: T) {
  return sql(to.insert).run(...to.columns.map(([, value]) => inSql(value(row))));
}

/** Writes the columns that differ, so that the indexes of the others are left alone. */
function update<T>(
  sql: Sql,
  { columns, updates, updateOf }: Table<T>,
  { id, before, after }: { id: SQLInputValue; before: T; after: T },
): void {
  const changed: Column<T>[] = [];
  let bits = 0;
  for (const [place, column] of columns.entries())
    if (column[1](before) !== column[1](after)) {
      changed.push(column);
      bits += 2 ** place;
    }
  if (changed.length === 0) return;
  const text = updates.get(bits) ?? updateOf(changed.map(([column]) => column));
  updates.set(bits, text);
  sql(text).run(...changed.map(([, value]) => inSql(value(after))), id);
}

const mediaTable = table("media", "id", [...fixedMediaColumns, ...mediaColumns]);
const jobTable = table("jobs", "id", jobColumns);
const newJobTable = table<OwnedJob>("jobs", "id", [
  ...fixedJobColumns,
  ...jobColumns.map(([name, value]): Column<OwnedJob> => [name, ({ job }) => value(job)]),
]);

/** Returns the row's id. */
export function insertMedia(sql: Sql, record: MediaRecord): number {
  return Number(insert(sql, mediaTable, record).lastInsertRowid);
}

export function updateMedia(sql: Sql, id: number, before: MediaRecord, after: MediaRecord): void {
  const isSame =
    before.media === after.media &&
    before.told === after.told &&
    before.transcriptionOptions === after.transcriptionOptions;
  if (!isSame) update(sql, mediaTable, { id, before, after });
}

export function insertJob(sql: Sql, job: JobRecord, owner: string): void {
  insert(sql, newJobTable, { job, owner });
}

export function updateJob(sql: Sql, before: JobRecord, after: JobRecord): void {
  update(sql, jobTable, { id: after.id, before, after });
}
