import { headBytes, longestMessage } from "./protocol.ts";

interface Message {
  readonly kind: number;
  readonly body: Uint8Array;
}

/** The messages of a child's input, whole, one after the other. */
export async function* readMessages(input: AsyncIterable<Buffer>): AsyncGenerator<Message> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    waiting.push(chunk);
    bytes += chunk.length;
    while (bytes >= headBytes) {
      const all: Buffer = waiting.length === 1 ? (waiting[0] ?? chunk) : Buffer.concat(waiting);
      const size = all.readUInt32LE(1);
      if (size > longestMessage) throw new Error("a message is too long");
      waiting = [all];
      if (bytes < headBytes + size) break;
      yield { kind: all[0] ?? 0, body: all.subarray(headBytes, headBytes + size) };
      waiting = [all.subarray(headBytes + size)];
      bytes -= headBytes + size;
    }
  }
}

/** 16 bit samples of raw bytes, copied: they may begin at an odd address. */
export const samplesOf = (body: Uint8Array): Int16Array =>
  new Int16Array(new Uint8Array(body).buffer);
