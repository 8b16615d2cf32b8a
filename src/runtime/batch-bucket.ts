import { extensionOf } from "../media/keys.ts";
import type { Media } from "../media/media.ts";
import { removeVersion } from "./arrivals.ts";
import type { Batch } from "./batch-work.ts";
import type { Parts } from "./parts.ts";

/** What an input is called in the library: a key in the bucket. */
export function mediaName(bucket: string, job: string, path: string): string {
  return `${bucket}/${job}.${extensionOf(path) ?? "media"}`;
}

/** Without the time in which a rename would find it again. */
export const removeNow = (parts: Parts, media: { name: string; version: string }) =>
  removeVersion(parts, media, 0);

/** The media of that name, if this batch has taken it in, or an earlier one with this ledger. */
export async function ownMedia({ parts, ledger }: Batch, name: string): Promise<Media | undefined> {
  const media = await parts.catalog.getMedia(name);
  return media !== undefined && ledger.state.taken.has(media.version) ? media : undefined;
}

/** What inputs have in the library; what others have below the bucket is none of it. */
async function* inBucket({ parts, settings, ledger }: Batch): AsyncGenerator<Media> {
  const startsWith = `${settings.bucket}/`;
  for (let after: string | undefined = startsWith; after !== undefined;) {
    const page: readonly Media[] = await parts.catalog.listMedia({ startsWith, after, limit: 200 });
    for (const media of page) if (ledger.state.taken.has(media.version)) yield media;
    after = page.at(-1)?.name;
  }
}

/** What inputs have in the library, at most a hundred by name. */
export async function leftInBucket(batch: Batch): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of inBucket(batch)) if (names.push(name) === 100) break;
  return names;
}

/** Removes what inputs have in the library, and is not to stay: also what a killed run left. */
export async function clearBucket(batch: Batch): Promise<void> {
  const { parts, ledger } = batch;
  for await (const media of inBucket(batch))
    if (!ledger.state.kept.has(media.version)) await removeNow(parts, media);
  await parts.recover();
}
