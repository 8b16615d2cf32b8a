import { constants } from "node:fs";
import { copyFile, open, stat, utimes } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import type { OutputWriter } from "../app/run.ts";
import { flush, makeFolders } from "../files/durable.ts";
import { checkPlain, fillAndRename } from "../files/replace.ts";
import { removeAbandoned, temporaryName } from "../files/temporary.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import { timeOf } from "../media/ids.ts";
import { outputFolders } from "../media/keys.ts";
import type { StoredObject } from "../media/media.ts";
import { withLocalFile } from "../objects/local-file.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { checkOutputNames, markResults, tryFolder } from "./output-folder.ts";

/** Writes outputs as files below a folder, by their keys. A file appears whole or not at all. */
export interface FolderWriter extends OutputWriter {
  /**
   * Refuses a folder that cannot be written to, before any work is done for it.
   * @throws MediaError `storage_failed`
   */
  check(): Promise<void>;
  /**
   * Refuses a name whose outputs could not be written as files, before any work is done for them.
   * @throws MediaError `invalid_name`
   */
  checkName(name: string): void;
  /** Whether a folder is one that this writer writes to: what is in it is no footage. */
  isOwn(folder: string): boolean;
}

/** What unfinished files are called, beside the place they are for. */
const unfinishedIn = (folder: string): string => join(folder, ".dailies-unfinished");

/** Whether the file is the object's already: its size, and the time that writing it set. */
async function isWritten(path: string, object: StoredObject): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.size === object.sizeBytes && Math.round(found.mtimeMs) === timeOf(object.version);
}

const chunkBytes = 1024 * 1024;

/** By reference where the file system can; else chunk by chunk, so that the signal is heeded. */
async function copy(from: string, to: string, signal: AbortSignal): Promise<void> {
  const isCloned = await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false, // each system refuses in its own words; a real fault comes back below
  );
  if (isCloned) return;
  await using source = await open(from);
  await using target = await open(to, "wx");
  const buffer = Buffer.allocUnsafeSlow(chunkBytes);
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await source.read(buffer, 0, chunkBytes);
    if (bytesRead === 0) return;
    await target.writeFile(buffer.subarray(0, bytesRead));
  }
}

/** An error in the words of the file or folder that it keeps from being written. */
function cannotWrite(path: string, thrown: unknown): MediaError {
  const error = asMediaError(thrown);
  if (thrown instanceof MediaError || error.code === "cancelled") return error;
  const { syscall, code: system } = thrown as NodeJS.ErrnoException;
  const code = error.code === "internal" && syscall !== undefined ? "storage_failed" : error.code;
  const why = code === "disk_full" ? "no space is left there" : error.message;
  const remedy =
    system === "ENAMETOOLONG"
      ? "Choose a folder with a shorter path, and shorter names."
      : "Let this user write there, or choose another folder.";
  return new MediaError(code, `${path} cannot be written: ${why}`, {
    cause: thrown,
    ...(code === "storage_failed" ? { remedy } : {}),
  });
}

/** Refuses a folder that results cannot be written to. @throws MediaError `storage_failed` */
export async function checkFolder(folder: string): Promise<void> {
  const root = resolve(folder);
  await tryFolder(root).catch((error: unknown) => {
    throw cannotWrite(root, error);
  });
}

/**
 * A writer for one run; `folder` may be relative, and is made when the first file is written. A file
 * that is there already is left alone. `write` returns absolute paths, and throws MediaError
 * `storage_failed`, `disk_full`; `invalid_name` when a key leads out of the folder; `cancelled`.
 */
export function createOutputWriter(objects: ObjectStore, folder: string): FolderWriter {
  const root = resolve(folder);
  const within = root.endsWith(sep) ? root : root + sep;
  /** Folders that were looked through for half files, once a run. */
  const swept = new Set<string>();
  const results = new Set(Array.from(outputFolders, (kind) => join(root, "output", kind)));
  const unmarked = new Set(results);

  /** Marks the folder of an output, so that nobody takes it for footage: once a run. */
  async function mark(path: string): Promise<void> {
    const kind = Array.from(unmarked).find((one) => path.startsWith(one + sep));
    if (kind !== undefined) await markResults(kind);
    if (kind !== undefined) unmarked.delete(kind);
  }

  async function writeOne(object: StoredObject, path: string, signal: AbortSignal): Promise<void> {
    const parent = dirname(path);
    await mark(path);
    await makeFolders(parent);
    if (!swept.has(parent)) await removeAbandoned(unfinishedIn(parent));
    swept.add(parent);
    await checkPlain(path);
    await fillAndRename(temporaryName(unfinishedIn(parent)), path, async (temporary) => {
      await withLocalFile(objects, object, (local) => copy(local, temporary, signal));
      const time = timeOf(object.version) / 1000;
      await utimes(temporary, time, time);
      await flush(temporary);
    });
  }

  return {
    folder: root,
    check: () => checkFolder(root),
    checkName: (name) => checkOutputNames(root, name),
    isOwn: (path) => results.has(path),
    async write(outputs, signal) {
      const paths: string[] = [];
      for (const output of outputs) {
        const path = resolve(root, output.key);
        if (!path.startsWith(within))
          throw new MediaError(
            "invalid_name",
            `${JSON.stringify(output.key)} leads out of ${root}`,
          );
        if (!(await isWritten(path, output)))
          await writeOne(output, path, signal).catch((error: unknown) => {
            throw cannotWrite(path, error);
          });
        paths.push(path);
      }
      return paths;
    },
  };
}
