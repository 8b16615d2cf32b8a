import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import { sessionOf } from "../media/ids.ts";
import type { Bucket, ObjectRef } from "../media/media.ts";
import type { ObjectStore } from "../objects/object-store.ts";

const buckets: readonly Bucket[] = ["uploads", "outputs"];

export interface SweepOptions {
  readonly catalog: Catalog;
  readonly objects: ObjectStore;
  /** Where attempts have their folders, one folder a session above them. */
  readonly workDir: string;
}

/** The store finds bytes by version; the key is only for people. */
function bytesOf(bucket: Bucket, version: string): ObjectRef {
  return { bucket, key: "", version };
}

/**
 * Removes bytes that were replaced or whose media was removed. Returns how many objects.
 * @param countAsDead given the sessions that made the bytes, before the catalog forgets those: whoever
 * is killed between that and their removal leaves bytes that are found by their session alone, also
 * when it had ended in order.
 */
export async function emptyTrash(
  { catalog, objects }: SweepOptions,
  countAsDead: (sessions: readonly string[]) => Promise<void>,
): Promise<number> {
  const trash = await catalog.listTrash();
  if (trash.length > 0) await countAsDead([...new Set(trash.map((one) => sessionOf(one.version)))]);
  for (const { bucket, version } of trash)
    if (await catalog.takeTrash(bucket, version)) await objects.remove(bytesOf(bucket, version));
  return trash.length;
}

/** Removes what dead sessions had made and not yet recorded: bytes and working folders. */
export async function clearAfter(
  { catalog, objects, workDir }: SweepOptions,
  deadSessions: readonly string[],
): Promise<{ objectsRemoved: number; foldersRemoved: number }> {
  const dead = new Set(deadSessions);
  if (dead.size === 0) return { objectsRemoved: 0, foldersRemoved: 0 };
  let objectsRemoved = 0;
  for (const bucket of buckets)
    for await (const { version } of objects.capabilities.sweeping ? objects.list(bucket) : []) {
      if (!dead.has(sessionOf(version)) || (await catalog.knowsBytes(bucket, version))) continue;
      if (await objects.remove(bytesOf(bucket, version))) objectsRemoved += 1;
    }
  const folders = (await readdir(workDir).catch(() => [])).filter((folder) => dead.has(folder));
  for (const folder of folders) await rm(join(workDir, folder), { recursive: true, force: true });
  return { objectsRemoved, foldersRemoved: folders.length };
}
