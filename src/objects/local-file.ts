import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectRef } from "../media/media.ts";
import type { ObjectStore } from "./object-store.ts";

/** Writes an object into a new file that only its owner may read. */
async function copyTo(store: ObjectStore, ref: ObjectRef, path: string): Promise<void> {
  const chunks = await store.read(ref);
  await using file = await open(path, "wx", 0o400);
  for await (const chunk of chunks) await file.writeFile(chunk);
}

/**
 * Calls `use` with the path of a file that has the object's bytes, for programs that need a file. The
 * file is the store's own, or a temporary copy where the store has none; never write to it, and do not
 * use it after `use` has returned.
 * @param options.folder where a temporary copy is made. Default: the system's folder for such files
 * @throws MediaError `not_found`, before `use` is called
 */
export async function withLocalFile<T>(
  store: ObjectStore,
  ref: ObjectRef,
  use: (path: string) => Promise<T>,
  options: { readonly folder?: string } = {},
): Promise<T> {
  if (store.capabilities.localPaths) return use(await store.localPath(ref));
  const folder = await mkdtemp(join(options.folder ?? tmpdir(), "dailies-object-"));
  try {
    const path = join(folder, ref.version);
    await copyTo(store, ref, path);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
