import { Worker } from "node:worker_threads";
import { MediaError } from "../media/errors.ts";

/** What the thread is told. The bytes are shared memory: they are not to change until it answers. */
export type ToHash =
  | { readonly type: "piece"; readonly stream: number; readonly bytes: Uint8Array }
  | { readonly type: "end" | "drop"; readonly stream: number };

/** What it says of each piece, in their order, and at the end. */
export interface Hashed {
  readonly stream: number;
  readonly sha256?: string;
}

/** The SHA-256 of one stream. */
export interface StreamHash {
  /** Resolves when the piece, which lies in shared memory, is hashed and may be written over. */
  update(bytes: Uint8Array): Promise<void>;
  /** The digest in hexadecimal; to be asked for when every piece is hashed. */
  digest(): Promise<string>;
  /** What was hashed so far is of no use. */
  drop(): void;
}

interface Awaited {
  readonly resolve: (said: Hashed) => void;
  readonly reject: (error: MediaError) => void;
}

const entry = new URL(
  import.meta.url.endsWith(".ts") ? "./hash-worker.ts" : "./hash-worker.js",
  import.meta.url,
);

/**
 * A thread with nothing to do ends after this time: the next large upload starts one in some 50 ms, which it
 * has to wait for. People upload one file after another, with pauses.
 */
const idleMs = 30_000;

let thread: Worker | undefined;
let resting: NodeJS.Timeout | undefined;
let streams = 0;
/** Who waits for answers about which stream, first come first served. */
const waiting = new Map<number, Awaited[]>();

function start(): Worker {
  const worker = new Worker(entry);
  worker.on("message", (said: Hashed) => {
    waiting.get(said.stream)?.shift()?.resolve(said);
  });
  const ended = (cause?: unknown): void => {
    if (thread !== worker) return;
    thread = undefined;
    const error = new MediaError("internal", "the hashing thread broke", { cause });
    for (const stream of waiting.values()) for (const one of stream.splice(0)) one.reject(error);
  };
  worker.on("error", ended);
  worker.on("exit", () => ended());
  return worker;
}

function rest(): void {
  thread?.unref(); // it keeps no process from ending
  resting = setTimeout(() => {
    const idle = thread;
    thread = undefined;
    void idle?.terminate();
  }, idleMs).unref();
}

/**
 * Hashes a stream on a thread that all large streams of this process share, so that hashing, which
 * takes longer than receiving and writing together, does not stop those, nor anybody's questions.
 */
export function createStreamHash(): StreamHash {
  const stream = (streams += 1);
  const line: Awaited[] = [];
  clearTimeout(resting);
  const worker = (thread ??= start());
  worker.ref();
  waiting.set(stream, line);
  const tell = (message: ToHash): Promise<Hashed> =>
    new Promise((resolve, reject) => {
      if (thread !== worker)
        return reject(new MediaError("internal", "the hashing thread is gone"));
      line.push({ resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
      worker.postMessage(message);
    });
  const leave = (): void => {
    waiting.delete(stream);
    if (waiting.size === 0) rest();
  };
  return {
    async update(bytes) {
      await tell({ type: "piece", stream, bytes });
    },
    async digest() {
      const { sha256 = "" } = await tell({ type: "end", stream });
      leave();
      return sha256;
    },
    drop() {
      if (!waiting.has(stream)) return;
      if (thread === worker) {
        const message: ToHash = { type: "drop", stream };
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
        worker.postMessage(message);
      }
      leave();
    },
  };
}
