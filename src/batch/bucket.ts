import { extensionOf } from "../media/keys.ts";
import type { Media } from "../media/media.ts";
import { removeVersion } from "../app/remove.ts";
import type { Batch } from "./context.ts";
import type { BatchPorts } from "./ports.ts";

/** An input's name in the library: a key in the bucket. */
export function mediaName(bucket: string, job: string, path: string): string {
  return `${bucket}/${job}.${extensionOf(path) ?? "media"}`;
}

/** Removes a media file at once, without the time in which a rename could adopt it. */
export const removeNow = (ports: BatchPorts, media: { name: string; version: string }) =>
  removeVersion(ports, media, 0);

/** The media file of that name, if this batch or an earlier one with this ledger took it in. */
export async function ownMedia({ ports, ledger }: Batch, name: string): Promise<Media | undefined> {
  const media = await ports.catalog.getMedia(name);
  return media !== undefined && ledger.state.taken.has(media.version) ? media : undefined;
}

/** The media files of inputs, by name, in every bucket that a run has used. */
async function* allOwnMedia(batch: Batch): AsyncGenerator<Media> {
  for (const name of [...new Set(batch.ledger.state.taken.values())].toSorted()) {
    const media = await ownMedia(batch, name);
    if (media !== undefined) yield media;
  }
}

/** The media files of inputs that are in the library, at most a hundred, by name. */
export async function leftInLibrary(batch: Batch): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of allOwnMedia(batch)) if (names.push(name) === 100) break;
  return names;
}

/**
 * Removes the media files of inputs, also what an earlier or a killed run left. One of which not all could be
 * decoded stays, until somebody has looked after it.
 */
export async function removeOwnMedia(batch: Batch): Promise<void> {
  const { ports } = batch;
  for await (const media of allOwnMedia(batch))
    if (media.facts?.incomplete === undefined) await removeNow(ports, media);
  await ports.recover();
}
