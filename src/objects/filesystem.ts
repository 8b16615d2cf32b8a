import { createHash, randomBytes } from "node:crypto";
import { open, readdir, rm, stat, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { makeFolder, makeFolders } from "../files/durable.ts";
import { fillAndRename } from "../files/replace.ts";
import { MediaError, asMediaError } from "../media/errors.ts";
import { createIdSource, newSession, sessionOf } from "../media/ids.ts";
import type { ObjectRef } from "../media/media.ts";
import { fileChunks } from "./file-chunks.ts";
import type { ObjectPlace, ObjectStore, StoredBytes } from "./object-store.ts";
import { cloneFile, finishClone, placeFile, privateMode, type HashedBytes } from "./place-file.ts";
import { checkBucket, checkRef, clipRange, isVersion } from "./reference.ts";
import { chunksOf, hasCode, openSource } from "./source-file.ts";
import { writeHashed } from "./write-hashed.ts";

export interface FilesystemOptions {
  /** Made when it is first needed. */
  readonly dir: string;
  /** Names a version; its last part is the session that made it. Default: ids of a session of its own */
  readonly newVersion?: () => string;
}

/**
 * Objects as files below `dir`: bytes lie at `<bucket>/<2 hex>/<version>`, and come into being in
 * `.incoming`, on the same file system. A file is at its place only whole and durable: written,
 * fsynced, renamed, its folder fsynced. Has every capability.
 */
export function createFilesystemObjectStore(options: FilesystemOptions): ObjectStore {
  const { newVersion = createIdSource(newSession()) } = options;
  const dir = resolve(options.dir);
  const paths = createPaths(dir);
  const intake = createIntake(dir, paths);
  const named = ({ bucket, key }: ObjectPlace): ObjectRef => ({
    bucket,
    key,
    version: newVersion(),
  });

  return {
    capabilities: { localPaths: true, links: true, restoring: true, sweeping: true },

    put: (place, source) =>
      intake.fill(named(place), async (temp) => {
        await using file = await open(temp, "wx", privateMode);
        return await writeHashed(file, source);
      }),

    async putFile(place, file, { move = false, signal } = {}) {
      const ref = named(place);
      if (move && typeof file === "string")
        return intake.place(ref, file, { by: "renaming", signal });
      return intake.copy(ref, file, signal);
    },

    linkFile: (place, path, { fingerprint, signal } = {}) =>
      intake.place(named(place), path, { by: "linking", known: fingerprint, signal }),

    restoreFile: (ref, path, { signal } = {}) => intake.copy(ref, path, signal),

    async read(ref, range) {
      const handle = await orUndefinedWhenMissing(open(paths.of(ref)));
      if (handle === undefined) throw notFound(ref);
      try {
        return await fileChunks(handle, clipRange(range, (await handle.stat()).size));
      } catch (error) {
        await handle.close();
        throw storageError(error, dir);
      }
    },

    async stat(ref) {
      const found = await orUndefinedWhenMissing(stat(paths.of(ref)));
      return found && { sizeBytes: found.size };
    },

    async remove(ref) {
      const removed = unlink(paths.of(ref)).then(() => true);
      return (await orUndefinedWhenMissing(removed)) ?? false;
    },

    list: (bucket) => versionsBelow(join(dir, checkBucket(bucket))),

    async localPath(ref) {
      const path = paths.of(ref);
      if ((await orUndefinedWhenMissing(stat(path))) === undefined) throw notFound(ref);
      return path;
    },

    async sweep(isLive) {
      let removed = 0;
      for (const name of (await orUndefinedWhenMissing(readdir(paths.incoming))) ?? []) {
        if (isLive(sessionOf(name))) continue;
        await rm(join(paths.incoming, name), { force: true });
        removed += 1;
      }
      return removed;
    },
  };
}

async function* versionsBelow(
  folder: string,
): AsyncGenerator<{ version: string; sizeBytes: number }> {
  for (const shard of (await orUndefinedWhenMissing(readdir(folder))) ?? []) {
    if (!/^[0-9a-f]{2}$/.test(shard)) continue; // a file manager's own, say
    for (const version of await readdir(join(folder, shard))) {
      if (!isVersion(version)) continue;
      const found = await orUndefinedWhenMissing(stat(join(folder, shard, version)));
      if (found?.isFile()) yield { version, sizeBytes: found.size };
    }
  }
}

type Paths = ReturnType<typeof createPaths>;

function createPaths(dir: string) {
  const incoming = join(dir, ".incoming");
  return {
    incoming,
    of(ref: Pick<ObjectRef, "bucket" | "version">): string {
      checkRef(ref);
      const shard = createHash("sha256").update(ref.version).digest("hex").slice(0, 2);
      return join(dir, ref.bucket, shard, ref.version);
    },
    /** A fresh name for bytes that come in. It ends in the version, and so in the session. */
    temporary: (version: string): string =>
      join(incoming, `${randomBytes(6).toString("hex")}.${version}`),
  };
}

const stored = (ref: ObjectRef, { sha256, sizeBytes }: HashedBytes): StoredBytes => ({
  ...ref,
  fingerprint: { algorithm: "sha256", value: sha256 },
  sizeBytes,
});

/** The ways in. Each ends with the bytes whole and durable at their place, or with nothing. */
function createIntake(dir: string, paths: Paths) {
  /** Lets `make` write a temporary file, then puts the file in its place. */
  const fill = async (
    ref: ObjectRef,
    make: (temp: string) => Promise<HashedBytes>,
  ): Promise<StoredBytes> => {
    const target = paths.of(ref);
    const temp = paths.temporary(ref.version);
    try {
      await makeFolders(paths.incoming, { mode: 0o700 });
      await makeFolder(dirname(target), { mode: 0o700 });
      return stored(ref, await fillAndRename(temp, target, make));
    } catch (error) {
      throw storageError(error, dir);
    }
  };

  const copyOpened = (
    ref: ObjectRef,
    source: FileHandle,
    path: string | undefined,
    signal?: AbortSignal,
  ): Promise<StoredBytes> =>
    fill(ref, async (temp) => {
      if (await cloneFile(source, path, temp)) return await finishClone(temp, signal);
      await using file = await open(temp, "wx", privateMode);
      return await writeHashed(file, chunksOf(source, signal));
    });

  return {
    fill,

    async copy(
      ref: ObjectRef,
      file: string | FileHandle,
      signal?: AbortSignal,
    ): Promise<StoredBytes> {
      paths.of(ref); // refuses a name that is none before anything is opened
      if (typeof file !== "string") return await copyOpened(ref, file, undefined, signal);
      await using source = await openSource(file, { follow: true });
      return await copyOpened(ref, source, file, signal);
    },

    /** The file itself becomes the object where the disk can; else a copy, and a file to be renamed goes. */
    async place(
      ref: ObjectRef,
      path: string,
      how: Parameters<typeof placeFile>[3],
    ): Promise<StoredBytes> {
      const target = paths.of(ref);
      await using source = await openSource(path, { follow: false });
      const placed = await placeFile(source, path, target, how).catch((error: unknown) => {
        throw storageError(error, dir);
      });
      if (placed !== undefined) return stored(ref, placed);
      const copied = await copyOpened(ref, source, path, how.signal);
      if (how.by === "renaming") await rm(path, { force: true });
      return copied;
    },
  };
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
