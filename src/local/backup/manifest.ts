import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pipeline } from "node:stream/promises";
import { MediaError } from "../../media/errors.ts";
import type { Bucket } from "../../media/media.ts";

/** What a backup says of itself, in `backup.json`: it is written last, so that what it names is there. */
export interface Manifest {
  readonly format: 1;
  readonly madeAt: string;
  /** The catalog's copy: its file, and what its bytes must be. */
  readonly database: { readonly file: string; readonly sha256: string };
  readonly objects: number;
  readonly sizeBytes: number;
  /** Objects that the library itself had lost or found changed. */
  readonly missing: readonly string[];
}

/** Bytes that the catalog's copy points at. */
export interface NeededObject {
  readonly bucket: Bucket;
  /** One of the keys, to name it by. */
  readonly key: string;
  readonly version: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

export const manifestFile = "backup.json";

export const damaged = (message: string, cause?: unknown): MediaError =>
  new MediaError("backup_damaged", message, cause === undefined ? {} : { cause });

/** @throws MediaError `backup_damaged` where there is none, or none that can be read */
export async function readManifest(dir: string): Promise<Manifest> {
  const path = join(dir, manifestFile);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw damaged(`there is no whole backup in ${dir}: ${(error as Error).message}`, error);
  }
  try {
    const manifest = JSON.parse(text) as Manifest;
    const { format, database, missing } = manifest;
    const isFile = /^dailies-[0-9a-f]{16}\.db$/.test(database.file);
    if (format === 1 && isFile && /^[0-9a-f]{64}$/.test(database.sha256) && Array.isArray(missing))
      return manifest;
  } catch (error) {
    throw damaged(`${path} cannot be read: ${(error as Error).message}`, error);
  }
  throw damaged(`${path} is not of a kind that is known here`);
}

/** Puts text in a file's place, whole and durable, readable by its owner alone. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.part`;
  {
    await using file = await open(temporary, "w", 0o600);
    await file.writeFile(text);
    await file.sync();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

export async function syncFolder(dir: string): Promise<void> {
  await using folder = await open(dir);
  await folder.sync();
}

export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest("hex");
}

/** Every object once, one after the other: there may be millions. */
export function* neededObjects(database: DatabaseSync): Generator<NeededObject> {
  const rows = database
    .prepare(
      `SELECT bucket, min(key) AS key, version, sha256, size_bytes FROM objects
       GROUP BY bucket, version`,
    )
    .iterate();
  for (const row of rows)
    yield {
      bucket: row["bucket"] as Bucket,
      key: String(row["key"]),
      version: String(row["version"]),
      sha256: String(row["sha256"]),
      sizeBytes: Number(row["size_bytes"]),
    };
}

/**
 * Keeps other processes from the same folder, until the returned function is called or this process
 * ends, however it does: the lock is the operating system's.
 * @throws MediaError `invalid_argument` while another one works there
 */
export function lockFolder(dir: string): () => void {
  const lock = new DatabaseSync(join(dir, ".lock"), { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    throw new MediaError("invalid_argument", `another backup or restore works in ${dir}`, {
      cause: error,
    });
  }
  return () => lock.close();
}
