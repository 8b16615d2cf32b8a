import { constants } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { relative, sep } from "node:path";
import { MediaError, unreachable } from "../media/errors.ts";

/** A pipe without a writer would block, and a device may never end: neither is waited for. */
const reading = constants.O_RDONLY | constants.O_NONBLOCK;
const notFollowing = reading | constants.O_NOFOLLOW;
const folderNotFollowed = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** @throws MediaError `unsupported_media` when it is open on no regular file, which is closed then */
async function regular(file: FileHandle, path: string): Promise<FileHandle> {
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new MediaError("unsupported_media", `${path} is not a file`);
}

/** Names what keeps a file from being opened. A link reads as a loop, or as no folder, to the system. */
function refusal(path: string, folder: string, thrown: unknown): MediaError {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === "ELOOP" || code === "ENOTDIR" || code === "ENXIO")
    return new MediaError("unsupported_media", `${path} leads out of ${folder}, through a link`);
  return unreachable(path, thrown);
}

/** Each step opens one name in the folder that is open, so that swapping a name later changes nothing. */
async function openStepwise(folder: string, names: readonly string[]): Promise<FileHandle> {
  let at = await open(folder, folderNotFollowed);
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    await using parent = at;
    at = await open(
      `/proc/self/fd/${parent.fd}/${name}`,
      isLast ? notFollowing : folderNotFollowed,
    );
  }
  return at;
}

/** Where no path leads through an open folder: the file that is open must be the one that lies there. */
async function openAndCompare(folder: string, path: string): Promise<FileHandle> {
  const file = await open(path, notFollowing);
  try {
    const real = await realpath(path);
    const [opened, found] = await Promise.all([file.stat(), stat(real)]);
    const isInside = real.startsWith(folder.endsWith(sep) ? folder : folder + sep);
    if (isInside && opened.ino === found.ino && opened.dev === found.dev) return file;
    throw new MediaError("unsupported_media", `${path} leads out of ${folder}`);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Opens a regular file below a folder for reading. No link is followed, at no place below the folder,
 * also when a name is swapped for a link at the same time: what is opened lies in the folder.
 * @param folder absolute, all links resolved
 * @param path absolute
 * @throws MediaError `unsupported_media` when it is no regular file, lies outside, or leads through a
 * link; `not_found`; `storage_failed` when it may not be read
 */
export async function openBeneath(folder: string, path: string): Promise<FileHandle> {
  const names = relative(folder, path).split(sep);
  if (names.some((name) => ["", ".", ".."].includes(name)))
    throw new MediaError("unsupported_media", `${path} leads out of ${folder}`);
  const opening =
    process.platform === "linux" ? openStepwise(folder, names) : openAndCompare(folder, path);
  const file = await opening.catch((error: unknown) => {
    throw error instanceof MediaError ? error : refusal(path, folder, error);
  });
  return regular(file, path);
}

/**
 * Opens a regular file for reading; links are followed.
 * @throws MediaError `unsupported_media` when it is no regular file; `not_found`; `storage_failed`
 */
export async function openToRead(path: string): Promise<FileHandle> {
  const file = await open(path, reading).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENXIO") throw new MediaError("unsupported_media", `${path} is not a file`);
    throw unreachable(path, error);
  });
  return regular(file, path);
}
