import { MediaError } from "../media/errors.ts";
import type { StoredObject } from "../media/media.ts";
import type { ObjectPlace, ObjectStore, StoredBytes } from "./object-store.ts";

/** A transcript of twelve hours of speech has about 25 MB; no result of ours is far larger. */
const largestBytes = 256 * 1024 ** 2;

/**
 * All bytes of a small object.
 * @throws MediaError `not_found`; `limit_size` when it has more than 256 MiB
 */
export async function readBytes(
  store: Pick<ObjectStore, "read">,
  object: StoredObject,
): Promise<Buffer> {
  if (object.sizeBytes > largestBytes)
    throw new MediaError("limit_size", `${object.key} is too large to be read whole`);
  const bytes = Buffer.allocUnsafe(object.sizeBytes);
  let length = 0;
  for await (const chunk of await store.read(object, { end: object.sizeBytes })) {
    bytes.set(chunk, length);
    length += chunk.byteLength;
  }
  return bytes.subarray(0, length);
}

/**
 * An object that holds JSON, parsed.
 * @throws MediaError `not_found`; `limit_size`; `output_invalid` when it is not JSON
 */
export async function readJson(
  store: Pick<ObjectStore, "read">,
  object: StoredObject,
): Promise<unknown> {
  const bytes = await readBytes(store, object);
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new MediaError("output_invalid", `${object.key} is not JSON`, { cause });
  }
}

/** What the catalog is told about bytes that a store has taken in. */
export function storedObject(
  { bucket, key, version, fingerprint, sizeBytes }: StoredBytes,
  contentType: string,
): StoredObject {
  return { bucket, key, version, sha256: fingerprint.value, sizeBytes, contentType };
}

/** Puts a text as UTF-8. */
export async function putText(
  store: Pick<ObjectStore, "put">,
  place: ObjectPlace,
  text: string,
  contentType: string,
): Promise<StoredObject> {
  const source = (async function* () {
    yield Buffer.from(text);
  })();
  return storedObject(await store.put(place, source), contentType);
}
