import { createHash } from "node:crypto";
import { asMediaError } from "../media/errors.ts";
import type { ObjectRef } from "../media/media.ts";
import type { ObjectStore } from "../objects/object-store.ts";

/** Bytes as a record has them. */
export interface RecordedBytes extends ObjectRef {
  readonly sha256: string;
  readonly sizeBytes: number;
}

async function isDamaged(objects: ObjectStore, object: RecordedBytes): Promise<boolean> {
  const hash = createHash("sha256");
  for await (const chunk of await objects.read(object)) hash.update(chunk);
  return hash.digest("hex") !== object.sha256;
}

/**
 * What is wrong with an object's bytes; undefined when nothing is.
 * @param verify reads them, and compares their SHA-256, too
 */
export async function compareBytes(
  objects: ObjectStore,
  object: RecordedBytes,
  verify: boolean,
): Promise<"missing" | "damaged" | undefined> {
  const there = await objects.stat(object);
  if (there === undefined) return "missing";
  if (there.sizeBytes !== object.sizeBytes) return "damaged";
  if (!verify) return undefined;
  return isDamaged(objects, object).then(
    (damaged) => (damaged ? "damaged" : undefined),
    (error: unknown) => {
      if (asMediaError(error).code === "not_found") return undefined; // removed meanwhile
      throw error;
    },
  );
}
