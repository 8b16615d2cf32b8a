import { readFile, rm } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { sha256Of } from "../files/sha256.ts";
import { exists, removeOriginal, type WholeFiles } from "./files.ts";
import type { Ended } from "./ledger.ts";
import type { BatchSettings } from "./settings.ts";
import { MediaError } from "../media/errors.ts";
import type { BatchInput, BatchPlaces } from "./places.ts";

const jsonIn = ({ archive }: BatchPlaces, stem: string): string => join(archive, `${stem}.json`);

/** Where the JSON of a job is kept for an archive that may be asked for later, if it is no result. */
const keptIn = ({ kept }: BatchPlaces, job: string): string => join(kept, `${job}.json`);

/** Where the JSON of an input that has ended lies outside of the archive. */
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

/** Whose results they are. */
interface NewResults {
  readonly input: BatchInput;
  readonly job: string;
  /** Of the recording that was transcribed. */
  readonly sha256: string;
  readonly before: Ended | undefined;
}

/** An input, and what its file was like when it was read: see `markOf`. */
interface SeenInput extends BatchInput {
  readonly mark: string;
}

/** The folder of what is finished: recordings, each beside its JSON. */
export function createArchive({ places, settings, files, signal }: ArchiveParts) {
  const recordingIn = (stem: string, { path }: BatchInput): string =>
    join(places.archive, stem + extname(path).toLowerCase());

  /** A name that is free, or has the same bytes already: that of another recording is not taken. */
  async function stemFor(input: BatchInput, job: string, sha256: string, before?: Ended) {
    const stems = [job, `${job}-${sha256.slice(0, 8)}`];
    for (const stem of stems) {
      // Its JSON may be there without the recording, which was changed before it could be archived.
      const of = before?.stem === stem ? before.sha256 : before?.earlier?.get(stem);
      if (of !== undefined && of !== sha256) continue;
      const place = recordingIn(stem, input);
      if (!(await exists(place)) || (await sha256Of(place, signal)) === sha256) return stem;
    }
    throw new MediaError("storage_failed", `${stems.join(" and ")} are in the archive already`);
  }

  /** The JSON of new results, into the archive; undefined when there is none, or it cannot be written. */
  async function archiveJson(text: string, { input, job, sha256, before }: NewResults) {
    if (settings.archive === "none") return undefined;
    try {
      const stem = await stemFor(input, job, sha256, before);
      await files.write(jsonIn(places, stem), text);
      return stem;
    } catch (error) {
      if (signal.aborted) throw error;
      return undefined; // bringing it is tried once more, which says why it cannot be
    }
  }

  return {
    /**
     * The JSON of new results, into the archive; returns what it is called there. Where it does not
     * come there it is kept for a run that can bring it: it cannot be had again without hearing the
     * recording again.
     */
    async writeJson(text: string, results: NewResults): Promise<string | undefined> {
      const kept = keptIn(places, results.job);
      const stem = await archiveJson(text, results);
      if (stem === undefined && !settings.formats.includes("json")) await files.write(kept, text);
      else await rm(kept, { force: true }); // of earlier results
      return stem;
    },

    /**
     * The JSON of an input that has ended, where the archive lacks it: an earlier run had none. Returns
     * what it is called. The ledger must learn it before the recording follows.
     */
    async bringJson(input: BatchInput, job: string, ended: Ended): Promise<string> {
      const stem = ended.stem ?? (await stemFor(input, job, ended.sha256, ended));
      const to = jsonIn(places, stem);
      // Without a stem what is there is of other settings, or of a run that was killed here.
      if (ended.stem === undefined || !(await exists(to)))
        await files.write(to, await readFile(jsonOf(places, job, ended), { signal }));
      return stem;
    },

    /**
     * The recording; nothing is ever overwritten. Done already: does nothing.
     * @throws MediaError `file_changing` when it is not (any more) what it was like, and it stays
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
