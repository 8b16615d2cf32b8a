import { incompleteText } from "../media/damage.ts";
import type { Incomplete } from "../media/facts.ts";
import { byteOrderMark, csvLine } from "../media/csv.ts";

/** How one input ended. Times are milliseconds since 1970; unknown values are absent. */
export interface BatchRow {
  readonly job: string;
  /** The input's path below the input folder, as it was found. */
  readonly input: string;
  readonly durationMs?: number;
  readonly languageCode?: string;
  readonly words?: number;
  /** The mean confidence of the words that have one, 0–1. */
  readonly meanConfidence?: number;
  readonly engine?: string;
  /** Whether the engine is only a draft engine. */
  readonly draft?: true;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly finishedAt: number;
  /** Not all of the recording could be decoded: the results are of what could. */
  readonly incomplete?: Incomplete;
  /** Names of the files written to the output folder. */
  readonly files: readonly string[];
  readonly failure?: { readonly code: string; readonly message: string };
}

const common = ["job_name", "input", "duration_s", "language", "words", "mean_confidence"];
const times = ["engine", "created", "started", "finished", "elapsed_s"];
const completedColumns = [...common, ...times, "output_files", "state", "note"];
const failedColumns = [...common, ...times, "failure_code", "failure_reason"];

const iso = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();
const seconds = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : (Math.max(0, ms) / 1000).toFixed(3);

function fieldsOf(row: BatchRow): (string | number | undefined)[] {
  return [
    row.job,
    row.input,
    seconds(row.durationMs),
    row.languageCode,
    row.words,
    row.meanConfidence?.toFixed(4),
    row.draft === true ? `${row.engine} (draft)` : row.engine,
    iso(row.createdAt),
    iso(row.startedAt),
    iso(row.finishedAt),
    row.startedAt === undefined ? undefined : seconds(row.finishedAt - row.startedAt),
  ];
}

/** `complete`, or `incomplete` with how much of the recording there is. */
function stateOf({ incomplete }: BatchRow): [state: string, note: string | undefined] {
  return incomplete === undefined
    ? ["complete", undefined]
    : ["incomplete", incompleteText(incomplete)];
}

/** The completed jobs as a CSV file: RFC 4180, UTF-8 with a byte order mark. */
export function completedCsv(rows: readonly BatchRow[]): string {
  const done = rows.filter(({ failure }) => failure === undefined);
  const lines = done.map((row) =>
    csvLine([...fieldsOf(row), row.files.join("; "), ...stateOf(row)]),
  );
  return byteOrderMark + csvLine(completedColumns) + lines.join("");
}

/** The failed jobs, in the same form. */
export function failedCsv(rows: readonly BatchRow[]): string {
  const lines = rows.flatMap((row) =>
    row.failure === undefined
      ? []
      : [csvLine([...fieldsOf(row), row.failure.code, row.failure.message])],
  );
  return byteOrderMark + csvLine(failedColumns) + lines.join("");
}

/** The old and new names of files as CSV. */
export function renamesCsv(
  names: readonly { readonly input: string; readonly job: string; readonly renamedTo?: string }[],
): string {
  const lines = names.map(({ input, job, renamedTo }) => csvLine([input, job, renamedTo]));
  return byteOrderMark + csvLine(["original", "job_name", "renamed_to"]) + lines.join("");
}

/** `20261120T115057Z`: for the names of files that belong to one batch. */
export function stampOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}
