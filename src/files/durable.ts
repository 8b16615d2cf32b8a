import { mkdirSync, statSync } from "node:fs";
import { mkdir, open, rename, stat } from "node:fs/promises";
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

/** Whether a folder could be made, or is there; false when the folder above it is missing. */
async function isMade(folder: string, options: MakeOptions): Promise<"made" | "there" | undefined> {
  try {
    await mkdir(folder, options);
    return "made";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if ((await stat(folder).catch(() => undefined))?.isDirectory() === true) return "there";
    throw error;
  }
}

interface MakeOptions {
  readonly mode?: number;
}

/**
 * Makes a folder and the folders above it. Returns the first that was made; undefined when all were
 * there. Node's own way does so without end where a file system says that nothing is there, but takes
 * nothing (`/proc`).
 */
export async function makeFolders(
  folder: string,
  options: MakeOptions = {},
): Promise<string | undefined> {
  const first = await isMade(folder, options);
  if (first !== undefined) return first === "made" ? folder : undefined;
  const above = dirname(folder);
  const firstAbove = above === folder ? undefined : await makeFolders(above, options);
  await mkdir(folder, options).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST" || !(await stat(folder)).isDirectory()) throw error;
  });
  return firstAbove ?? folder;
}

/** `makeFolders` before it returns, for what is opened so. */
export function makeFoldersNow(folder: string, options: MakeOptions = {}): void {
  const make = (): void => {
    try {
      mkdirSync(folder, options);
    } catch (error) {
      if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
    }
  };
  try {
    make();
  } catch (error) {
    const above = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || above === folder) throw error;
    makeFoldersNow(above, options);
    make();
  }
}

/**
 * Makes a folder and the folders above it, and flushes each new entry.
 * @throws MediaError `storage_failed` when a file, or a link that leads nowhere, has the name
 */
export async function makeFolder(folder: string, options: MakeOptions = {}): Promise<void> {
  const first = await makeFolders(folder, options).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EEXIST" && cause.code !== "ENOENT") throw cause;
    const remedy = "See what is there instead, then run the same command again.";
    const why = `${folder} is no folder, and cannot be made one`;
    throw new MediaError("storage_failed", why, { cause, remedy });
  });
  if (first === undefined) return;
  // A new folder is an entry of its parent, so the parent is flushed, too.
  for (let made = folder; made.length >= first.length; made = dirname(made))
    await flushFolder(dirname(made));
}
