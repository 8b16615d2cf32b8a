import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { batchSettings, type BatchGiven } from "../../src/batch/settings.ts";
import type { BatchReport, BatchUpdate } from "../../src/batch/report.ts";
import { withLibrary } from "./with-library.ts";

/** A place of its own for one test. */
export interface BatchPlace {
  readonly input: string;
  readonly output: string;
  readonly dataDir: string;
}

/** `in`, `out` and `library` below a folder; only the first is made. */
export function placeIn(root: string): BatchPlace {
  const at = { input: join(root, "in"), output: join(root, "out"), dataDir: join(root, "library") };
  mkdirSync(at.input, { recursive: true });
  return at;
}

export const settingsFor = ({ input, output }: BatchPlace, given: BatchGiven = {}) =>
  batchSettings({ input, output }, given);

/** Runs a batch in this process, to its end. */
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

/** A recording that costs no engine: a tone is no speech. */
export function makeTone(path: string, hertz = 300): void {
  const args = `-v error -y -f lavfi -i sine=frequency=${hertz}:duration=0.4 -ar 16000`;
  execFileSync("ffmpeg", [...args.split(" "), path]);
}
