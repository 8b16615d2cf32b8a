import { MediaError } from "../media/errors.ts";
import type { Media, StoredObject } from "../media/media.ts";
import type { ApiContext, ApiOptions } from "./environment.ts";
import { isNotModified, rangeCounts, representationOf } from "./conditions.ts";
import { httpDate } from "./http-date.ts";
import { rangeOf } from "./range.ts";

/**
 * Types that a browser may show. All other bytes come from other users and may be anything, so the
 * browser saves them as a file without a type.
 */
const shown =
  /^(?:(?:video|audio)\/[\w.+-]+|image\/(?!svg)[\w.+-]+|text\/(?:plain|vtt)|application\/(?:json|x-subrip|vnd\.apple\.mpegurl|dash\+xml))(?:; charset=utf-8)?$/i;

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
  };
}

/** What a client keeps of bytes that it has already: RFC 9110 section 15.4.5. */
const notModifiedHeaders = ["cache-control", "etag", "last-modified"];

/**
 * An object's bytes, or the part that is asked for.
 * @param media the media file that it is of; absent where only the object is known
 * @throws MediaError `range_not_satisfiable`, `precondition_failed`; `not_found` when the bytes have just gone
 */
export async function sendObject(
  c: ApiContext,
  { dailies, metrics }: Pick<ApiOptions, "dailies" | "metrics">,
  object: StoredObject,
  media?: Pick<Media, "version">,
): Promise<Response> {
  const { sizeBytes, sha256, version } = object;
  const isHead = c.req.method === "HEAD";
  const header = (name: string) => c.req.header(name);
  const current = representationOf(sha256, media ? [version, media.version] : []);
  const headers: Record<string, string> = {
    ...headersOf(c, object, fileNameOf(object.key)),
    etag: current.etag,
    ...(current.modifiedAt !== undefined && { "last-modified": httpDate(current.modifiedAt) }),
  };
  if (isNotModified(header, current)) {
    const kept = Object.entries(headers).filter(([name]) => notModifiedHeaders.includes(name));
    return c.body(null, 304, Object.fromEntries(kept));
  }
  // a range is defined for GET alone (RFC 9110 section 14.2)
  const asked = isHead || !rangeCounts(header("if-range"), current) ? undefined : header("range");
  const range = rangeOf(asked, sizeBytes);
  if (range === "unsatisfiable")
    throw new MediaError("range_not_satisfiable", `there are ${sizeBytes} bytes`, {
      details: { headers: { "content-range": `bytes */${sizeBytes}` } },
    });
  const { start, end } = range ?? { start: 0, end: sizeBytes };
  headers["content-length"] = String(end - start);
  if (range !== undefined) headers["content-range"] = `bytes ${start}-${end - 1}/${sizeBytes}`;
  if (isHead) return c.body(null, 200, headers);
  const chunks = await dailies.chunks(object, { start, end });
  const body = webStream(chunks, end - start, (bytes) => metrics?.bytesOut(bytes));
  return c.body(body, range === undefined ? 200 : 206, headers);
}
