import { mkdir, realpath, rename, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { exists, holdPlace, clearMarks } from "../batch/files.ts";
import type { Ledger } from "../batch/ledger.ts";
import { acceptableName } from "../batch/names.ts";
import type { BatchSettings } from "../batch/settings.ts";
import { filesOf } from "../intake/files.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import { extensionOf } from "../media/keys.ts";

/** Where a batch reads and writes. All absolute. */
export interface BatchPlaces {
  readonly input: string;
  readonly output: string;
  readonly archive: string;
  readonly ledger: string;
  readonly unfinished: string;
  /** JSON that is no result, for an archive that may be asked for later. */
  readonly kept: string;
  readonly renames: string;
}

/** One file to be transcribed. */
export interface BatchInput {
  /** Absolute. */
  readonly path: string;
  /** Below the input folder, as it was called when it was found. */
  readonly name: string;
  readonly sizeBytes: number;
}

export interface FoundInputs {
  readonly inputs: BatchInput[];
  /** No recordings, for a reason that is said. */
  readonly ignored: { readonly path: string; readonly reason: string }[];
  /** Folders that cannot be looked into. */
  readonly unreadable: { readonly path: string; readonly error: MediaError }[];
}

const within = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/**
 * @throws MediaError `not_found`, `invalid_argument` when the input is no folder, or one of the
 * batch's own
 */
export async function placesOf(settings: BatchSettings): Promise<BatchPlaces> {
  const input = await realpath(resolve(settings.input)).catch(() => {
    throw new MediaError("not_found", `there is no folder ${settings.input}`);
  });
  if (!(await stat(input)).isDirectory())
    throw new MediaError("invalid_argument", `${settings.input} is not a folder`);
  const given = resolve(settings.output);
  const output = await realpath(given).catch(() => given);
  const archive = join(output, "Archive");
  const own = join(output, ".dailies-batch");
  if (input === output || within(input, archive) || within(input, own))
    throw new MediaError(
      "invalid_argument",
      `${settings.input} cannot be input and results at once`,
    );
  return {
    input,
    output,
    archive,
    ledger: join(own, "ledger.jsonl"),
    unfinished: join(own, "unfinished"),
    kept: join(own, "json"),
    renames: join(output, "renames.csv"),
  };
}

/** Keeps others out of the output folder, and of the bucket in that library. */
export async function holdPlaces(
  places: BatchPlaces,
  { dataDir, bucket }: { dataDir: string; bucket: string },
): Promise<() => Promise<void>> {
  const lock = join(dirname(places.ledger), "lock");
  await mkdir(dirname(lock), { recursive: true }).catch((error: unknown) => {
    throw new MediaError("storage_failed", `${places.output} cannot be written to`, {
      cause: error,
    });
  });
  const releaseOutput = await holdPlace(lock, `a batch in ${places.output}`);
  const bucketLock = join(dataDir, `batch-${bucket}.lock`);
  try {
    const releaseBucket = await holdPlace(bucketLock, `the bucket ${bucket}`);
    await Promise.all([clearMarks(lock), clearMarks(bucketLock)]);
    return async () => {
      await releaseBucket();
      await releaseOutput();
    };
  } catch (error) {
    await releaseOutput();
    throw error;
  }
}

const pictures = new Set("jpg jpeg png webp gif bmp tif tiff avif heic heif".split(" "));

/**
 * The recordings and films below the input folder, in the order of their names. Results below it are
 * none, whatever they are; where it is the input that lies below the results, only what was archived.
 */
export async function findInputs(places: BatchPlaces): Promise<FoundInputs> {
  const { input, output, archive, ledger } = places;
  const found: FoundInputs = { inputs: [], ignored: [], unreadable: [] };
  const own = within(input, output) ? [archive, dirname(ledger)] : [output];
  for await (const file of filesOf(input)) {
    if (own.some((folder) => within(file.path, folder))) continue;
    const { path, name } = file;
    if (file.unreadable !== undefined) found.unreadable.push({ path, error: file.unreadable });
    else if (file.ignored !== undefined) found.ignored.push({ path, reason: file.ignored });
    else if (pictures.has(extensionOf(name) ?? ""))
      found.ignored.push({ path, reason: "a picture" });
    else {
      const known = await stat(path).catch(() => undefined); // gone since: receiving will say so
      found.inputs.push({ path, name, sizeBytes: known?.size ?? 0 });
    }
  }
  return found;
}

/** Where a file goes that gets an acceptable name in its folder; undefined when it has one. */
async function acceptablePath(path: string, isTaken: (path: string) => boolean) {
  const extension = extname(path).toLowerCase();
  const base = basename(path).slice(0, basename(path).length - extension.length);
  const plain = acceptableName(base);
  if (plain + extension === basename(path)) return undefined;
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? extension : `-${number}${extension}`;
    const target = join(dirname(path), plain + ending);
    if (!isTaken(target) && !(await exists(target))) return target;
  }
}

/**
 * Writes down which files lie under their new paths: what comes under the old ones is new. Of those
 * that were not renamed before a process ended, nothing is written.
 */
export async function settleRenames(ledger: Ledger): Promise<void> {
  const left: string[] = [];
  for (const [from, to] of ledger.state.moving)
    if ((await exists(to)) || !(await exists(from))) left.push(from);
  await ledger.add(...left.map((path) => ({ type: "left", path }) as const));
}

/**
 * Gives files acceptable names where they lie; the names of their jobs stay. What they were called is
 * on the disk before the first is renamed, so that it is known also when this process ends in between.
 */
export async function renameInPlace(
  { input }: BatchPlaces,
  files: readonly BatchInput[],
  { ledger, jobFor }: { ledger: Ledger; jobFor: (path: string) => string },
): Promise<BatchInput[]> {
  const targets = new Map<string, BatchInput>();
  const kept: BatchInput[] = [];
  for (const file of files) {
    const target = await acceptablePath(file.path, (path) => targets.has(path));
    if (target === undefined) kept.push(file);
    else targets.set(target, file);
  }
  const { names, renamed } = ledger.state;
  await ledger.add(
    ...Array.from(targets, ([path, { path: from, name }]) => {
      const job = names.get(from) ?? jobFor(path);
      const was = renamed.get(from) ?? name;
      return { type: "named", path, job, was, from } as const;
    }),
  );
  for (const [path, file] of targets) {
    await rename(file.path, path).catch((error: unknown) => {
      const { code, message } = asMediaError(error);
      throw new MediaError(code, `${file.path} cannot be renamed: ${message}`, { cause: error });
    });
    kept.push({ path, name: nameBelow(input, path), sizeBytes: file.sizeBytes });
  }
  await settleRenames(ledger);
  return kept;
}

/** A path below a folder, with `/` on every system. */
export function nameBelow(folder: string, path: string): string {
  return relative(folder, path).split(sep).join("/");
}
