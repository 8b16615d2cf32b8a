import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { MediaError } from "../media/errors.ts";

/** A file's bytes, or a folder's entries: there after a power cut, too, when it returns. */
export async function onDisk(path: string): Promise<void> {
  await using file = await open(path);
  await file.sync();
}

/** What file systems say that cannot do it for a folder, whatever one does (Windows, some network disks). */
const unableCodes = new Set(["EINVAL", "ENOTSUP", "ENOSYS", "EISDIR", "EPERM", "EBADF"]);

/** The entries of a folder on the disk, where its file system can. */
export async function entriesOnDisk(folder: string): Promise<void> {
  await onDisk(folder).catch((error: NodeJS.ErrnoException) => {
    if (!unableCodes.has(error.code ?? "")) throw error;
  });
}

export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await entriesOnDisk(dirname(to));
}

/** A folder, if it is none yet: neither a file nor a link to what is not there can be. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EEXIST" && cause.code !== "ENOENT") throw cause;
    const remedy = "See what is there instead, then run the same command again.";
    const why = `${folder} is no folder, and cannot be made one`;
    throw new MediaError("storage_failed", why, { cause, remedy });
  });
  if (first === undefined) return;
  // A new folder is an entry of its parent: that one has to be on the disk, too.
  for (let made = folder; made.length >= first.length; made = dirname(made))
    await entriesOnDisk(dirname(made));
}
