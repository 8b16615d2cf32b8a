import { lstat, open, rm } from "node:fs/promises";
import { MediaError } from "../media/errors.ts";
import { renameDurably } from "./durable.ts";

/**
 * Lets `fill` write a temporary file, then renames it to `path`, and flushes the folder: a reader sees
 * the old file or the whole new one. `fill` must flush the bytes. After a failure the temporary file is gone.
 */
export async function fillAndRename<T>(
  temporary: string,
  path: string,
  fill: (temporary: string) => Promise<T>,
): Promise<T> {
  try {
    const result = await fill(temporary);
    await renameDurably(temporary, path);
    return result;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first error is the one to tell
    throw error;
  }
}

/** Writes a new file and flushes it. */
export async function writeFlushed(
  path: string,
  content: string | Uint8Array,
  { flag = "wx", mode }: { readonly flag?: "w" | "wx"; readonly mode?: number } = {},
): Promise<void> {
  await using file = await open(path, flag, mode);
  await file.writeFile(content);
  await file.sync();
}

/**
 * Puts content in the place of a file of ours, whole and durable, readable by its owner alone. Two
 * processes must not replace the same file at once, unless each names a temporary file of its own.
 * @param temporary what it is called until it is whole. Default: the path and `.part`
 * @throws MediaError `storage_failed` when what has the name is no plain file
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  temporary = `${path}.part`,
): Promise<void> {
  await checkPlain(path);
  await rm(temporary, { force: true }); // half of one, of a process that was killed
  await fillAndRename(temporary, path, (part) => writeFlushed(part, content, { mode: 0o600 }));
}

/** Refuses to replace a folder, a link, a pipe or a device. @throws MediaError `storage_failed` */
export async function checkPlain(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
  });
  if (found === undefined || found.isFile()) return;
  throw new MediaError("storage_failed", `${path} is not a plain file, and is not replaced`, {
    remedy: "See what is there, move it away, then run the same command again.",
  });
}
