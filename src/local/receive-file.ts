import { rm, type FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import type { FileStamp } from "../catalog/catalog.ts";
import { openBeneath, openToRead } from "../files/open-source.ts";
import { MediaError } from "../media/errors.ts";
import type { JobSettings } from "../media/job.ts";
import { checkKey } from "../media/keys.ts";
import type { Media } from "../media/media.ts";
import type { Fingerprint, ObjectPlace, StoredBytes } from "../objects/object-store.ts";
import { holderOf } from "../app/find.ts";
import { never } from "../app/run.ts";
import type { LocalPorts } from "./ports.ts";
import { keep, type PutOptions, type PutPorts } from "../app/put.ts";
import { refusal, type Arrival, type Received } from "../app/receive.ts";

/** Of a file on this machine. */
export interface PutFileOptions extends PutOptions {
  /** A folder, all links resolved, that the file must lie in; no link below it is followed. Default: it may lie anywhere. */
  readonly within?: string;
  /** Whether the catalog remembers what the file looked like, so that it need not be read again. Default: true. */
  readonly remember?: boolean;
  /** The profile of the renditions. Default: the library's. */
  readonly profile?: JobSettings;
}

/** Of `putUpload`: the bytes are not copied where the file lies on the library's disk. */
export interface UploadOptions extends PutOptions {
  /** Of its bytes, where it is known: they are not read again. */
  readonly sha256?: string;
}

/** A file on this machine, and how it is to be received. */
export interface IncomingFile extends PutFileOptions, Omit<Arrival, "owner" | "origin"> {
  readonly path: string;
  /** Refuses the bytes while there is no room for more. Default: `space.check`. */
  readonly checkRoom?: () => Promise<void>;
}

/** @throws MediaError `empty_file` */
async function stampOf(file: FileHandle, path: string): Promise<FileStamp> {
  const { size, mtimeNs, ino } = await file.stat({ bigint: true });
  if (size === 0n) throw new MediaError("empty_file", `${path} is empty`);
  return { path, sizeBytes: Number(size), modifiedNs: mtimeNs, inode: ino };
}

/** A file that is written to while it is read is read again, so often in all. */
const maxReadings = 3;

const uploadOf = (name: string): ObjectPlace => ({ bucket: "uploads", key: name });

interface Stored {
  readonly bytes: StoredBytes;
  /** What the file looked like, before and after. */
  readonly stamp: FileStamp;
}

const isSame = (one: FileStamp, other: FileStamp): boolean =>
  one.sizeBytes === other.sizeBytes && one.modifiedNs === other.modifiedNs;

/**
 * Stores the bytes of a file as they were at one time. They are read through the descriptor that was
 * checked: a file that has taken its name meanwhile is not read.
 * @throws MediaError `file_changing` when a program goes on writing to it
 */
async function store(
  { objects }: PutPorts,
  file: FileHandle,
  path: string,
  name: string,
  signal: AbortSignal,
): Promise<Stored> {
  for (let reading = 1; reading <= maxReadings; reading += 1) {
    const stamp = await stampOf(file, path);
    const bytes = await objects.putFile(uploadOf(name), file, { signal });
    if (isSame(stamp, await stampOf(file, path))) return { bytes, stamp };
    await objects.remove(bytes);
  }
  throw new MediaError("file_changing", `${path} changes while it is read`);
}

/** Remembers that a file which looks otherwise than before has the same bytes. */
async function note({ catalog }: PutPorts, media: Media, file: FileStamp): Promise<void> {
  const { name, version } = media;
  await catalog.apply({
    expect: { name, version },
    changes: [{ type: "noteFile", version, file }],
  });
}

/**
 * Receives a file, by the rules of `judge`.
 * @throws MediaError `not_found`, `empty_file`, `unsupported_media` (no regular file),
 * `invalid_name`, `name_conflict`, `not_yours`, `file_changing`, `disk_full`, `storage_failed`
 */
export async function receiveFile(
  ports: PutPorts & Pick<LocalPorts, "imports">,
  file: IncomingFile,
): Promise<Received> {
  const { space } = ports;
  const { within, remember = true, checkRoom = () => space.check(), signal = never } = file;
  const { owner = "local" } = file;
  const path = resolve(file.path);
  const spelling = checkKey(file.name);
  await ports.enter();
  await using opened = await (within === undefined ? openToRead(path) : openBeneath(within, path));
  const stamped = await stampOf(opened, path);
  const media = await holderOf(ports, spelling);
  const name = media?.name ?? spelling;
  if (media !== undefined && file.own?.has(media.version) === false)
    throw refusal("name_conflict", media, spelling);
  const known = await ports.imports.findImport(stamped);
  if (known?.name === name && media?.version === known.version && media.owner === owner)
    return { media, change: "unchanged" };
  await checkRoom();
  const { bytes, stamp } = await store(ports, opened, path, name, signal);
  const arrival = { ...file, spelling, owner, origin: path, file: remember ? stamp : undefined };
  const received = await keep(ports, bytes, arrival, media);
  if (received.change === "unchanged" && remember) await note(ports, received.media, stamp);
  return received;
}

/**
 * Receives a file that belongs to the library: an upload that is complete. It gets a second name in the
 * store and loses its own only when it is recorded, so that no crash loses it. The room on the disk is
 * not looked at: the bytes are there already.
 */
export async function receiveUpload(
  ports: PutPorts,
  path: string,
  { sha256, signal = never, ...options }: UploadOptions,
): Promise<Received> {
  const { owner = "local" } = options;
  const spelling = checkKey(options.name);
  const existing = await holderOf(ports, spelling);
  const name = existing?.name ?? spelling;
  if (existing !== undefined && existing.owner !== owner) throw refusal("not_yours", existing);
  await ports.enter();
  const { objects } = ports;
  const known: { fingerprint?: Fingerprint } =
    sha256 === undefined ? {} : { fingerprint: { algorithm: "sha256", value: sha256 } };
  const bytes = objects.capabilities.links
    ? await objects.linkFile(uploadOf(name), path, { signal, ...known })
    : await objects.putFile(uploadOf(name), path, { signal });
  const received = await keep(ports, bytes, { ...options, spelling, owner }, existing);
  await rm(path, { force: true });
  return received;
}
