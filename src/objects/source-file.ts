import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { MediaError, asMediaError } from "../media/errors.ts";

/**
 * Opens a file that is to be taken in. A pipe or a device could block or never end; and a link
 * must not be moved in place of what it points at, which may be anybody's.
 * @throws MediaError `not_found` when there is nothing, `invalid_argument` when it is no regular file.
 */
export async function openSource(path: string, options: { follow: boolean }): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = await open(path, options.follow ? flags : flags | constants.O_NOFOLLOW).catch(
    (error: unknown) => {
      if (hasCode(error, "ENOENT")) throw new MediaError("not_found", `there is no file ${path}`);
      if (hasCode(error, "ELOOP", "ENXIO")) throw notAFile(path);
      throw asMediaError(error);
    },
  );
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw notAFile(path);
}

const notAFile = (path: string): MediaError =>
  new MediaError("invalid_argument", `${path} is not a regular file`);

/** Whether a thrown thing is a system error with one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

/** Large enough that a call costs little beside its bytes, small enough to keep many in memory. */
const chunkBytes = 1024 * 1024;

/** Reads into one buffer again and again: a chunk is good until the next one is asked for. */
export async function* chunksOf(
  file: FileHandle,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(chunkBytes);
  for (let position = 0; ;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
