import { realpath, rm, stat } from "node:fs/promises";
import { sep } from "node:path";
import type { Catalog, FileStamp } from "../../catalog/catalog.ts";
import { asMediaError, MediaError, unreachable } from "../../media/errors.ts";
import { checkKey } from "../../media/keys.ts";
import type {
  Fingerprint,
  ObjectPlace,
  ObjectStore,
  StoredBytes,
} from "../../objects/object-store.ts";
import { storedObject } from "../../objects/stored.ts";
import { contentTypeOf } from "./content-types.ts";
import type { OwnVersions } from "./arrival.ts";
import { record, refused, type FollowArrival, type Received } from "./record.ts";

export interface ReceiveOptions {
  readonly catalog: Catalog;
  readonly objects: ObjectStore;
}

/** How something comes in. */
export interface Door {
  readonly name: string;
  readonly owner: string;
  /** Other bytes under the name that came from elsewhere give way. Default: `name_conflict`. */
  readonly replace?: boolean;
  /** What was taken in before by the same hand, if nothing else is to be touched. */
  readonly own?: OwnVersions;
  /** What follows from the arrival, committed with it. */
  readonly follow: FollowArrival;
  /** Refuses the bytes of a file while there is no room for more. Default: whoever asks has looked. */
  readonly checkRoom?: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** A file on this machine that is to become a media. */
export interface IncomingFile extends Door {
  /** Absolute. */
  readonly path: string;
  readonly contentType?: string;
  /** The folder, all links resolved, that it must lie in: links that lead out of it are refused. */
  readonly within?: string;
  /** Whether the catalog is to remember what the file looked like. Default: true. */
  readonly remember?: boolean;
}

/** @throws MediaError `unsupported_media` when the path leads out of the folder it must lie in */
async function checkWithin({ path, within }: IncomingFile): Promise<void> {
  if (within === undefined) return;
  const real = await realpath(path).catch((error: unknown) => {
    throw unreachable(path, error);
  });
  if (!real.startsWith(within.endsWith(sep) ? within : within + sep))
    throw new MediaError("unsupported_media", `${path} leads out of ${within}`);
}

async function stampOf(path: string): Promise<FileStamp> {
  const file = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw unreachable(path, error);
  });
  if (!file.isFile()) throw new MediaError("unsupported_media", `${path} is not a file`);
  if (file.size === 0n) throw new MediaError("empty_file", `${path} is empty`);
  return {
    path,
    sizeBytes: Number(file.size),
    modifiedNs: file.mtimeNs,
    inode: file.ino,
  };
}

const uploadOf = (name: string): ObjectPlace => ({ bucket: "uploads", key: name });

/** A file that is written to while it is read is read again, so often in all. */
const maxReadings = 3;

interface Taken {
  readonly bytes: StoredBytes;
  /** What the file looked like, before and after. */
  readonly stamp: FileStamp;
}

/** Whether a file is still what it was; one that has gone since did not change while it was read. */
async function isUnchanged(stamp: FileStamp): Promise<boolean> {
  const now = await stampOf(stamp.path).catch((error: unknown) => asMediaError(error).code);
  if (typeof now === "string") return now === "not_found";
  return (
    now.sizeBytes === stamp.sizeBytes &&
    now.modifiedNs === stamp.modifiedNs &&
    now.inode === stamp.inode
  );
}

/**
 * Stores the bytes of a file as they were at one time.
 * @throws MediaError `file_changing` when somebody goes on writing to it
 */
async function takeBytes(
  { objects }: ReceiveOptions,
  { path, signal }: IncomingFile,
  name: string,
): Promise<Taken> {
  for (let reading = 1; reading <= maxReadings; reading += 1) {
    const stamp = await stampOf(path);
    const bytes = await objects.putFile(uploadOf(name), path, { signal });
    if (await isUnchanged(stamp)) return { bytes, stamp };
    await objects.remove(bytes);
  }
  throw new MediaError("file_changing", `${path} changes while it is read`);
}

/**
 * Records what was stored, under its content type. Bytes that no record came to point at are removed.
 * What is thrown is `record`'s.
 */
async function keep(
  { catalog, objects }: ReceiveOptions,
  bytes: StoredBytes,
  door: Door & { readonly origin?: string; readonly contentType?: string },
): Promise<Received> {
  const source = storedObject(bytes, door.contentType ?? contentTypeOf(bytes.key));
  const { owner, replace = false, own, follow, origin } = door;
  const arrived = {
    source,
    owner,
    replace,
    follow,
    ...(own && { own }),
    ...(origin === undefined ? {} : { origin }),
  };
  const received = await record(catalog, arrived).catch(async (error: unknown) => {
    // Only where it is certain that nothing was committed; else the next start sweeps them.
    if (error instanceof MediaError) await objects.remove(bytes);
    throw error;
  });
  if (received.media.version !== bytes.version) await objects.remove(bytes);
  return received;
}

/**
 * Takes a file in, by the rules of `judge`.
 * @throws MediaError `not_found`, `empty_file`, `unsupported_media` (no regular file),
 * `invalid_name`, `name_conflict`, `not_yours`, `file_changing`, `disk_full`, `storage_failed`
 */
export async function receiveFile(options: ReceiveOptions, file: IncomingFile): Promise<Received> {
  const { catalog } = options;
  const name = checkKey(file.name);
  await checkWithin(file);
  const stamped = await stampOf(file.path);
  const media = await catalog.getMedia(name);
  if (media !== undefined && file.own?.has(media.version) === false)
    throw refused("name_conflict", media);
  const known = await catalog.findImport(stamped);
  if (known?.name === name && media?.version === known.version && media.owner === file.owner)
    return { media, change: "unchanged" };
  await file.checkRoom?.();
  const { bytes, stamp } = await takeBytes(options, file, name);
  await checkWithin(file).catch(async (error: unknown) => {
    await options.objects.remove(bytes);
    throw error;
  });
  const received = await keep(options, bytes, { ...file, origin: file.path });
  if (file.remember !== false) await catalog.noteImport(stamp, received.media);
  return received;
}

/** Lets the signal end a stream. */
async function* untilAborted(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    signal.throwIfAborted();
    yield chunk;
  }
}

/**
 * Takes a stream in, by the rules of `judge`. Who may not have the name is told so before the bytes
 * are read.
 * @throws MediaError `empty_file`, `invalid_name`, `name_conflict`, `not_yours`, `disk_full`,
 * `storage_failed`, `cancelled`
 */
export async function receiveStream(
  options: ReceiveOptions,
  source: AsyncIterable<Uint8Array>,
  door: Door & { readonly contentType?: string },
): Promise<Received> {
  const { catalog, objects } = options;
  const name = checkKey(door.name);
  await checkOwner(catalog, name, door.owner);
  const bytes = await objects.put(uploadOf(name), untilAborted(source, door.signal));
  return keepUnlessEmpty(options, bytes, door);
}

/**
 * Takes in a file that nobody else needs: an upload that is complete. It gets a second name in the
 * store and loses its own only when it is recorded, so that no crash loses it.
 * @param options.sha256 of its bytes, where it is known: they are not read again.
 */
export async function receiveUpload(
  options: ReceiveOptions,
  path: string,
  door: Door & { readonly contentType?: string; readonly sha256?: string },
): Promise<Received> {
  const { objects } = options;
  const { sha256, signal } = door;
  const name = checkKey(door.name);
  await checkOwner(options.catalog, name, door.owner);
  const known: { fingerprint?: Fingerprint } =
    sha256 === undefined ? {} : { fingerprint: { algorithm: "sha256", value: sha256 } };
  const bytes = objects.capabilities.links
    ? await objects.linkFile(uploadOf(name), path, { signal, ...known })
    : await objects.putFile(uploadOf(name), path, { signal });
  const received = await keepUnlessEmpty(options, bytes, door);
  await rm(path, { force: true });
  return received;
}

/** @throws MediaError `not_yours` when the name is another owner's */
export async function checkOwner(catalog: Catalog, name: string, owner: string): Promise<void> {
  const existing = await catalog.getMedia(name);
  if (existing !== undefined && existing.owner !== owner)
    throw new MediaError("not_yours", `${JSON.stringify(name)} is another owner's`);
}

async function keepUnlessEmpty(
  options: ReceiveOptions,
  bytes: StoredBytes,
  door: Door & { readonly contentType?: string },
): Promise<Received> {
  if (bytes.sizeBytes > 0) return keep(options, bytes, door);
  await options.objects.remove(bytes);
  throw new MediaError("empty_file", `${JSON.stringify(bytes.key)} has no bytes`);
}
