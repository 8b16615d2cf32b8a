import { createIdSource, newSession } from "../media/ids.ts";
import type { StoredObject } from "../media/media.ts";

const newId = createIdSource(newSession());

/** An object at a key, of a version of its own. */
export function objectAt(bucket: "uploads" | "outputs", key: string, sha256 = "00"): StoredObject {
  return { bucket, key, version: newId(), sha256, sizeBytes: 1, contentType: "video/mp4" };
}
