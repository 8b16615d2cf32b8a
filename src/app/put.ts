import { contentTypeOf } from "../media/content-types.ts";
import { MediaError } from "../media/errors.ts";
import type { JobRequest } from "../media/job.ts";
import { checkKey } from "../media/keys.ts";
import type { Step } from "../media/job.ts";
import type { Media } from "../media/media.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import type { StoredBytes } from "../objects/object-store.ts";
import { storedObject } from "../objects/stored.ts";
import type { Ports } from "./ports.ts";
import { holderOf } from "./find.ts";
import { receive, refusal, type Arrival, type Received } from "./receive.ts";

/**
 * Of `put`. It throws MediaError `invalid_name`, `empty_file`, `name_conflict` (other bytes, without
 * `replace`), `not_yours` (another owner's name), `too_large`, `disk_full`, `storage_failed`, `cancelled`.
 */
export interface PutOptions {
  readonly name: string;
  /** Default: `local`. */
  readonly owner?: string;
  /** What the uploader calls it; the probe finds out what it is. Default: by the name's ending. */
  readonly contentType?: string;
  /** Other bytes under an existing name are replaced. Default: `name_conflict`. */
  readonly replace?: boolean;
  /** The only version that may be replaced; null: nothing may have the name (`precondition_failed`). Default: any. */
  readonly expect?: string | null;
  /** Where it is known beforehand: what cannot fit is refused before the first byte is read. */
  readonly sizeBytes?: number;
  /** Only these steps and what they need. Default: all that fit the media. */
  readonly only?: readonly Step[];
  /**
   * How it is to be transcribed; then the options of the same bytes under another name do not count. Default: as
   * those or the library's settings say.
   */
  readonly speech?: TranscriptionOptions | undefined;
  /**
   * Called when the bytes are stored, before a record points at them: what it throws prevents that.
   * The media file keeps another version when the same bytes are there under the name already.
   */
  readonly beforeRecord?: (bytes: StoredBytes) => Promise<void>;
  readonly signal?: AbortSignal;
  /** Who asks for the work, and how it is to be done. Default: nobody in particular. */
  readonly request?: JobRequest;
}

export interface PutResult {
  readonly media: Media;
  /** `unchanged`: the same bytes were there under this name; `shared`: under another name of the same owner, whose results it gets. */
  readonly change: "created" | "replaced" | "shared" | "unchanged";
}

/** What `put` and its relatives need. */
export type PutPorts = Pick<
  Ports,
  "catalog" | "objects" | "engines" | "enter" | "space" | "markUnclean" | "wakeUps" | "session"
> &
  Pick<Ports, "maxUploadBytes">;

/** The room on the disk is looked at again after so many bytes of a stream. */
const lookBytes = 8 * 1024 ** 2;

/** A stream does not say how long it is: it ends where it is too long, or the disk too full. */
export async function* checkedStream(
  source: AsyncIterable<Uint8Array>,
  { maxUploadBytes, space }: Pick<Ports, "maxUploadBytes" | "space">,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  let lookedAt = 0;
  for await (const chunk of source) {
    signal?.throwIfAborted();
    bytes += chunk.byteLength;
    if (bytes > maxUploadBytes) throw tooLarge(maxUploadBytes);
    if (bytes - lookedAt >= lookBytes) {
      lookedAt = bytes;
      await space.check();
    }
    yield chunk;
  }
}

export const tooLarge = (maxBytes: number): MediaError =>
  new MediaError("too_large", `more than ${maxBytes} bytes are not taken`);

/** Refuses what may not come in; returns the media file that has the name now. */
async function mayReplace(
  { catalog, space, maxUploadBytes }: Pick<Ports, "catalog" | "space" | "maxUploadBytes">,
  { name, owner = "local", sizeBytes = 0 }: Pick<PutOptions, "name" | "owner" | "sizeBytes">,
): Promise<Media | undefined> {
  const existing = await holderOf({ catalog }, checkKey(name));
  if (existing !== undefined && existing.owner !== owner) throw refusal("not_yours", existing);
  if (sizeBytes > maxUploadBytes) throw tooLarge(maxUploadBytes);
  await space.check(sizeBytes);
  return existing;
}

/** Whether an object may come in. @throws MediaError `invalid_name`, `not_yours`, `too_large`, `disk_full` */
export async function checkPut(
  ports: Pick<Ports, "catalog" | "space" | "maxUploadBytes">,
  options: Pick<PutOptions, "name" | "owner" | "sizeBytes">,
): Promise<void> {
  await mayReplace(ports, options);
}

/** Receives one object from a stream; a worker does what follows from it. @throws as `PutOptions` says */
export async function put(
  ports: PutPorts,
  source: AsyncIterable<Uint8Array>,
  { signal, beforeRecord, only, ...options }: PutOptions,
): Promise<PutResult> {
  await ports.enter();
  const existing = await mayReplace(ports, options);
  const place = { bucket: "uploads", key: existing?.name ?? options.name } as const;
  const bytes = await ports.objects.put(place, checkedStream(source, ports, signal));
  if (beforeRecord !== undefined)
    await beforeRecord(bytes).catch(async (error: unknown) => {
      await ports.objects.remove(bytes);
      throw error;
    });
  const request = only === undefined ? {} : { request: { session: ports.session, only } };
  const replacesOptions = options.speech !== undefined;
  const { name: spelling } = options;
  const arrival = { owner: "local", ...options, ...request, replacesOptions, spelling };
  return keep(ports, bytes, arrival, existing);
}

/**
 * Records stored bytes, and removes those that no record came to point at.
 * @param known the media file of that name, as the caller has just seen it
 * @throws MediaError `empty_file`, and what `receive` throws
 */
export async function keep(
  {
    catalog,
    objects,
    engines,
    markUnclean,
    wakeUps,
  }: Omit<PutPorts, "space" | "enter" | "session">,
  bytes: StoredBytes,
  arrival: Arrival & { readonly contentType?: string },
  known: Media | undefined,
): Promise<Received> {
  const { contentType = contentTypeOf(bytes.key), ...rest } = arrival;
  try {
    if (bytes.sizeBytes === 0)
      throw new MediaError("empty_file", `${JSON.stringify(bytes.key)} has no bytes`);
    const source = storedObject(bytes, contentType);
    const received = await receive({ catalog, engines }, source, rest, known);
    if (received.media.version !== bytes.version) await objects.remove(bytes);
    if (received.change !== "unchanged") wakeUps.wake();
    return received;
  } catch (error) {
    // Other errors may come after the commit: then the next process looks for unrecorded bytes.
    if (error instanceof MediaError) await objects.remove(bytes);
    else markUnclean();
    throw error;
  }
}
