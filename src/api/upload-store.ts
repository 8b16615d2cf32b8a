import { createHash, type Hash } from "node:crypto";
import { open, readdir, rm, stat, type FileHandle } from "node:fs/promises";
import { makeFolders } from "../files/durable.ts";
import { join } from "node:path";
import { FileStore } from "@tus/file-store";
import { ERRORS, type Upload } from "@tus/server";
import { asMediaError } from "../media/errors.ts";
import { createInfos, finished, uploadId, uploadOf } from "./upload-infos.ts";

/** Unfinished uploads: the bytes as `<id>` and the description as `<id>.json`. */
export interface UploadStore {
  /** The store for the tus server. */
  readonly tus: FileStore;
  readonly pathOf: (id: string) => string;
  /** SHA-256 of the bytes, when all of them came through this process. */
  readonly sha256Of: (id: string) => string | undefined;
  /** When its last byte arrived, in milliseconds since 1970; undefined when it has no bytes here. */
  lastByteAt(id: string): Promise<number | undefined>;
  /** All uploads that are unfinished or finished recently. */
  list(): Promise<readonly Upload[]>;
  /** Marks an upload as recorded. Its description stays for a client that missed the answer. */
  finish(id: string): Promise<void>;
  isFinished(id: string): Promise<boolean>;
  /** Removes its description and its bytes. */
  remove(id: string): Promise<void>;
  /** Removes bytes without a description when they are older than an upload may be. */
  sweep(): Promise<number>;
}

/**
 * After this many bytes the file is synced while more bytes arrive, so that the end does not wait for all
 * of it. The free space is checked as often.
 */
const syncBytes = 4 * 1024 ** 2;
/** How many hashes run at once. An upload beyond that is read once more when it is complete. */
const maxHashes = 1_000;

interface Hashing {
  readonly hash: Hash;
  /** How many bytes it has seen, from the first on. */
  bytes: number;
}

/** The hashes of uploads whose bytes all came through this process. */
function createHashes() {
  const hashes = new Map<string, Hashing>();
  return {
    /** The hash to continue at this offset; none if this process has not seen all bytes before it. */
    at(id: string, offset: number): Hashing | undefined {
      const known = offset === 0 ? { hash: createHash("sha256"), bytes: 0 } : hashes.get(id);
      hashes.delete(id);
      if (known?.bytes !== offset || hashes.size >= maxHashes) return undefined;
      hashes.set(id, known);
      return known;
    },
    digest: (id: string): string | undefined => hashes.get(id)?.hash.copy().digest("hex"),
    drop: (id: string): void => void hashes.delete(id),
  };
}

async function writeAll(file: FileHandle, chunk: Uint8Array, start: number): Promise<void> {
  for (let done = 0; done < chunk.byteLength;) {
    const { bytesWritten } = await file.write(chunk, done, chunk.byteLength - done, start + done);
    done += bytesWritten;
  }
}

/** Writes a stream into a file from an offset on, and returns the offset of the end. */
async function writeFrom(
  file: FileHandle,
  source: AsyncIterable<Uint8Array>,
  offset: number,
  { hashing, checkRoom }: { hashing: Hashing | undefined; checkRoom: () => Promise<void> },
): Promise<number> {
  let position = offset;
  let syncedBytes = offset;
  let syncing: Promise<unknown> | undefined;
  try {
    for await (const chunk of source) {
      await writeAll(file, chunk, position);
      hashing?.hash.update(chunk);
      position += chunk.byteLength;
      if (hashing !== undefined) hashing.bytes = position;
      if (syncing !== undefined || position - syncedBytes < syncBytes) continue;
      syncedBytes = position;
      await checkRoom();
      // a failure also appears when the whole file is synced
      syncing = file
        .datasync()
        .catch(() => {})
        .finally(() => (syncing = undefined));
    }
  } finally {
    await syncing;
  }
  return position;
}

interface StoreOptions {
  readonly dir: string;
  readonly expireMs: number;
  /** Throws when there is no space for more bytes. */
  readonly checkRoom: () => Promise<void>;
}

/** The files of uploads, and the store of the tus server over them. */
function createFiles({ dir, expireMs, checkRoom }: StoreOptions) {
  const pathOf = (id: string): string => {
    if (!uploadId.test(id)) throw ERRORS.FILE_NOT_FOUND;
    return join(dir, id);
  };
  const infos = createInfos(pathOf, dir);
  const hashes = createHashes();
  const tus = new FileStore({
    directory: dir,
    configstore: infos,
    expirationPeriodInMilliseconds: expireMs,
  });
  tus.extensions.push("checksum");
  const unfinished = tus.getUpload.bind(tus);
  const remove = async (id: string): Promise<void> => {
    hashes.drop(id);
    await rm(pathOf(id), { force: true });
    await infos.delete(id);
  };
  Object.assign(tus, {
    async write(source: AsyncIterable<Uint8Array>, id: string, offset: number) {
      await checkRoom();
      await using file = await open(pathOf(id), "r+").catch((error: unknown) => {
        throw asMediaError(error).code === "internal" ? ERRORS.FILE_NO_LONGER_EXISTS : error;
      });
      const hashing = hashes.at(id, offset);
      try {
        return await writeFrom(file, source, offset, { hashing, checkRoom });
      } catch (error) {
        // bytes with another digest than was said are not kept
        if (asMediaError(error).code === "digest_mismatch") {
          hashes.drop(id);
          await file.truncate(offset);
        }
        throw error;
      }
    },
    remove,
    async getUpload(id: string) {
      const info = await infos.get(id);
      if (info?.storage?.type !== finished) return unfinished(id);
      return uploadOf({ ...info, offset: info.size ?? 0 });
    },
  });
  return { tus, infos, hashes, pathOf, remove };
}

/**
 * Uploads below `dir`, which must lie on the file system of the objects: what is complete gets a second
 * name there instead of being copied.
 */
export async function createUploadStore(options: StoreOptions): Promise<UploadStore> {
  const { dir, expireMs } = options;
  await makeFolders(dir, { mode: 0o700 });
  const { tus, infos, hashes, pathOf, remove } = createFiles(options);

  /** Whether all of its bytes are there. */
  const isWhole = async (id: string): Promise<boolean> => {
    const info = await infos.get(id);
    if (info === undefined || info.storage?.type === finished) return info !== undefined;
    return stat(pathOf(id)).then(
      () => true,
      () => false,
    );
  };

  return {
    tus,
    pathOf,
    sha256Of: hashes.digest,
    lastByteAt: (id) =>
      stat(pathOf(id)).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      ),
    async list() {
      const ids = await infos.list();
      const all = await Promise.all(ids.map((id) => tus.getUpload(id).catch(() => undefined)));
      return all.filter((upload) => upload !== undefined);
    },
    async finish(id) {
      hashes.drop(id);
      const info = await infos.get(id);
      if (info !== undefined)
        await infos.set(id, uploadOf({ ...info, storage: { type: finished, path: "" } }));
      await rm(pathOf(id), { force: true });
    },
    async sweep() {
      let removed = 0;
      for (const name of await readdir(dir)) {
        const id = name.replace(/\.json(\.tmp)?$/, "");
        if (!uploadId.test(id) || (await isWhole(id))) continue;
        const file = await stat(join(dir, name)).catch(() => undefined);
        if (file === undefined || Date.now() - file.mtimeMs < expireMs) continue;
        await rm(join(dir, name), { force: true });
        removed += 1;
      }
      return removed;
    },
    isFinished: async (id) => (await infos.get(id))?.storage?.type === finished,
    remove,
  };
}
