import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, mkdir, rm, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { asMediaError, MediaError } from "../media/errors.ts";
import { flushFolder, makeFolder, flush, renameDurably } from "../files/durable.ts";
import { checkPlain, fillAndRename, writeFlushed } from "../files/replace.ts";
import { removeAbandoned, temporaryName } from "../files/temporary.ts";

/** What tells an unchanged file from a changed one without reading it; undefined when there is none. */
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
 * Removes a file of which there is a copy, which is on the disk then.
 * @param mark what the file was like: see `markOf`
 * @throws MediaError `file_changing` when it is not like that, and it stays
 */
export async function removeOriginal(from: string, copy: string, mark: string): Promise<void> {
  await flush(copy);
  await flushFolder(dirname(copy));
  await checkUnchanged(from, mark);
  await unlink(from);
}

/** Does what writes to a folder; when that cannot be, the error names the folder and what helps there. */
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
    if (error === thrown) throw thrown; // said already
    if (error.code === "disk_full")
      throw fault(`no space is left in ${folder}`, "Free some space there");
    if (error.code !== "storage_failed") throw thrown;
    // Of a move or a copy, either end may be at fault: the message has both.
    if ("dest" in (thrown as object)) throw fault(error.message, "Let this user do that");
    throw fault(`${folder} cannot be written to: ${error.message}`, "Let this user write there");
  }
}

/** Writes files whole, by way of a folder of unfinished ones; beside them where that is on another disk. */
export interface WholeFiles {
  /** Whole or not at all, and on the disk when it returns. Takes the place of what is there. */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /**
   * A copy, by reference where the disk can; or the file itself. On the disk when it returns.
   * @param mark what the file is like: see `markOf`
   * @throws MediaError `storage_failed` when something is there already; `file_changing` when the file
   * is not like that (any more): it stays, and what is not its bytes is not brought
   */
  bring(from: string, to: string, how: { mode: "move" | "copy"; mark: string }): Promise<void>;
}

/** What unfinished files are called that lie beside their place, because that is on another disk. */
const besideIn = (folder: string): string => join(folder, ".dailies-unfinished");

/** So long may an unfinished file of a process that is not seen from here be silent: it may be copied at once. */
const unfinishedLeaseMs = 86_400_000;

type Fill = (temporary: string) => Promise<void>;

const isOtherDisk = (thrown: unknown): boolean =>
  (thrown as NodeJS.ErrnoException).code === "EXDEV";

/** The file itself, to a place on its disk; false when that is on another one. */
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
    await mkdir(unfinished, { recursive: true });
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
        if (!isOtherDisk(error)) throw error; // one disk in two places is two for it
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
