import { parseCsv, withoutApostrophe } from "../media/csv.ts";
import { MediaError } from "../media/errors.ts";

/** A line of a summary, perhaps changed by a spreadsheet. */
export interface ListedJob {
  readonly job: string;
  /** The input's path as it was found; absent when its column is missing. */
  readonly input?: string;
}

/** The names by which a list may mean an input. */
export interface Choosable {
  readonly job: string;
  /** Its present name, and its name when it was found. */
  readonly inputs: readonly string[];
}

const marks = [
  { encoding: "utf-8", bytes: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", bytes: [0xff, 0xfe] },
  { encoding: "utf-16be", bytes: [0xfe, 0xff] },
];

/** A text as spreadsheets save it: UTF-8, or UTF-16 with a byte order mark. */
function decoded(bytes: Uint8Array): string {
  const mark = marks.find((one) => one.bytes.every((byte, index) => bytes[index] === byte));
  return new TextDecoder(mark?.encoding ?? "utf-8").decode(bytes);
}

/**
 * The jobs in a summary of failed jobs, which a spreadsheet may have saved.
 * @throws MediaError `invalid_argument` when it is no summary of a batch
 */
export function jobsInSummary(path: string, bytes: Uint8Array): ListedJob[] {
  const refuse = (why: string): never => {
    throw new MediaError("invalid_argument", `${path} ${why}`, {
      remedy: "Give it as the batch wrote it, or saved as CSV (UTF-8).",
    });
  };
  const text = decoded(bytes);
  if (text.includes("\0")) refuse("is neither UTF-8 nor UTF-16 with a byte order mark");
  const [head = [], ...rows] = parseCsv(text);
  const [job, input] = [head.indexOf("job_name"), head.indexOf("input")];
  if (job === -1 || !head.includes("failure_code"))
    refuse("is no summary of failed jobs: it has no columns job_name and failure_code");
  return rows.flatMap((row) => {
    const [name, from] = [row[job] ?? "", withoutApostrophe(row[input] ?? "")];
    if (name === "" && from === "") return [];
    return [from === "" ? { job: name } : { job: name, input: from }];
  });
}

/**
 * Which inputs are listed, by their job names. A file's name is compared before its job's name, because spreadsheets change
 * job names: they take `007` for a number and `2026-11-20` for a date.
 */
export function chooseListed(inputs: readonly Choosable[], listed: readonly ListedJob[]) {
  const byInput = Map.groupBy(
    inputs.flatMap((one) => [...new Set(one.inputs)].map((input) => ({ input, one }))),
    ({ input }) => input,
  );
  const byJob = new Map(inputs.map((one) => [one.job, one]));
  const chosen = new Set<string>();
  const missing: ListedJob[] = [];
  for (const line of listed) {
    const named = (byInput.get(line.input ?? "") ?? []).map(({ one }) => one);
    const exact = named.filter(({ job }) => job === line.job);
    const found = exact.length > 0 ? exact : named;
    const other = byJob.get(line.job);
    if (found.length === 0 && other !== undefined) found.push(other);
    if (found.length === 0) missing.push(line);
    for (const { job } of found) chosen.add(job);
  }
  return { chosen, missing };
}
