import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CatalogCopies, NeededObject } from "../../catalog/copies.ts";
import { asMediaError, MediaError } from "../../media/errors.ts";
import { storeBuckets } from "../../media/media.ts";
import { flushFolder, makeFolder, renameDurably } from "../../files/durable.ts";
import { replaceFile } from "../../files/replace.ts";
import { sha256Of } from "../../files/sha256.ts";
import { withLocalFile } from "../../objects/local-file.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import { copyPrivate, lockFolder, manifestFile, type Manifest } from "./manifest.ts";

export interface BackupOptions {
  /** Reads again all that earlier backups have left there, and copies again what has changed. Default: false. */
  readonly verify?: boolean;
  /** Copies the master key, too. Default: false. */
  readonly withKeys?: boolean;
  readonly signal?: AbortSignal;
}

export interface BackupReport {
  readonly dir: string;
  readonly objects: number;
  readonly sizeBytes: number;
  /** Of these, copied this time. */
  readonly copied: number;
  readonly copiedBytes: number;
  /** Removed: what the library has no more. */
  readonly removed: number;
  /** Keys of objects that the library itself has lost, or whose bytes have changed. */
  readonly missing: readonly string[];
  /** Whether the master key lies in the backup. */
  readonly withKeys: boolean;
}

interface Library {
  readonly databaseFile: string;
  readonly objects: ObjectStore;
  /** Beside the catalog and the objects: settings, and the master key. */
  readonly configFile: string;
  readonly masterKeyFile: string;
}

/** What makes and reads the parts of a backup. */
export interface BackupStores {
  /** The object store of a folder. */
  readonly storeIn: (dir: string) => ObjectStore;
  readonly copies: CatalogCopies;
}

type Outcome = "there" | "copied" | "gone" | "damaged";

/** One object into the backup, unless it is there: a version's bytes never change. */
async function take(
  { objects }: Library,
  target: ObjectStore,
  object: NeededObject,
  { verify = false, signal }: BackupOptions,
): Promise<Outcome> {
  if ((await target.stat(object))?.sizeBytes === object.sizeBytes) {
    const isSame = async () =>
      (await sha256Of(await target.localPath(object), signal)) === object.sha256;
    if (!verify || (await isSame())) return "there";
  }
  const copy = (path: string) =>
    target.restoreFile(object, path, signal === undefined ? {} : { signal });
  try {
    const stored = await withLocalFile(objects, object, copy);
    if (stored.fingerprint.value === object.sha256) return "copied";
    await target.remove(object);
    return "damaged";
  } catch (error) {
    if ((await objects.stat(object)) === undefined) return "gone";
    throw error;
  }
}

interface Round {
  readonly objects: number;
  readonly sizeBytes: number;
  readonly copied: number;
  readonly copiedBytes: number;
  readonly gone: readonly string[];
  readonly damaged: readonly string[];
}

async function copyObjects(
  library: Library,
  target: ObjectStore,
  copies: CatalogCopies,
  databaseFile: string,
  options: BackupOptions,
): Promise<Round> {
  const found = { objects: 0, sizeBytes: 0, copied: 0, copiedBytes: 0 };
  const gone: string[] = [];
  const changed: string[] = [];
  using catalog = copies.open(databaseFile);
  for (const object of catalog.objects()) {
    options.signal?.throwIfAborted();
    found.objects += 1;
    found.sizeBytes += object.sizeBytes;
    const outcome = await take(library, target, object, options);
    if (outcome === "gone") gone.push(object.key);
    if (outcome === "damaged") changed.push(object.key);
    if (outcome !== "copied") continue;
    found.copied += 1;
    found.copiedBytes += object.sizeBytes;
  }
  return { ...found, gone, damaged: changed };
}

/** Removes the bytes that the new copy of the catalog does not point at, once nothing else does. */
async function prune(
  target: ObjectStore,
  copies: CatalogCopies,
  databaseFile: string,
): Promise<number> {
  using catalog = copies.open(databaseFile);
  let removed = 0;
  for (const bucket of storeBuckets)
    for await (const { version } of target.list(bucket))
      if (!catalog.knows(bucket, version))
        removed += Number(await target.remove({ bucket, version, key: "" }));
  return removed;
}

/** How often the catalog is copied again because objects were removed while others were copied. */
const maxRounds = 20;

/**
 * Copies a library into `dir` while others work with it: the catalog at one moment, and every object
 * that it points at. What an earlier backup has left there is not copied again; until the new one is
 * whole, the earlier one stays whole.
 * @throws MediaError `disk_full`, `storage_failed`, `cancelled`; `invalid_argument` while another one writes there
 */
export async function backUp(
  library: Library,
  dir: string,
  stores: BackupStores,
  options: BackupOptions = {},
): Promise<BackupReport> {
  await makeFolder(dir, { mode: 0o700 });
  const unlock = await lockFolder(dir);
  try {
    return await backUpLocked(library, dir, stores, options);
  } catch (error) {
    throw asMediaError(error);
  } finally {
    await unlock();
  }
}

async function backUpLocked(
  library: Library,
  dir: string,
  { storeIn, copies }: BackupStores,
  options: BackupOptions,
): Promise<BackupReport> {
  const target = storeIn(join(dir, "objects"));
  const others = (await readdir(dir)).filter((name) => !isOurs(name));
  if (others.length > 0)
    throw new MediaError(
      "invalid_argument",
      `${dir} has other things in it (${others[0]}): give an empty folder, or an earlier backup`,
    );
  await target.sweep(() => false); // of a backup that was killed; the lock keeps others out
  const part = join(dir, "catalog.part");
  let copied = 0;
  let copiedBytes = 0;
  let round: Round;
  let before = new Set<string>();
  for (let number = 1; ; number += 1) {
    await copies.take(library.databaseFile, part);
    round = await copyObjects(library, target, copies, part, options);
    copied += round.copied;
    copiedBytes += round.copiedBytes;
    // what is gone and still in the next copy of the catalog is lost, not removed
    if (round.gone.every((key) => before.has(key)) || number === maxRounds) break;
    before = new Set(round.gone);
  }
  const sha256 = await sha256Of(part);
  const file = `dailies-${sha256.slice(0, 16)}.db`;
  await renameDurably(part, join(dir, file));
  await copyPrivate(library.configFile, join(dir, "config.json"));
  const keyCopy = join(dir, "keys", "master.key");
  if (options.withKeys === true) await copyPrivate(library.masterKeyFile, keyCopy);
  await flushFolder(dir);
  const missing = [...round.gone, ...round.damaged];
  const { objects, sizeBytes } = round;
  const manifest: Manifest = {
    format: 1,
    madeAt: new Date().toISOString(),
    database: { file, sha256 },
    objects,
    sizeBytes,
    missing,
  };
  await replaceFile(join(dir, manifestFile), `${JSON.stringify(manifest, undefined, 2)}\n`);
  for (const name of await readdir(dir))
    if (/^dailies-[0-9a-f]{16}\.db$/.test(name) && name !== file) await rm(join(dir, name));
  const removed = await prune(target, copies, join(dir, file));
  const keys: string[] = await readdir(join(dir, "keys")).catch(() => []);
  const withKeys = keys.includes("master.key");
  return { dir, objects, sizeBytes, copied, copiedBytes, removed, missing, withKeys };
}

/** What a backup's folder consists of. */
function isOurs(name: string): boolean {
  return (
    /^(?:\.lock(?:-journal|\.[\w.-]+)?|objects|keys|config\.json(?:\.part)?|backup\.json(?:\.part)?)$/.test(
      name,
    ) || /^(?:dailies-[0-9a-f]{16}\.db|catalog\.part)(?:-journal|-wal|-shm)?$/.test(name)
  );
}
