// The entry of the hashing thread: takes pieces of several streams, each stream's in their order.
import { createHash, type Hash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import type { Hashed, ToHash } from "./hash-thread.ts";

const hashes = new Map<number, Hash>();

function hashed(message: ToHash): Hashed | undefined {
  const { stream } = message;
  if (message.type === "drop") return void hashes.delete(stream);
  const hash = hashes.get(stream) ?? createHash("sha256");
  hashes.set(stream, hash);
  if (message.type === "piece") {
    hash.update(message.bytes);
    return { stream };
  }
  hashes.delete(stream);
  return { stream, sha256: hash.digest("hex") };
}

parentPort?.on("message", (message: ToHash) => {
  const said = hashed(message);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  if (said !== undefined) parentPort?.postMessage(said);
});
