import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { MediaError } from "../media/errors.ts";

/** Flushes a file's bytes, or a folder's entries, to the disk: a power cut cannot undo them any more. */
export async function flush(path: string): Promise<void> {
  await using file = await open(path);
  await file.sync();
}

/** File systems answer so that cannot flush a folder at all (Windows, some network disks). */
const unableCodes = new Set(["EINVAL", "ENOTSUP", "ENOSYS", "EISDIR", "EPERM", "EBADF"]);

/** Flushes the entries of a folder, where its file system can. */
export async function flushFolder(folder: string): Promise<void> {
  await flush(folder).catch((error: NodeJS.ErrnoException) => {
    if (!unableCodes.has(error.code ?? "")) throw error;
  });
}

/** Renames a file and flushes its new folder. The file's bytes must be on the disk already. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await flushFolder(dirname(to));
}

/**
 * Makes a folder and the folders above it, and flushes each new entry.
 * @throws MediaError `storage_failed` when a file, or a link that leads nowhere, has the name
 */
export async function makeFolder(folder: string, options: { mode?: number } = {}): Promise<void> {
  const first = await mkdir(folder, { recursive: true, ...options }).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code !== "EEXIST" && cause.code !== "ENOENT") throw cause;
      const remedy = "See what is there instead, then run the same command again.";
      const why = `${folder} is no folder, and cannot be made one`;
      throw new MediaError("storage_failed", why, { cause, remedy });
    },
  );
  if (first === undefined) return;
  // A new folder is an entry of its parent, so the parent is flushed, too.
  for (let made = folder; made.length >= first.length; made = dirname(made))
    await flushFolder(dirname(made));
}
