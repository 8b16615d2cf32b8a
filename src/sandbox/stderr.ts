import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

const keptBytes = 16 * 1024;
const longestLine = 4096;

/** Reads a child's stderr as it comes: keeps its end, and hands out its lines. */
export interface StderrReader {
  onLine(listener: (line: string) => void): void;
  /** The last 16 KiB so far. */
  tail(): string;
}

/** Keeps reading whether or not anybody listens, so that the child never blocks on it. */
export function readStderr(stderr: Readable): StderrReader {
  const listeners: ((line: string) => void)[] = [];
  const decoder = new StringDecoder("utf8");
  let kept = Buffer.alloc(0);
  let line = "";

  function emit(): void {
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    line = "";
    for (const listener of listeners) listener(text);
  }
  function take(text: string): void {
    const [first = "", ...others] = text.split("\n");
    line = (line + first).slice(0, longestLine);
    for (const next of others) {
      emit();
      line = next.slice(0, longestLine);
    }
  }
  stderr.on("data", (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-keptBytes);
    take(decoder.write(chunk));
  });
  stderr.on("end", () => {
    take(decoder.end());
    if (line !== "") emit();
  });

  return {
    onLine: (listener) => void listeners.push(listener),
    tail: () => kept.toString("utf8"),
  };
}
