import { constants } from "node:fs";
import { access, readdir, realpath, stat } from "node:fs/promises";
import { dirname, extname, join, parse, relative, resolve, sep } from "node:path";
import { exists, writingTo } from "./files.ts";
import { takeLock, type LockHolder } from "../files/lock.ts";
import { removeAbandoned } from "../files/temporary.ts";
import { batchFormats, type BatchSettings } from "./settings.ts";
import { filesOf } from "../local/files.ts";
import { MediaError, unreachable } from "../media/errors.ts";
import type { BatchProblem } from "./report.ts";

/** The folders and files of a batch, as absolute paths. */
export interface BatchPlaces {
  readonly input: string;
  readonly output: string;
  readonly archive: string;
  readonly ledger: string;
  readonly unfinished: string;
  /** The folder for JSON that is not among the results, kept for an archive in a later run. */
  readonly kept: string;
  readonly renames: string;
}

/** One file to be transcribed. */
export interface BatchInput {
  /** Absolute. */
  readonly path: string;
  /** The path below the input folder, with its name when it was found. */
  readonly name: string;
  readonly sizeBytes: number;
}

export interface FoundInputs {
  readonly inputs: BatchInput[];
  /** Files that are no recordings, with a reason. */
  readonly ignored: { readonly path: string; readonly input: string; readonly reason: string }[];
  /** Folders that cannot be read. */
  readonly problems: BatchProblem[];
}

const within = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** Checks that a folder can be written to, or can be made, without making it. */
async function checkWritable(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return checkWritable(dirname(folder));
  if (!found.isDirectory()) throw new MediaError("invalid_argument", `${folder} is not a folder`);
  await access(folder, constants.W_OK | constants.X_OK);
}

/** Refuses a folder that cannot hold results, and one with a list of names that no batch here wrote. */
async function checkOutput({ output, ledger, renames }: BatchPlaces): Promise<void> {
  await writingTo(output, async () => {
    await checkWritable(output);
    await checkWritable(dirname(ledger));
  });
  const known = await stat(ledger).catch(() => undefined);
  if ((known?.size ?? 0) === 0 && (await exists(renames)))
    throw new MediaError(
      "invalid_argument",
      `${renames} is there, but nothing that a batch remembers: it would be overwritten`,
      { remedy: "Move it away, or choose another folder for the results." },
    );
}

/**
 * @throws MediaError `not_found`, `invalid_argument` when the input is no folder, or one of the
 * batch's own, or when a `renames.csv` lies in the output that is not a batch's; `storage_failed`
 * when the output cannot be written to
 */
export async function placesOf(settings: BatchSettings): Promise<BatchPlaces> {
  const input = await realpath(resolve(settings.input)).catch((error: unknown) => {
    throw unreachable(settings.input, error, "folder");
  });
  if (!(await stat(input)).isDirectory())
    throw new MediaError("invalid_argument", `${settings.input} is not a folder`);
  const given = resolve(settings.output);
  const output = await realpath(given).catch(() => given);
  const inOutput = join(output, "Archive");
  const archive = await realpath(inOutput).catch(() => inOutput); // the archive may be on another disk
  const own = join(output, ".dailies-batch");
  if (input === output || within(input, archive) || within(input, own))
    throw new MediaError(
      "invalid_argument",
      `${settings.input} cannot be input and results at once`,
    );
  const places: BatchPlaces = {
    input,
    output,
    archive,
    ledger: join(own, "ledger.jsonl"),
    unfinished: join(own, "unfinished"),
    kept: join(own, "json"),
    renames: join(output, "renames.csv"),
  };
  await checkOutput(places);
  return places;
}

/**
 * Names that no new job may have: its results would take the place of files in the output folder that
 * are not the batch's, or its recording lie beside another's JSON in the archive.
 */
export async function namesThere({ output, archive }: BatchPlaces): Promise<Set<string>> {
  const results = await readdir(output).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw unreachable(output, error, "folder");
  });
  const archived = await readdir(archive).catch(() => []); // there is none, or the error is reported when the archive is needed
  const isResult = (name: string): boolean =>
    batchFormats.some((format) => extname(name).toLowerCase() === `.${format}`);
  return new Set([...results.filter(isResult), ...archived].map((name) => parse(name).name));
}

/** The error for a process that finds another one at work. */
function running(lock: string, what: string): (holder: LockHolder | undefined) => MediaError {
  return (holder) => {
    if (holder === undefined)
      return new MediaError("batch_running", `${what} is taken by one process after the other`);
    const { pid, isSeen } = holder;
    if (isSeen) return new MediaError("batch_running", `process ${pid} is at work on ${what}`);
    const why = `process ${pid} of another machine or container is at work on ${what}`;
    const remedy =
      "Wait until it is done, or give this one folders and a --bucket of its own. If it was killed there, " +
      `its lock ${lock} counts for nothing a minute later: then run the same command again.`;
    return new MediaError("batch_running", why, { remedy });
  };
}

/** Locks the bucket in that library and the output folder. Only then it makes the output folder. */
export async function holdPlaces(
  places: BatchPlaces,
  { dataDir, bucket }: { dataDir: string; bucket: string },
): Promise<() => Promise<void>> {
  const lock = join(dirname(places.ledger), "lock");
  const bucketLock = join(dataDir, `batch-${bucket}.lock`);
  const releaseBucket = await takeLock(bucketLock, running(bucketLock, `the bucket ${bucket}`));
  try {
    const releaseOutput = await writingTo(places.output, () =>
      takeLock(lock, running(lock, `a batch in ${places.output}`)),
    );
    await Promise.all([removeAbandoned(lock), removeAbandoned(bucketLock)]);
    return async () => {
      await releaseOutput();
      await releaseBucket();
    };
  } catch (error) {
    await releaseBucket();
    throw error;
  }
}

/** Folders whose recordings are no inputs: those of this batch, of others, of the library. */
async function foldersToPass({ input, output, archive }: BatchPlaces, dataDir: string) {
  const own = within(input, output) ? [archive] : [output, archive];
  const library = await realpath(dataDir).catch(() => resolve(dataDir));
  return {
    isOwn: (path: string): boolean => own.some((folder) => within(path, folder)),
    passOver: (folder: string): string | undefined => {
      if (own.includes(folder)) return "this batch's results";
      return folder === library ? "the library" : undefined;
    },
  };
}

/**
 * The recordings and films below the input folder, in the order of their names. Results below the input
 * folder are not inputs. When the input folder lies below the results, only the archive is left out.
 * The batch's own files are not reported.
 */
export async function findInputs(places: BatchPlaces, dataDir: string): Promise<FoundInputs> {
  const found: FoundInputs = { inputs: [], ignored: [], problems: [] };
  const { isOwn, passOver } = await foldersToPass(places, dataDir);
  for await (const file of filesOf(places.input, { passOver })) {
    const { path, name, unreadable, ignored, isPicture } = file;
    if (isOwn(path)) continue;
    if (unreadable !== undefined) found.problems.push({ path, input: name, error: unreadable });
    else if (ignored !== undefined) found.ignored.push({ path, input: name, reason: ignored });
    else if (isPicture === true) found.ignored.push({ path, input: name, reason: "a picture" });
    else {
      const known = await stat(path).catch(() => undefined); // the file has been removed: taking it in will report that
      found.inputs.push({ path, name, sizeBytes: known?.size ?? 0 });
    }
  }
  return found;
}

/** A path below a folder, with `/` on every system. */
export function nameBelow(folder: string, path: string): string {
  return relative(folder, path).split(sep).join("/");
}
