import type { ServerResponse } from "node:http";
import { once } from "node:events";

/** What a service answers. */
export interface AwsAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream whose length the headers say must have it. Default: empty. */
  readonly body?: string | Uint8Array | AsyncGenerator<Uint8Array, void, void>;
}

/** A stream ends before its length when this is thrown: the connection breaks, so that nobody takes a part for the whole. */
async function sendStream(
  outgoing: ServerResponse,
  chunks: AsyncGenerator<Uint8Array, void, void>,
  expected: number | undefined,
): Promise<void> {
  let sent = 0;
  try {
    for await (const chunk of chunks) {
      if (outgoing.destroyed) return;
      sent += chunk.byteLength;
      // a chunk's memory is used again when more are asked for, so it must have left
      if (!outgoing.write(chunk)) await drained(outgoing);
    }
  } finally {
    await chunks.return();
  }
  if (expected === undefined || sent === expected) outgoing.end();
  else outgoing.destroy(new Error("an object ends before its end"));
}

async function drained(outgoing: ServerResponse): Promise<void> {
  if (outgoing.destroyed || !outgoing.writableNeedDrain) return;
  const gone = new AbortController();
  const onClose = () => gone.abort();
  outgoing.once("close", onClose);
  await once(outgoing, "drain", { signal: gone.signal }).catch(() => {});
  outgoing.off("close", onClose);
}

/** Sends an answer; resolves when it has been handed to the system. */
export async function send(
  outgoing: ServerResponse,
  { status, headers = {}, body = "" }: AwsAnswer,
): Promise<void> {
  if (typeof body === "string" || body instanceof Uint8Array) {
    const bytes = Buffer.from(body);
    const length = headers["content-length"] ?? String(bytes.byteLength);
    // 204 and 304 have no body, and so no length
    const sized = status === 204 || status === 304 ? {} : { "content-length": length };
    outgoing.writeHead(status, { ...headers, ...sized });
    outgoing.end(bytes);
    return;
  }
  outgoing.writeHead(status, headers);
  const length = headers["content-length"];
  await sendStream(outgoing, body, length === undefined ? undefined : Number(length));
}
