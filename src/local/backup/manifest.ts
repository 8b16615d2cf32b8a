import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { MediaError } from "../../media/errors.ts";

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
