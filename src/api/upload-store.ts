import { createHash, type Hash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { FileStore } from "@tus/file-store";
import { ERRORS, Upload } from "@tus/server";
import { asMediaError } from "../media/errors.ts";

/** Uploads on their way in: their bytes as `<id>` and what is known of them as `<id>.json`. */
export interface UploadStore {
  /** As the tus server wants it. */
  readonly tus: FileStore;
  readonly pathOf: (id: string) => string;
  /** SHA-256 of the bytes, when all of them came through this process. */
  readonly sha256Of: (id: string) => string | undefined;
  /** When its last byte came, in milliseconds since 1970; undefined when it has none here. */
  lastByteAt(id: string): Promise<number | undefined>;
  /** Everything under way or finished a short while ago. */
  list(): Promise<readonly Upload[]>;
  /** The bytes have become an object: what is left says so to a client that missed the answer. */
  finish(id: string): Promise<void>;
  isFinished(id: string): Promise<boolean>;
  /** Removes what is known of it, and its bytes. */
  remove(id: string): Promise<void>;
  /** Removes bytes that nothing is known of, when they have lain for as long as an upload may. */
  sweep(): Promise<number>;
}

/** Ids are ours: random, and file names of their own. */
export const uploadId = /^[0-9a-f]{32}$/;

/**
 * So much at a time goes to the disk while more comes, so that the end does not wait for all of it; and
 * as often it is seen whether there is room for more.
 */
const syncBytes = 4 * 1024 ** 2;
/** Hashes under way; an upload beyond that is read once more when it is complete. */
const maxHashes = 1_000;

interface Hashing {
  readonly hash: Hash;
  /** How many bytes it has seen, from the first on. */
  bytes: number;
}

/**
 * Uploads below `dir`, which must lie on the file system of the objects: what is complete gets a second
 * name there instead of being copied.
 */
export async function createUploadStore(options: {
  dir: string;
  expireMs: number;
  /** Throws when no more bytes are to be taken. */
  checkRoom: () => Promise<void>;
}): Promise<UploadStore> {
  const { dir, expireMs, checkRoom } = options;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const pathOf = (id: string): string => {
    if (!uploadId.test(id)) throw ERRORS.FILE_NOT_FOUND;
    return join(dir, id);
  };
  const infos = createInfos(pathOf, dir);
  const hashes = new Map<string, Hashing>();

  /** The hash to go on with at this place; none where bytes came that this process has not seen. */
  const hashingAt = (id: string, offset: number): Hashing | undefined => {
    const known = offset === 0 ? { hash: createHash("sha256"), bytes: 0 } : hashes.get(id);
    hashes.delete(id);
    if (known?.bytes !== offset || hashes.size >= maxHashes) return undefined;
    hashes.set(id, known);
    return known;
  };

  const write = async (
    source: AsyncIterable<Uint8Array>,
    id: string,
    offset: number,
  ): Promise<number> => {
    await checkRoom();
    await using file = await open(pathOf(id), "r+").catch((error: unknown) => {
      throw asMediaError(error).code === "internal" ? ERRORS.FILE_NO_LONGER_EXISTS : error;
    });
    const hashing = hashingAt(id, offset);
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
        // a failure shows itself when the whole is synced, too
        syncing = file
          .datasync()
          .catch(() => {})
          .finally(() => (syncing = undefined));
      }
    } finally {
      await syncing;
    }
    return position;
  };

  /** Whether there is all that is to be known of it. */
  const isWhole = async (id: string): Promise<boolean> => {
    const info = await infos.get(id);
    if (info === undefined || info.storage?.type === finished) return info !== undefined;
    return stat(pathOf(id)).then(
      () => true,
      () => false,
    );
  };

  const remove = async (id: string): Promise<void> => {
    hashes.delete(id);
    await rm(pathOf(id), { force: true });
    await infos.delete(id);
  };

  const tus = new FileStore({
    directory: dir,
    configstore: infos,
    expirationPeriodInMilliseconds: expireMs,
  });
  const unfinished = tus.getUpload.bind(tus);
  Object.assign(tus, {
    write,
    remove,
    async getUpload(id: string) {
      const info = await infos.get(id);
      if (info?.storage?.type !== finished) return unfinished(id);
      return uploadOf({ ...info, offset: info.size ?? 0 });
    },
  });
  return {
    tus,
    pathOf,
    sha256Of: (id) => hashes.get(id)?.hash.copy().digest("hex"),
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
      hashes.delete(id);
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

const finished = "finished";

/** What a file says of an upload, as the tus server wants it. */
function uploadOf(info: Omit<Upload, "sizeIsDeferred">): Upload {
  return new Upload(info as ConstructorParameters<typeof Upload>[0]);
}

async function writeAll(
  file: Awaited<ReturnType<typeof open>>,
  chunk: Uint8Array,
  start: number,
): Promise<void> {
  for (let done = 0; done < chunk.byteLength;) {
    const { bytesWritten } = await file.write(chunk, done, chunk.byteLength - done, start + done);
    done += bytesWritten;
  }
}

/** What is known of uploads, each in a file that is whole or not there. */
function createInfos(pathOf: (id: string) => string, dir: string) {
  return {
    async get(id: string): Promise<Upload | undefined> {
      const text = await readFile(`${pathOf(id)}.json`, "utf8").catch((error: unknown) => {
        // with too many open files, say, it is there all the same
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw asMediaError(error);
      });
      return text === undefined ? undefined : uploadOf(JSON.parse(text) as Upload);
    },
    async set(id: string, upload: Upload): Promise<void> {
      const path = `${pathOf(id)}.json`;
      const temp = `${path}.tmp`;
      await using file = await open(temp, "w", 0o600);
      await file.writeFile(JSON.stringify(upload));
      await file.sync();
      await rename(temp, path);
    },
    async delete(id: string): Promise<void> {
      await rm(`${pathOf(id)}.json`, { force: true });
    },
    async list(): Promise<string[]> {
      const names = await readdir(dir);
      return names
        .filter((name) => name.endsWith(".json"))
        .map((name) => name.slice(0, -".json".length))
        .filter((id) => uploadId.test(id));
    },
  };
}
