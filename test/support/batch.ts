import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { batchSettings, type BatchGiven } from "../../src/batch/settings.ts";
import type { BatchReport, BatchUpdate } from "../../src/batch/report.ts";
import { withLibrary } from "./with-library.ts";

/** The folders of one test's batch. */
export interface BatchPlace {
  readonly input: string;
  readonly output: string;
  readonly dataDir: string;
}

/** The folders `in`, `out` and `library` below a folder. Only `in` is created. */
export function placeIn(root: string): BatchPlace {
  const at = { input: join(root, "in"), output: join(root, "out"), dataDir: join(root, "library") };
  mkdirSync(at.input, { recursive: true });
  return at;
}

/** As published: recordings move, and the library forgets them. */
const asPublished = { archive: "move", forget: true } as const satisfies BatchGiven;

export const settingsFor = ({ input, output }: BatchPlace, given: BatchGiven = {}) =>
  batchSettings({ input, output, ...asPublished }, given);

/** Runs a batch in this process until it ends. */
export async function runBatch(
  at: BatchPlace,
  given: BatchGiven = {},
  meanwhile: (update: BatchUpdate) => void = () => {},
): Promise<{ report: BatchReport; updates: BatchUpdate[] }> {
  const updates: BatchUpdate[] = [];
  const settings = settingsFor(at, given);
  const onUpdate = (update: BatchUpdate): void => {
    updates.push(update);
    meanwhile(update);
  };
  const { signal } = new AbortController();
  const report = await withLibrary(at.dataDir, (library) =>
    library.batch(settings, { signal, onUpdate }),
  );
  return { report, updates };
}

/** Makes a recording that needs no speech engine, because a tone contains no speech. */
export function makeTone(path: string, hertz = 300): void {
  const args = `-v error -y -f lavfi -i sine=frequency=${hertz}:duration=0.4 -ar 16000`;
  execFileSync("ffmpeg", [...args.split(" "), path]);
}
