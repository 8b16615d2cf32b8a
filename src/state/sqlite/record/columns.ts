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
  ["poster_at_ms", (job) => job.request?.posterAtMs],
  ["profile", (job) => job.request?.profile],
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

/** A table's columns, and the texts of its statements by the columns that they set, each made once. */
interface Table<T> {
  readonly columns: readonly Column<T>[];
  readonly texts: Map<number, string>;
  readonly textOf: (columns: readonly string[]) => string;
}

function table<T>(columns: readonly Column<T>[], textOf: Table<T>["textOf"]): Table<T> {
  return { columns, texts: new Map(), textOf };
}

const insertInto = (name: string) => (columns: readonly string[]) =>
  `INSERT INTO ${name} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;

const updateOf = (name: string) => (columns: readonly string[]) =>
  `UPDATE ${name} SET ${columns.map((column) => `${column} = ?`).join(", ")} WHERE id = ?`;

/** Runs the statement that sets the columns in which two rows differ; undefined when there are none. */
function run<T>(
  sql: Sql,
  { columns, texts, textOf }: Table<T>,
  { before, after }: { before: T | undefined; after: T },
  ...id: readonly SQLInputValue[]
) {
  const names: string[] = [];
  const values: SQLInputValue[] = [];
  let bits = 0; // bit n stands for column n
  for (let place = 0; place < columns.length; place += 1) {
    const [name, valueOf] = columns[place] ?? ["", () => undefined];
    const value = valueOf(after);
    if (value === (before === undefined ? undefined : valueOf(before))) continue;
    names.push(name);
    values.push(inSql(value));
    bits += 2 ** place;
  }
  if (names.length === 0) return undefined;
  const text = texts.get(bits) ?? textOf(names);
  texts.set(bits, text);
  return sql(text).run(...values, ...id);
}

const allMediaColumns = [...fixedMediaColumns, ...mediaColumns];
const newMedia = table(allMediaColumns, insertInto("media"));
const knownMedia = table(mediaColumns, updateOf("media"));
const newJob = table<OwnedJob>(
  [
    ...fixedJobColumns,
    ...jobColumns.map(([name, value]): Column<OwnedJob> => [name, ({ job }) => value(job)]),
  ],
  insertInto("jobs"),
);
const knownJob = table(jobColumns, updateOf("jobs"));

/** Returns the row's id. */
export function insertMedia(sql: Sql, record: MediaRecord): number {
  return Number(run(sql, newMedia, { before: undefined, after: record })?.lastInsertRowid);
}

export function updateMedia(sql: Sql, id: number, before: MediaRecord, after: MediaRecord): void {
  const isSame =
    before.media === after.media &&
    before.told === after.told &&
    before.transcriptionOptions === after.transcriptionOptions;
  if (!isSame) run(sql, knownMedia, { before, after }, id);
}

export function insertJob(sql: Sql, job: JobRecord, owner: string): void {
  run(sql, newJob, { before: undefined, after: { job, owner } });
}

/** The indexes of columns that stay are left alone. */
export function updateJob(sql: Sql, before: JobRecord, after: JobRecord): void {
  // jobs are found by their text id, not by the number of their row
  run(sql, knownJob, { before, after }, after.id);
}
