import { sessionOf } from "../media/ids.ts";
import { storeBuckets, type Bucket, type ObjectRef } from "../media/media.ts";
import type { Ports } from "./ports.ts";

type SweepPorts = Pick<Ports, "trash" | "objects">;

/** The store finds bytes by version; the key is only for people. */
function bytesOf(bucket: Bucket, version: string): ObjectRef {
  return { bucket, key: "", version };
}

/**
 * Removes bytes that were replaced or whose media file was removed. Returns how many objects.
 * @param countAsDead gets the sessions that made the bytes, before the catalog forgets the bytes: a
 * process that is killed before it has removed them leaves bytes that are found by their session alone,
 * also when that session had ended in order
 */
export async function emptyTrash(
  { trash, objects }: SweepPorts,
  countAsDead: (sessions: readonly string[]) => Promise<void>,
): Promise<number> {
  const found = await trash.listTrash();
  if (found.length > 0) await countAsDead([...new Set(found.map((one) => sessionOf(one.version)))]);
  for (const { bucket, version } of found)
    if (await trash.takeTrash(bucket, version)) await objects.remove(bytesOf(bucket, version));
  return found.length;
}

/** Removes the bytes that dead sessions had stored and not yet recorded. Returns how many objects. */
export async function removeUnrecorded(
  { trash, objects }: SweepPorts,
  dead: ReadonlySet<string>,
): Promise<number> {
  let removed = 0;
  if (!objects.capabilities.sweeping) return 0;
  for (const bucket of storeBuckets)
    for await (const { version } of objects.list(bucket)) {
      if (!dead.has(sessionOf(version)) || (await trash.knowsBytes(bucket, version))) continue;
      if (await objects.remove(bytesOf(bucket, version))) removed += 1;
    }
  return removed;
}
