import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { createIdSource, newSession } from "../media/ids.ts";
import type { Bucket, ObjectRef } from "../media/media.ts";
import type { ObjectPlace, ObjectStore } from "./object-store.ts";

/** What the parts of the contract play on. */
export interface Stage {
  store: ObjectStore;
  /** A folder for the sources of this run. */
  folder: string;
  /** Another store, empty. */
  readonly createEmpty: () => ObjectStore;
  readonly mostBytesHeld: number;
}

export const sha256 = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");
export const newId = createIdSource(newSession());
/** A version that no store here has named. */
export const unknownRef = (bucket: Bucket = "uploads"): ObjectRef => ({
  ...placeIn(bucket),
  version: newId(),
});
export const placeIn = (bucket: Bucket = "uploads"): ObjectPlace => ({ bucket, key: "a b.mp4" });

/** All bytes of a generator; each chunk is copied before the next one is asked for. */
export async function bytesOf(chunks: Promise<AsyncIterable<Uint8Array>>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const chunk of await chunks) copies.push(Buffer.from(chunk));
  return Buffer.concat(copies);
}

/** What a store says of bytes that it has taken in, but for the version. */
export const described = (place: ObjectPlace, content: string) => ({
  ...place,
  version: expect.any(String) as string,
  fingerprint: { algorithm: "sha256", value: sha256(Buffer.from(content)) },
  sizeBytes: Buffer.byteLength(content),
});

export async function* inChunks(
  ...chunks: readonly (string | Uint8Array)[]
): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

export async function* inOneBuffer(...chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  const shared = Buffer.alloc(3);
  for (const chunk of chunks) {
    shared.write(chunk);
    yield shared;
  }
}

export async function* breakingOff(error: Error): AsyncGenerator<Uint8Array> {
  yield Buffer.from("half of");
  throw error;
}

export async function versionsOf(store: ObjectStore, bucket: Bucket): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for await (const { version, sizeBytes } of store.list(bucket)) found.set(version, sizeBytes);
  return found;
}

export async function newFile(on: Stage, content: string): Promise<string> {
  const path = join(on.folder, `source-${newId()}`);
  await writeFile(path, content);
  return path;
}
