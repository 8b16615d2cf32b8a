import { readFile, rm } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { sha256Of } from "../files/sha256.ts";
import { exists, removeOriginal, type WholeFiles } from "./files.ts";
import type { Ended } from "./ledger.ts";
import type { BatchSettings } from "./settings.ts";
import { MediaError } from "../media/errors.ts";
import type { BatchInput, BatchPlaces } from "./places.ts";

const jsonIn = ({ archive }: BatchPlaces, stem: string): string => join(archive, `${stem}.json`);

/** The path of a job's JSON that is not among the results, kept for an archive in a later run. */
const keptIn = ({ kept }: BatchPlaces, job: string): string => join(kept, `${job}.json`);

/** The path outside the archive of the JSON of an input that has ended. */
function jsonOf(places: BatchPlaces, job: string, { formats }: Ended): string {
  return formats.includes("json") ? join(places.output, `${job}.json`) : keptIn(places, job);
}

/** Whether the archive has the JSON of an input that was done before, or can have it. */
export async function hasJson(places: BatchPlaces, job: string, ended: Ended): Promise<boolean> {
  const { stem } = ended;
  if (stem !== undefined && (await exists(jsonIn(places, stem)))) return true;
  return exists(jsonOf(places, job, ended));
}

interface ArchiveParts {
  readonly places: BatchPlaces;
  readonly settings: BatchSettings;
  readonly files: WholeFiles;
  readonly signal: AbortSignal;
}

/** The input whose results are new. */
interface NewResults {
  readonly input: BatchInput;
  readonly job: string;
  /** Of the recording that was transcribed. */
  readonly sha256: string;
  readonly before: Ended | undefined;
}

/** An input with its file's fingerprint from when it was read: see `markOf`. */
interface SeenInput extends BatchInput {
  readonly mark: string;
}

/** The archive: a folder of finished recordings, each with its JSON. */
export function createArchive({ places, settings, files, signal }: ArchiveParts) {
  const recordingIn = (stem: string, { path }: BatchInput): string =>
    join(places.archive, stem + extname(path).toLowerCase());

  /** A name that is free or belongs to the same bytes. The name of another recording is not used. */
  async function stemFor(input: BatchInput, job: string, sha256: string, before?: Ended) {
    const stems = [job, `${job}-${sha256.slice(0, 8)}`];
    for (const stem of stems) {
      // Its JSON may be there without the recording, if that was changed before it could be archived.
      const of = before?.stem === stem ? before.sha256 : before?.earlier?.get(stem);
      if (of !== undefined && of !== sha256) continue;
      const place = recordingIn(stem, input);
      if (!(await exists(place)) || (await sha256Of(place, signal)) === sha256) return stem;
    }
    throw new MediaError("storage_failed", `${stems.join(" and ")} are in the archive already`);
  }

  /** Writes the JSON of new results to the archive. Undefined when there is no archive or it cannot be written. */
  async function archiveJson(text: string, { input, job, sha256, before }: NewResults) {
    if (settings.archive === "none") return undefined;
    try {
      const stem = await stemFor(input, job, sha256, before);
      await files.write(jsonIn(places, stem), text);
      return stem;
    } catch (error) {
      if (signal.aborted) throw error;
      return undefined; // the next attempt to archive it reports the cause
    }
  }

  return {
    /**
     * Writes the JSON of new results to the archive, and returns its name there. If that fails, the
     * JSON is kept for a later run, because only another transcription could make it again.
     */
    async writeJson(text: string, results: NewResults): Promise<string | undefined> {
      const kept = keptIn(places, results.job);
      const stem = await archiveJson(text, results);
      if (stem === undefined && !settings.formats.includes("json")) await files.write(kept, text);
      else await rm(kept, { force: true }); // it is of earlier results
      return stem;
    },

    /**
     * Copies the JSON of an input that has ended to the archive, if an earlier run had no archive.
     * Returns its name, which the ledger must record before the recording is moved.
     */
    async bringJson(input: BatchInput, job: string, ended: Ended): Promise<string> {
      const stem = ended.stem ?? (await stemFor(input, job, ended.sha256, ended));
      const to = jsonIn(places, stem);
      // Without a stem, an existing file is from other settings or from a run that was killed at this point.
      if (ended.stem === undefined || !(await exists(to)))
        await files.write(to, await readFile(jsonOf(places, job, ended), { signal }));
      return stem;
    },

    /**
     * Moves or copies the recording to the archive. It never overwrites a file, and does nothing when
     * the archive has the recording already.
     * @throws MediaError `file_changing` when the file has changed; then it stays
     */
    async bringRecording(input: SeenInput, stem: string, sha256: string): Promise<void> {
      const { archive: mode } = settings;
      const { path, mark } = input;
      if (mode === "none") return;
      const to = recordingIn(stem, input);
      if (!(await exists(to))) return files.bring(path, to, { mode, mark });
      if (mode === "copy") return;
      if ((await sha256Of(to, signal)) !== sha256)
        throw new MediaError("storage_failed", `${basename(to)} is in the archive already`);
      await removeOriginal(path, to, mark);
    },
  };
}

export type Archive = ReturnType<typeof createArchive>;
