import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import {
  copyFile,
  link,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  unlink,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isProcessGone, processMark, processMarkPattern } from "../database/session.ts";
import { asMediaError, MediaError } from "../media/errors.ts";

/** What tells an unchanged file from a changed one without reading it; undefined when there is none. */
export async function markOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.isFile() === true ? `${found.size}.${found.mtimeNs}.${found.ino}` : undefined;
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function onDisk(path: string): Promise<void> {
  await using file = await open(path);
  await file.sync();
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
  /** A copy, by reference where the disk can; or the file itself. What is there already is refused. */
  bring(from: string, to: string, mode: "move" | "copy"): Promise<void>;
}

/** What an unfinished file is called that lies beside its place, because that is on another disk. */
const unfinishedPrefix = ".dailies-unfinished-";

/** Removes unfinished files from a folder that may be there. What cannot be removed is left. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => []))
    if (name.startsWith(unfinishedPrefix))
      await rm(join(folder, name), { force: true }).catch(() => {});
}

type Fill = (temporary: string) => Promise<void>;

async function renamedInto(to: string, temporary: string, fill: Fill): Promise<void> {
  try {
    await fill(temporary);
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first error is the one to tell
    throw error;
  }
}

/** A folder, if it is none yet: neither a file nor a link to what is not there can be. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EEXIST" && cause.code !== "ENOENT") throw cause;
    const remedy = "See what is there instead, then run the same command again.";
    const why = `${folder} is no folder, and cannot be made one`;
    throw new MediaError("storage_failed", why, { cause, remedy });
  });
}

const isOtherDisk = (thrown: unknown): boolean =>
  (thrown as NodeJS.ErrnoException).code === "EXDEV";

/**
 * @param unfinished emptied first: who was killed left what nobody goes on with
 * @param folders that may be on other disks; what was left unfinished there goes, too
 */
export async function openWholeFiles(
  unfinished: string,
  folders: readonly string[] = [],
): Promise<WholeFiles> {
  await writingTo(dirname(unfinished), async () => {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
  });
  for (const folder of folders) await sweep(folder);
  const onOtherDisks = new Set<string>();
  const through = async (to: string, fill: Fill): Promise<void> => {
    const folder = dirname(to);
    await makeFolder(folder);
    if (!onOtherDisks.has(folder))
      try {
        return await renamedInto(to, join(unfinished, randomUUID()), fill);
      } catch (error) {
        if (!isOtherDisk(error)) throw error;
        onOtherDisks.add(folder);
      }
    await renamedInto(to, join(folder, unfinishedPrefix + randomUUID()), fill);
  };
  const bring: WholeFiles["bring"] = async (from, to, mode) => {
    if (await exists(to)) throw new MediaError("storage_failed", `${to} is there already`);
    if (mode === "move") {
      await makeFolder(dirname(to));
      const isMoved = await rename(from, to).then(
        () => true,
        (error: unknown) => {
          if (isOtherDisk(error)) return false; // copied, then removed
          throw error;
        },
      );
      if (isMoved) return;
    }
    await through(to, async (temporary) => {
      await copyFile(from, temporary, constants.COPYFILE_FICLONE);
      await onDisk(temporary);
    });
    if (mode === "move") await unlink(from);
  };
  return {
    write: (path, content) =>
      writingTo(dirname(path), () =>
        through(path, async (temporary) => {
          await using file = await open(temporary, "wx");
          await file.writeFile(content);
          await file.sync();
        }),
      ),
    bring: (from, to, mode) => writingTo(dirname(to), () => bring(from, to, mode)),
  };
}

/** Says in its name whose it is: who is killed before a mark is written leaves an empty one. */
const newMark = (path: string): string => `${path}.${processMark()}.${randomUUID()}`;

/**
 * Holds a place for this process until it is released or the process is gone.
 * @param what who is kept out, for the error: `the batch in /results`
 * @throws MediaError `batch_running` when a living process has it
 */
export async function holdPlace(path: string, what: string): Promise<() => Promise<void>> {
  await makeFolder(dirname(path));
  const own = newMark(path);
  await using file = await open(own, "wx");
  await file.writeFile(processMark());
  try {
    for (let tries = 0; tries < 100; tries += 1) {
      const isOurs = await link(own, path).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === "EEXIST") return false;
          throw error;
        },
      );
      if (isOurs) return () => rm(path, { force: true });
      await takeFromTheDead(path, what);
    }
  } finally {
    await rm(own, { force: true });
  }
  throw new MediaError("batch_running", `${what} cannot be had: others come and go there`);
}

/** Puts aside the mark of a process that is gone; of several who try, one has it and looks again. */
async function takeFromTheDead(path: string, what: string): Promise<void> {
  const holder = await readFile(path, "utf8").catch(() => undefined);
  if (holder === undefined) return; // released just now
  const isMark = new RegExp(`^${processMarkPattern.source}$`).test(holder);
  if (isMark && !isProcessGone(holder)) {
    const pid = holder.split("-")[2];
    throw new MediaError("batch_running", `process ${pid} is at work on ${what}`);
  }
  const aside = newMark(path);
  const isTaken = await rename(path, aside).then(
    () => true,
    () => false, // another was faster
  );
  if (!isTaken) return;
  // Between the look and the taking a living one may have put its own there: it gets it back.
  if ((await readFile(aside, "utf8")) !== holder) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

/** Removes the marks of processes that are gone, which were never put in their place. */
export async function clearMarks(path: string): Promise<void> {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  for (const name of await readdir(folder).catch(() => []))
    if (name.startsWith(prefix) && isProcessGone(name.slice(prefix.length).split(".")[0] ?? ""))
      await rm(join(folder, name), { force: true });
}
