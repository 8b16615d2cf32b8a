import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, rm, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { asMediaError, MediaError } from "../media/errors.ts";
import { flushFolder, makeFolder, makeFolders, flush, renameDurably } from "../files/durable.ts";
import { checkPlain, fillAndRename, writeFlushed } from "../files/replace.ts";
import { removeAbandoned, temporaryName } from "../files/temporary.ts";

/** A file's fingerprint from its metadata, which differs when the file changes; undefined when there is no file. */
export async function markOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.isFile() === true ? `${found.size}.${found.mtimeNs}.${found.ino}` : undefined;
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** @throws MediaError when the file is not what its mark says: its contents were not transcribed */
export async function checkUnchanged(path: string, mark: string): Promise<void> {
  const now = await markOf(path);
  if (now === mark) return;
  if (now === undefined)
    throw new MediaError("not_found", "it was taken away before it could be archived");
  throw new MediaError(
    "file_changing",
    "it was changed before it could be archived, so it stays where it is; the next run does it again",
  );
}

/**
 * Removes a file that has a copy, after the copy has reached the disk.
 * @param mark the file's fingerprint: see `markOf`
 * @throws MediaError `file_changing` when the file has changed; then it stays
 */
export async function removeOriginal(from: string, copy: string, mark: string): Promise<void> {
  await flush(copy);
  await flushFolder(dirname(copy));
  await checkUnchanged(from, mark);
  await unlink(from);
}

/** Does work that writes to a folder. If it fails, the error names the folder and a remedy. */
export async function writingTo<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = asMediaError(thrown);
    const fault = (message: string, remedy: string) =>
      new MediaError(error.code, message, {
        cause: thrown,
        remedy: `${remedy}, then run the same command again: it goes on where it stopped.`,
      });
    if (error === thrown) throw thrown; // it already names the folder
    if (error.code === "disk_full")
      throw fault(`no space is left in ${folder}`, "Free some space there");
    if (error.code !== "storage_failed") throw thrown;
    // In a move or a copy, either path may be the cause: the message has both.
    if ("dest" in (thrown as object)) throw fault(error.message, "Let this user do that");
    throw fault(`${folder} cannot be written to: ${error.message}`, "Let this user write there");
  }
}

/** Writes complete files by way of a folder for unfinished ones. On another disk, unfinished files lie beside the target. */
export interface WholeFiles {
  /** Writes the file completely or not at all. It is on the disk when this returns. Replaces an existing file. */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /**
   * Copies (by reference if the disk can) or moves a file. It is on the disk when this returns.
   * @param mark the file's fingerprint: see `markOf`
   * @throws MediaError `storage_failed` when the target exists; `file_changing` when the file has
   * changed: it stays, and other bytes are not copied
   */
  bring(from: string, to: string, how: { mode: "move" | "copy"; mark: string }): Promise<void>;
}

/** The path of unfinished files beside a target on another disk. */
const besideIn = (folder: string): string => join(folder, ".dailies-unfinished");

/** How long an unfinished file of a process that cannot be seen may be unchanged, because that process may still be copying. */
const unfinishedLeaseMs = 86_400_000;

type Fill = (temporary: string) => Promise<void>;

const isOtherDisk = (thrown: unknown): boolean =>
  (thrown as NodeJS.ErrnoException).code === "EXDEV";

/** Moves the file on its own disk; false when the target is on another disk. */
async function isMoved(from: string, to: string, mark: string): Promise<boolean> {
  await makeFolder(dirname(to));
  await checkUnchanged(from, mark);
  return renameDurably(from, to).then(
    () => true,
    (error: unknown) => {
      if (isOtherDisk(error)) return false;
      throw error;
    },
  );
}

/**
 * @param unfinished emptied first: a killed process left files there that no other continues
 * @param folders that may be on other disks, and another's, too: of what was left unfinished there, that
 * of processes that are gone goes
 */
export async function openWholeFiles(
  unfinished: string,
  folders: readonly string[] = [],
): Promise<WholeFiles> {
  const { dev } = await writingTo(dirname(unfinished), async () => {
    await rm(unfinished, { recursive: true, force: true });
    await makeFolders(unfinished);
    return stat(unfinished);
  });
  for (const folder of folders) await removeAbandoned(besideIn(folder), unfinishedLeaseMs);
  const onOtherDisks = new Set<string>();
  const through = async (to: string, fill: Fill): Promise<void> => {
    const folder = dirname(to);
    await makeFolder(folder);
    await checkPlain(to);
    if (!onOtherDisks.has(folder) && (await stat(folder)).dev === dev)
      try {
        return await fillAndRename(join(unfinished, randomUUID()), to, fill);
      } catch (error) {
        if (!isOtherDisk(error)) throw error; // the system treats one disk with two mount points as two disks
        onOtherDisks.add(folder);
      }
    await fillAndRename(temporaryName(besideIn(folder)), to, fill);
  };
  const bring: WholeFiles["bring"] = async (from, to, { mode, mark }) => {
    if (await exists(to)) throw new MediaError("storage_failed", `${to} is there already`);
    if (mode === "move" && (await isMoved(from, to, mark))) return;
    await through(to, async (temporary) => {
      await copyFile(from, temporary, constants.COPYFILE_FICLONE);
      await flush(temporary);
      await checkUnchanged(from, mark);
    });
    if (mode === "move") await removeOriginal(from, to, mark);
  };
  return {
    write: (path, content) =>
      writingTo(dirname(path), () =>
        through(path, (temporary) => writeFlushed(temporary, content)),
      ),
    bring: (from, to, how) => writingTo(dirname(to), () => bring(from, to, how)),
  };
}
