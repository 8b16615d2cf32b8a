import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "../../files/durable.ts";
import { takeLock } from "../../files/lock.ts";
import { replaceFile } from "../../files/replace.ts";
import { removeAbandoned } from "../../files/temporary.ts";
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

/** Copies a small file, readable by its owner alone afterwards. Returns false when there is none. */
export async function copyPrivate(from: string, to: string): Promise<boolean> {
  const content = await readFile(from).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (content === undefined) return false;
  await makeFolder(dirname(to), { mode: 0o700 });
  await replaceFile(to, content);
  return true;
}

/**
 * Keeps other processes from the same folder, until the returned function is called or this process
 * ends, however it does.
 * @throws MediaError `invalid_argument` while another one works there
 */
export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  const lock = join(dir, ".lock");
  const release = await takeLock(
    lock,
    () => new MediaError("invalid_argument", `another backup or restore works in ${dir}`),
  );
  await removeAbandoned(lock);
  return release;
}
