import type { Buckets } from "../buckets/buckets.ts";
import type { ObjectPlace, StoredBytes } from "../objects/object-store.ts";
import type { Ports } from "./ports.ts";
import { checkedStream, tooLarge } from "./put.ts";

/** Buckets that clients make, and the way for bytes into them. */
export interface ClientBuckets extends Buckets {
  /**
   * Stores bytes that a record is to point at.
   * @param sizeBytes where it is known: what cannot fit is refused before the first byte is read
   * @throws MediaError `too_large`, `disk_full`, `storage_failed`, and what the stream throws
   */
  storeBytes(
    place: ObjectPlace,
    source: AsyncIterable<Uint8Array>,
    sizeBytes: number,
  ): Promise<StoredBytes>;
  /** Removes stored bytes that no record came to point at. */
  dropBytes(bytes: StoredBytes): Promise<void>;
}

/** Buckets over their records and the object store. */
export function createClientBuckets(
  ports: Pick<Ports, "objects" | "enter" | "space" | "maxUploadBytes" | "markUnclean">,
  buckets: Buckets,
): ClientBuckets {
  const { objects, enter, space, maxUploadBytes, markUnclean } = ports;
  return {
    ...buckets,
    async storeBytes(place, source, sizeBytes) {
      await enter();
      if (sizeBytes > maxUploadBytes) throw tooLarge(maxUploadBytes);
      await space.check(sizeBytes);
      return objects.put(place, checkedStream(source, ports, undefined));
    },
    async dropBytes(bytes) {
      // else the next process looks for unrecorded bytes
      await objects.remove(bytes).catch(markUnclean);
    },
  };
}
