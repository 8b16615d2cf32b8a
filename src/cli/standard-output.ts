import { writeSync } from "node:fs";
import { Socket } from "node:net";
import type { Writable } from "node:stream";
import { asMediaError, MediaError } from "../media/errors.ts";

/**
 * Standard output that cannot be written. A disk may be full, and a reader may have gone: then a command has
 * not done what it was asked to do, and says so.
 */

/** Failures that a command waits for, and reports itself. */
const awaited = new WeakSet<Error>();

/** Whether a reader who stops reading is no failure. */
let mayStop = false;

/** From now on a reader may take a part and go (`| head`), as readers of long lists do. */
export function letReaderStop(): void {
  mayStop = true;
}

/** Whether a failure of the output is one that nobody need be told. */
export function isExpected(error: NodeJS.ErrnoException): boolean {
  return awaited.has(error) || (mayStop && error.code === "EPIPE");
}

/** A failure of standard output, as a person reads it. */
export function unwritable(thrown: NodeJS.ErrnoException): MediaError {
  const known = asMediaError(thrown);
  const code = known.code === "internal" ? "storage_failed" : known.code;
  const why = thrown.code === "EPIPE" ? "nobody reads it any more" : known.message;
  return new MediaError(code, `the output cannot be written: ${why}`, {
    cause: thrown,
    remedy: "See what is at its other end, then run the same command again.",
  });
}

/**
 * Has a file or a device written whole. Node makes one system call and takes what it wrote for all: on a disk
 * that is filling up the rest would be lost, without an error.
 */
export function writeWholly(stream: Writable & { readonly fd: number }): void {
  if (stream instanceof Socket) return; // a pipe or a terminal
  stream._write = (chunk: Buffer, _encoding, callback) => {
    try {
      for (let done = 0; done < chunk.byteLength;) done += writeSync(stream.fd, chunk, done);
    } catch (error) {
      return callback(error as Error);
    }
    callback();
  };
}

/** Resolves when the stream has taken all that was written. @throws MediaError when it cannot */
export function taken(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      awaited.add(error);
      reject(unwritable(error));
    };
    stream.once("error", fail);
    stream.write("", (error) => {
      if (error) return fail(error);
      stream.off("error", fail);
      resolve();
    });
  });
}
