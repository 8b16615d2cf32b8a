import { stat } from "node:fs/promises";
import type { Catalog, Change, FileStamp } from "../catalog/catalog.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import type { MediaEvent } from "../media/event.ts";
import { checkKey, extensionOf } from "../media/keys.ts";
import type { Media, ObjectRef } from "../media/media.ts";
import type { ObjectStore, StoredBytes } from "../objects/object-store.ts";
import { unreachable } from "./files.ts";

export interface ReceiveOptions {
  readonly catalog: Catalog;
  readonly objects: ObjectStore;
  readonly newId: () => string;
}

/** A file on this machine that is to become a media. */
export interface IncomingFile {
  /** Absolute. */
  readonly path: string;
  readonly name: string;
  readonly owner: string;
  /** Other bytes under the name that came from elsewhere give way. Default: `name_conflict`. */
  readonly replace?: boolean;
  /** What follows from the arrival, committed with it. */
  readonly follow: (event: MediaEvent) => readonly Change[];
  readonly signal: AbortSignal;
}

const contentTypes: Readonly<Record<string, string>> = {
  mp4: "video/mp4",
  mov: "video/quicktime",
  webm: "video/webm",
  mkv: "video/x-matroska",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  flac: "audio/flac",
  m4a: "audio/mp4",
  ogg: "audio/ogg",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  gif: "image/gif",
};

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

/** Whether other bytes may take this media's place without being told to: the file they came from changed. */
function mayReplace(existing: Media, file: IncomingFile): boolean {
  return file.replace === true || existing.origin === file.path;
}

/** A file that is written to while it is read is read again, so often in all. */
const maxReadings = 3;

interface Taken {
  readonly ref: ObjectRef;
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
  { objects, newId }: ReceiveOptions,
  { path, signal }: IncomingFile,
  name: string,
): Promise<Taken> {
  for (let reading = 1; reading <= maxReadings; reading += 1) {
    const stamp = await stampOf(path);
    const ref: ObjectRef = { bucket: "uploads", key: name, version: newId() };
    const bytes = await objects.putFile(ref, path, { signal });
    if (await isUnchanged(stamp)) return { ref, bytes, stamp };
    await objects.remove(ref);
  }
  throw new MediaError("file_changing", `${path} changes while it is read`);
}

/**
 * Takes a file in. The same bytes under the same name change nothing; other bytes make a new
 * version that supersedes the old one.
 * @throws MediaError `not_found`, `empty_file`, `unsupported_media` (no regular file),
 * `invalid_name`, `name_conflict`, `file_changing`, `disk_full`, `storage_failed`
 */
export async function receiveFile(options: ReceiveOptions, file: IncomingFile): Promise<Media> {
  const { catalog, objects } = options;
  const name = checkKey(file.name);
  const known = await catalog.findImport(await stampOf(file.path));
  if (known?.name === name) {
    const media = await catalog.getMedia(name);
    if (media?.version === known.version) return media;
  }
  const { ref, bytes, stamp } = await takeBytes(options, file, name);
  const contentType = contentTypes[extensionOf(name) ?? ""] ?? "application/octet-stream";
  const kept = await record(options, file, { ...ref, ...bytes, contentType }).catch(
    async (error: unknown) => {
      // Only where it is certain that nothing was committed; else the next start sweeps them.
      if (error instanceof MediaError) await objects.remove(ref);
      throw error;
    },
  );
  if (kept.version !== ref.version) await objects.remove(ref);
  await catalog.noteImport(stamp, kept);
  return kept;
}

/** Makes the stored bytes the media's version, unless it has the same bytes already. */
async function record(
  { catalog }: ReceiveOptions,
  file: IncomingFile,
  source: ObjectRef & { sha256: string; sizeBytes: number; contentType: string },
): Promise<Media> {
  for (;;) {
    const name = source.key;
    const existing = await catalog.getMedia(name);
    if (existing?.sha256 === source.sha256) return existing;
    if (existing !== undefined && !mayReplace(existing, file))
      throw new MediaError(
        "name_conflict",
        `${JSON.stringify(name)} is there with other contents`,
        {
          details: { existingOrigin: existing.origin },
        },
      );
    const created: MediaEvent = { type: "object.created", name, version: source.version };
    const { version, sha256, sizeBytes } = source;
    const media = { name, version, owner: file.owner, sha256, sizeBytes, origin: file.path };
    const applied = await catalog.apply({
      expect: { name, version: existing?.version ?? null },
      changes: [
        { type: "putMedia", media, source },
        { type: "event", event: created },
        ...file.follow(created),
      ],
    });
    const recorded = applied === "applied" ? await catalog.getMedia(name) : undefined;
    if (recorded !== undefined) return recorded;
  }
}
