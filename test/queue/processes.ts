import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Catalog, Change } from "../../src/catalog/catalog.ts";
import type { MediaFacts } from "../../src/media/facts.ts";
import { newJob, type SlotKind, type Step } from "../../src/media/job.ts";
import type { Slots } from "../../src/queue/job-queue.ts";

/** The instructions for a process. */
export interface Order {
  readonly path: string;
  readonly slots: Slots;
  /** How long a job takes on average. */
  readonly jobMs: number;
  /** Stops claiming after this time, if jobs are left by then. */
  readonly forMs: number;
  /** The share of jobs that it returns unfinished, 0–1. */
  readonly returnRate: number;
  /** Kills itself with SIGKILL while it holds this job, counted from 1. */
  readonly dieAfter?: number;
}

/** The output of a process. `at`: milliseconds of the machine's monotonic clock. */
export type Line =
  | {
      readonly type: "begin";
      readonly at: number;
      readonly job: string;
      readonly attempt: string;
      readonly kind: SlotKind;
      readonly version: string;
    }
  | { readonly type: "end"; readonly at: number; readonly attempt: string }
  | { readonly type: "claimed"; readonly tookMs: number }
  | { readonly type: "applied" | "superseded"; readonly job: string };

export interface Ended {
  readonly lines: readonly Line[];
  readonly stderr: string;
  readonly signal: NodeJS.Signals | null;
}

const program = fileURLToPath(new URL("./worker-process.ts", import.meta.url));

export function startProcess(order: Order): Promise<Ended> {
  const flags = ["--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, program, JSON.stringify(order)]);
  const lines: Line[] = [];
  let stderr = "";
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line)));
  child.stderr.on("data", (text: Buffer) => (stderr += String(text)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_code, signal) => resolve({ lines, stderr, signal }));
  });
}

/** Adds a media file with jobs for these steps. With facts, the media file counts as probed. */
export async function putMedia(
  catalog: Catalog,
  { name, version }: { name: string; version: string },
  steps: readonly Step[],
  facts?: MediaFacts,
): Promise<void> {
  const object = { bucket: "uploads", key: name, version, sha256: "0", sizeBytes: 1 } as const;
  const media = { name, version, owner: "local", sha256: "0", sizeBytes: 1 };
  const jobs = steps.map((step): Change => ({
    type: "enqueue",
    job: newJob(media, step),
  }));
  const probed: Change[] = facts === undefined ? [] : [{ type: "setFacts", version, facts }];
  const put: Change = { type: "putMedia", media, source: { ...object, contentType: "" } };
  await catalog.apply({ expect: { name, version: null }, changes: [put, ...probed, ...jobs] });
}

interface Interval {
  readonly begin: number;
  readonly end: number;
  readonly kind: SlotKind;
  readonly version: string;
}

/** When each attempt ran. A killed process ran at most until its last line, so its slot is free from then on. */
function intervalsOf({ lines }: Ended): Interval[] {
  const goneAt = Math.max(...lines.map((line) => ("at" in line ? line.at : 0)));
  const ends = new Map(
    lines.flatMap((line) => (line.type === "end" ? [[line.attempt, line.at]] : [])),
  );
  return lines.flatMap((line) =>
    line.type === "begin"
      ? [
          {
            begin: line.at,
            end: ends.get(line.attempt) ?? goneAt,
            kind: line.kind,
            version: line.version,
          },
        ]
      : [],
  );
}

/** The most slots of a kind that were in use at one time. A slot holds a job, or for transcoding a media file. */
export function mostAtOnce(all: readonly Ended[], kind: SlotKind): number {
  const events = all
    .flatMap(intervalsOf)
    .filter((interval) => interval.kind === kind)
    .flatMap(({ begin, end, version }, index) => {
      const holder = kind === "transcode" ? version : String(index);
      return [
        { at: begin, change: 1, holder },
        { at: end, change: -1, holder },
      ];
    })
    .toSorted((a, b) => a.at - b.at || a.change - b.change);
  const holders = new Map<string, number>();
  let most = 0;
  for (const { change, holder } of events) {
    const jobs = (holders.get(holder) ?? 0) + change;
    if (jobs === 0) holders.delete(holder);
    else holders.set(holder, jobs);
    most = Math.max(most, holders.size);
  }
  return most;
}

/** How often each job was finished. */
export function timesFinished(all: readonly Ended[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { lines } of all)
    for (const line of lines)
      if (line.type === "applied") times.set(line.job, (times.get(line.job) ?? 0) + 1);
  return times;
}

export function quantile(values: readonly number[], fraction: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * fraction)] ?? NaN;
}
