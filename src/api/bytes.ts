import { MediaError } from "../media/errors.ts";
import type { StoredObject } from "../media/media.ts";
import type { ApiContext, ApiOptions } from "./environment.ts";
import { isNamed, rangeCounts, rangeOf } from "./range.ts";

/**
 * Types that a browser may show. All other bytes come from other users and may be anything, so the
 * browser saves them as a file without a type.
 */
const shown =
  /^(?:(?:video|audio)\/[\w.+-]+|image\/(?!svg)[\w.+-]+|text\/(?:plain|vtt)|application\/(?:json|x-subrip))$/i;

/** RFC 6266: an ASCII name for all clients, and the exact name in the form of RFC 5987. */
export function contentDisposition(kind: "inline" | "attachment", fileName: string): string {
  const plain = fileName
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\x20-\x7e]/g, "_")
    .replace(/["\\%]/g, "_");
  const exact = encodeURIComponent(fileName.toWellFormed()).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${exact}`;
}

/** The last segment of a key. */
export function fileNameOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

/**
 * The bytes of an object as a web stream. It reads no faster than its reader takes, and closes the
 * object when the reader leaves. A chunk is good until a few more have been read, as a socket needs
 * that is waited for. An object that ends before `sizeBytes` breaks the answer off: the client must not
 * take a part for the whole.
 */
function webStream(
  chunks: AsyncGenerator<Uint8Array, void, void>,
  expectedBytes: number,
  onBytes: (bytes: number) => void,
): ReadableStream<Uint8Array> {
  let sizeBytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await chunks.next();
        if (next.done === true) {
          onBytes(sizeBytes);
          if (sizeBytes === expectedBytes) return controller.close();
          throw new MediaError("storage_failed", "an object ends before its end");
        }
        sizeBytes += next.value.byteLength;
        controller.enqueue(next.value);
      },
      async cancel() {
        onBytes(sizeBytes);
        await chunks.return();
      },
    },
    { highWaterMark: 0 },
  );
}

function headersOf(c: ApiContext, object: StoredObject, fileName: string): Record<string, string> {
  const isShown = shown.test(object.contentType);
  const saved = !isShown || c.req.query("download") === "true";
  return {
    "content-type": isShown ? object.contentType : "application/octet-stream",
    "content-disposition": contentDisposition(saved ? "attachment" : "inline", fileName),
    "x-content-type-options": "nosniff",
    "accept-ranges": "bytes",
    "cache-control": "private, no-cache", // caches must ask again, because a key can get other bytes
    etag: `"${object.sha256}"`,
  };
}

/**
 * An object's bytes, or the part that is asked for.
 * @throws MediaError `range_not_satisfiable`; `not_found` when the bytes have just gone
 */
export async function sendObject(
  c: ApiContext,
  { dailies, metrics }: Pick<ApiOptions, "dailies" | "metrics">,
  object: StoredObject,
  fileName: string = fileNameOf(object.key),
): Promise<Response> {
  const { sizeBytes } = object;
  const headers = headersOf(c, object, fileName);
  const etag = headers["etag"] ?? "";
  if (isNamed(c.req.header("if-none-match"), etag)) return c.body(null, 304, headers);
  const range = rangeCounts(c.req.header("if-range"), etag)
    ? rangeOf(c.req.header("range"), sizeBytes)
    : undefined;
  if (range === "unsatisfiable")
    throw new MediaError("range_not_satisfiable", `there are ${sizeBytes} bytes`, {
      details: { headers: { "content-range": `bytes */${sizeBytes}` } },
    });
  const { start, end } = range ?? { start: 0, end: sizeBytes };
  headers["content-length"] = String(end - start);
  if (range !== undefined) headers["content-range"] = `bytes ${start}-${end - 1}/${sizeBytes}`;
  const status = range === undefined ? 200 : 206;
  if (c.req.method === "HEAD") return c.body(null, status, headers);
  const chunks = await dailies.chunks(object, { start, end });
  const body = webStream(chunks, end - start, (bytes) => metrics?.bytesOut(bytes));
  return c.body(body, status, headers);
}
