import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, open, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { flushFolder, makeFolder, renameDurably } from "../files/durable.ts";
import type { Fingerprint } from "./object-store.ts";
import { chunksOf, hasCode } from "./source-file.ts";

/** Objects are readable by the service's user alone, whatever the folders above them allow. */
export const privateMode = 0o600;

/** What was found out about bytes. */
export interface HashedBytes {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Hashes an open file and flushes it to the disk. */
async function hashHandle(file: FileHandle, signal?: AbortSignal): Promise<HashedBytes> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of chunksOf(file, signal)) {
    hash.update(chunk);
    sizeBytes += chunk.byteLength;
  }
  await file.sync();
  return { sha256: hash.digest("hex"), sizeBytes };
}

/** Hashes the file at a path, makes it private and flushes it to the disk. */
export async function finishClone(path: string, signal?: AbortSignal): Promise<HashedBytes> {
  await using file = await open(path);
  await file.chmod(privateMode);
  return await hashHandle(file, signal);
}

/**
 * Copies an open file by reference where the file system can (btrfs, xfs, APFS …); false where it cannot.
 * @param path of the same file, for systems on which an open file has no name of its own
 */
export async function cloneFile(
  file: FileHandle,
  path: string | undefined,
  target: string,
): Promise<boolean> {
  const source = process.platform === "linux" ? `/proc/self/fd/${file.fd}` : path;
  if (source === undefined) return false;
  return await copyFile(source, target, constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    // Each system refuses in its own words; a real fault comes back from the plain copy.
    async () => (await rm(target, { force: true }), false),
  );
}

/**
 * Makes the file itself the object, by a new name or a second one: undefined when the file lies on
 * another device or has a second name already, through which others could write to it. The file's
 * bytes are durable before it gets the name.
 */
export async function placeFile(
  source: FileHandle,
  path: string,
  target: string,
  how: {
    readonly by: "renaming" | "linking";
    readonly signal: AbortSignal | undefined;
    readonly known?: Fingerprint | undefined;
  },
): Promise<HashedBytes | undefined> {
  const { nlink, size } = await source.stat();
  if (nlink !== 1) return undefined;
  const { by, known, signal } = how;
  await source.chmod(privateMode);
  if (known !== undefined) await source.sync();
  const stored =
    known === undefined
      ? await hashHandle(source, signal)
      : { sha256: known.value, sizeBytes: size };
  try {
    await makeFolder(dirname(target), { mode: 0o700 });
    if (by === "renaming") await renameDurably(path, target);
    else {
      await link(path, target);
      await flushFolder(dirname(target));
    }
  } catch (error) {
    // another device, or one that knows no second names
    if (hasCode(error, "EXDEV", "EPERM", "EMLINK", "ENOTSUP")) return undefined;
    throw error;
  }
  return stored;
}
