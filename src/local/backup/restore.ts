import { chmod, copyFile, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { NeededObject } from "../../catalog/copies.ts";
import type { BackupStores } from "./backup.ts";
import { asMediaError, MediaError } from "../../media/errors.ts";
import { flushFolder, makeFolder, renameDurably } from "../../files/durable.ts";
import { replaceFile } from "../../files/replace.ts";
import { sha256Of } from "../../files/sha256.ts";
import { withLocalFile } from "../../objects/local-file.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import { copyPrivate, damaged, lockFolder, readManifest, type Manifest } from "./manifest.ts";

export interface RestoreReport {
  readonly dataDir: string;
  /** When the backup was made. */
  readonly madeAt: string;
  readonly objects: number;
  readonly sizeBytes: number;
  /** Keys of objects that the backup has not, or that have changed in it: they were not restored. */
  readonly missing: readonly string[];
  /** Whether the master key came with it. */
  readonly withKeys: boolean;
}

const marker = "restoring.json";

/**
 * Makes sure that nothing is overwritten: the folder is empty, or holds what a restore of the same
 * backup that was interrupted has left.
 */
async function prepare(dataDir: string, { database }: Manifest): Promise<void> {
  await makeFolder(dataDir, { mode: 0o700 });
  const names = (await readdir(dataDir)).filter((name) => !name.startsWith(".lock"));
  if (names.includes(marker)) {
    const text = await readFile(join(dataDir, marker), "utf8");
    if (text.trim() === database.sha256 && !names.includes("dailies.db")) return;
  }
  if (names.length > 0)
    throw new MediaError(
      "invalid_argument",
      `${dataDir} is not empty: name a new folder with --data-dir`,
    );
  await replaceFile(join(dataDir, marker), `${database.sha256}\n`);
}

/** Whether the object is in its place, with the bytes that the catalog says. */
async function bringBack(
  source: ObjectStore,
  target: ObjectStore,
  object: NeededObject,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  // one that is there was checked when it was brought
  if ((await target.stat(object)) !== undefined) return true;
  if ((await source.stat(object)) === undefined) return false;
  const { fingerprint } = await withLocalFile(source, object, (path) =>
    target.restoreFile(object, path, signal === undefined ? {} : { signal }),
  );
  if (fingerprint.value === object.sha256) return true;
  await target.remove(object);
  return false;
}

/**
 * Makes a library in `dataDir` of what `backUp` has written to `from`. Every object's bytes are
 * checked against the catalog's hashes; what is not as it should be is left out and named.
 * @throws MediaError `backup_damaged`; `invalid_argument` when `dataDir` is not empty; `catalog_newer`
 */
export async function restore(
  from: string,
  dataDir: string,
  stores: BackupStores,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<RestoreReport> {
  const manifest = await readManifest(from);
  const copy = join(from, manifest.database.file);
  const hash = await sha256Of(copy, signal).catch((error: unknown) => {
    throw damaged(`the backup's catalog cannot be read: ${(error as Error).message}`, error);
  });
  if (hash !== manifest.database.sha256) throw damaged("the backup's catalog has changed");
  await makeFolder(dataDir, { mode: 0o700 });
  const unlock = await lockFolder(dataDir);
  try {
    await prepare(dataDir, manifest);
    return await restoreInto(from, dataDir, manifest, stores, signal);
  } catch (error) {
    throw asMediaError(error);
  } finally {
    await unlock();
  }
}

async function restoreInto(
  from: string,
  dataDir: string,
  manifest: Manifest,
  stores: BackupStores,
  signal: AbortSignal | undefined,
): Promise<RestoreReport> {
  const { storeIn, copies } = stores;
  const [source, target] = [storeIn(join(from, "objects")), storeIn(join(dataDir, "objects"))];
  await target.sweep(() => false); // of a restore that was killed
  const part = join(dataDir, "dailies.db.part");
  for (const end of ["", "-wal", "-shm"]) await rm(`${part}${end}`, { force: true });
  await copyFile(join(from, manifest.database.file), part);
  await chmod(part, 0o600);
  copies.prepare(part);

  const missing: string[] = [];
  const found = { objects: 0, sizeBytes: 0 };
  {
    using catalog = copies.open(part);
    for (const object of catalog.objects()) {
      signal?.throwIfAborted();
      if (!(await bringBack(source, target, object, signal))) missing.push(object.key);
      else {
        found.objects += 1;
        found.sizeBytes += object.sizeBytes;
      }
    }
  }
  await copyPrivate(join(from, "config.json"), join(dataDir, "config.json"));
  const key = join("keys", "master.key");
  const withKeys = await copyPrivate(join(from, key), join(dataDir, key));
  await renameDurably(part, join(dataDir, "dailies.db"));
  await rm(join(dataDir, marker));
  await flushFolder(dataDir);
  return { dataDir, madeAt: manifest.madeAt, ...found, missing, withKeys };
}
