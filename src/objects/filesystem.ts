import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, mkdir, open, readdir, rename, rm, stat, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { MediaError, asMediaError } from "../media/errors.ts";
import { sessionOf } from "../media/ids.ts";
import type { ObjectRef } from "../media/media.ts";
import type { ObjectStore, StoredBytes } from "./object-store.ts";
import { checkBucket, checkRef, clipRange, isVersion } from "./reference.ts";
import { chunksOf, hasCode, openSource } from "./source-file.ts";
import { writeHashed } from "./write-hashed.ts";

export interface FilesystemObjectStore extends ObjectStore {
  /**
   * Removes what was left half taken in by sessions that are no more; returns how many files.
   * A version ends in the session that made it, so the living are not disturbed.
   */
  sweepIncoming(isLive: (session: string) => boolean | Promise<boolean>): Promise<number>;
}

/**
 * Objects as files below `dir`, which is made when it is first needed: bytes lie at
 * `<bucket>/<2 hex>/<version>`, and come into being in `.incoming`, on the same file system.
 * A file is at its place only whole and durable: written, fsynced, renamed, its folder fsynced.
 */
export function createFilesystemObjectStore(options: { dir: string }): FilesystemObjectStore {
  const dir = resolve(options.dir);
  const incoming = join(dir, ".incoming");

  const pathOf = (ref: Pick<ObjectRef, "bucket" | "version">): string => {
    checkRef(ref);
    const shard = createHash("sha256").update(ref.version).digest("hex").slice(0, 2);
    return join(dir, ref.bucket, shard, ref.version);
  };

  /** Lets `fill` make a temp file, then puts it in its place; after a failure it is gone. */
  const takeIn = async (
    ref: ObjectRef,
    fill: (temp: string) => Promise<StoredBytes>,
  ): Promise<StoredBytes> => {
    const target = pathOf(ref);
    const temp = join(incoming, `${randomBytes(6).toString("hex")}.${ref.version}`);
    try {
      await mkdir(incoming, { recursive: true });
      const stored = await fill(temp);
      await renameDurably(temp, target);
      return stored;
    } catch (error) {
      await rm(temp, { force: true }).catch(() => undefined); // the first error is the one to tell
      throw storageError(error, dir);
    }
  };

  return {
    put: (ref, source) => takeIn(ref, (temp) => writeFile(temp, source)),

    async putFile(ref, path, { move = false, link: linking = false, signal, sha256 } = {}) {
      const target = pathOf(ref);
      await using source = await openSource(path, { move: move || linking });
      if (move || linking) {
        const known = linking ? sha256 : undefined;
        const how = { signal, sha256: known, place: linking ? linkDurably : renameDurably };
        const stored = await placeFile(source, path, target, how).catch((error: unknown) => {
          throw storageError(error, dir);
        });
        if (stored !== undefined) return stored;
      }
      const stored = await takeIn(ref, async (temp) =>
        (await cloneFile(path, temp))
          ? await hashFile(temp, signal)
          : await writeFile(temp, chunksOf(source, signal)),
      );
      if (move) await rm(path, { force: true });
      return stored;
    },

    async read(ref, range) {
      const handle = await openObject(pathOf(ref), ref);
      try {
        const { start, end } = clipRange(range, (await handle.stat()).size);
        if (start < end)
          return handle.createReadStream({ start, end: end - 1, highWaterMark: readBytes });
      } catch (error) {
        await handle.close();
        throw storageError(error, dir);
      }
      await handle.close();
      return Readable.from([]);
    },

    async stat(ref) {
      const found = await orUndefinedWhenMissing(stat(pathOf(ref)));
      return found && { sizeBytes: found.size };
    },

    async remove(ref) {
      const removed = unlink(pathOf(ref)).then(() => true);
      return (await orUndefinedWhenMissing(removed)) ?? false;
    },

    async *list(bucket) {
      const folder = join(dir, checkBucket(bucket));
      for (const shard of (await orUndefinedWhenMissing(readdir(folder))) ?? []) {
        if (!/^[0-9a-f]{2}$/.test(shard)) continue; // a file manager's own, say
        for (const version of await readdir(join(folder, shard))) {
          if (!isVersion(version)) continue;
          const found = await orUndefinedWhenMissing(stat(join(folder, shard, version)));
          if (found?.isFile()) yield { version, sizeBytes: found.size };
        }
      }
    },

    async withLocalFile(ref, use) {
      const path = pathOf(ref);
      if ((await orUndefinedWhenMissing(stat(path))) === undefined) throw notFound(ref);
      return await use(path);
    },

    async sweepIncoming(isLive) {
      let removed = 0;
      for (const name of (await orUndefinedWhenMissing(readdir(incoming))) ?? []) {
        if (await isLive(sessionOf(name))) continue;
        await rm(join(incoming, name), { force: true });
        removed += 1;
      }
      return removed;
    },
  };
}

async function writeFile(path: string, source: AsyncIterable<Uint8Array>): Promise<StoredBytes> {
  await using file = await open(path, "wx");
  return await writeHashed(file, source);
}

/** A piece of a stream that is read: large enough that what is done for each costs little. */
const readBytes = 256 * 1024;

/** Hashes what lies at `path` and makes it durable. */
async function hashFile(path: string, signal?: AbortSignal): Promise<StoredBytes> {
  await using file = await open(path);
  return await hashHandle(file, signal);
}

async function hashHandle(file: FileHandle, signal?: AbortSignal): Promise<StoredBytes> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of chunksOf(file, signal)) {
    hash.update(chunk);
    sizeBytes += chunk.byteLength;
  }
  await file.sync();
  return { sha256: hash.digest("hex"), sizeBytes };
}

/** Copies by reference where the file system can (btrfs, xfs, APFS …); false where it cannot. */
async function cloneFile(path: string, target: string): Promise<boolean> {
  return await copyFile(path, target, constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    // Each system refuses in its own words; a real fault comes back from the plain copy.
    async () => (await rm(target, { force: true }), false),
  );
}

/**
 * Takes the file itself when nobody else can write to it: undefined when it lies on another
 * device or has a second name. Its bytes are durable before it gets its new name.
 */
async function placeFile(
  source: FileHandle,
  path: string,
  target: string,
  how: {
    signal: AbortSignal | undefined;
    sha256: string | undefined;
    place: (from: string, to: string) => Promise<void>;
  },
): Promise<StoredBytes | undefined> {
  const { nlink, size } = await source.stat();
  if (nlink !== 1) return undefined;
  const { sha256, signal } = how;
  if (sha256 !== undefined) await source.sync();
  const known = sha256 === undefined ? undefined : { sha256, sizeBytes: size };
  const stored = known ?? (await hashHandle(source, signal));
  try {
    await how.place(path, target);
  } catch (error) {
    // another device, or one that knows no second names
    if (hasCode(error, "EXDEV", "EPERM", "EMLINK", "ENOTSUP")) return undefined;
    throw error;
  }
  return stored;
}

const renameDurably = (from: string, to: string): Promise<void> => placeDurably(from, to, rename);
const linkDurably = (from: string, to: string): Promise<void> => placeDurably(from, to, link);

async function placeDurably(
  from: string,
  to: string,
  place: (from: string, to: string) => Promise<void>,
): Promise<void> {
  const firstMade = await mkdir(dirname(to), { recursive: true });
  await place(from, to);
  // A new folder is an entry of its parent: that one has to be durable too.
  const last = firstMade === undefined ? dirname(to) : dirname(firstMade);
  for (let folder = dirname(to); ; folder = dirname(folder)) {
    await using handle = await open(folder);
    await handle.sync();
    if (folder === last) return;
  }
}

async function openObject(path: string, ref: ObjectRef): Promise<FileHandle> {
  const handle = await orUndefinedWhenMissing(open(path));
  if (handle === undefined) throw notFound(ref);
  return handle;
}

const notFound = (ref: ObjectRef): MediaError =>
  new MediaError("not_found", `there are no bytes of ${ref.key} in ${ref.bucket}`, {
    details: { version: ref.version },
  });

function storageError(thrown: unknown, dir: string): MediaError {
  const error = asMediaError(thrown);
  if (error.code !== "disk_full" || thrown === error) return error;
  return new MediaError("disk_full", `no space is left on the disk of ${dir}`, { cause: thrown });
}

async function orUndefinedWhenMissing<T>(result: Promise<T>): Promise<T | undefined> {
  return await result.catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return undefined;
    throw asMediaError(error);
  });
}
