import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createIdSource, newSession } from "../media/ids.ts";
import type { Bucket, ObjectRef } from "../media/media.ts";
import type { ObjectStore } from "./object-store.ts";

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
export const newRef = (bucket: Bucket = "uploads"): ObjectRef => ({
  bucket,
  key: "a b.mp4",
  version: newId(),
});
export const bytesOf = async (stream: Promise<Readable>): Promise<Buffer> =>
  await buffer(await stream);

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
