import { MediaError } from "../media/errors.ts";
import { checkContent } from "./content.ts";
import { digestsOf, verified } from "./digests.ts";
import type { ApiContext } from "./environment.ts";
import { wrongField } from "./problems.ts";
import { headerOf } from "./route.ts";
import { parseMetadata, type Metadata } from "./upload-metadata.ts";

/** What the tus protocol asks of a request, before the tus server sees it. */

/** The version of the protocol. */
export const tusVersion = "1.0.0";

const uploadType = "application/offset+octet-stream";
const methods = ["OPTIONS", "POST", "HEAD", "PATCH", "DELETE"];

/** The method that counts: `X-HTTP-Method-Override`, if there is one. @throws MediaError `not_allowed` */
export function uploadMethod(c: ApiContext): string {
  const method = c.req.header("x-http-method-override")?.trim().toUpperCase() ?? c.req.method;
  if (methods.includes(method)) return method;
  const headers = { allow: methods.join(", ") };
  throw new MediaError("not_allowed", `uploads take no ${method}`, { details: { headers } });
}

/** @throws MediaError `unsupported_content` for bytes that are not sent as the protocol says */
function checkType(c: ApiContext, method: string): void {
  const type = c.req.header("content-type");
  if (type === uploadType) return;
  const length = c.req.header("content-length") ?? "0";
  const hasBytes = length !== "0" || c.req.header("transfer-encoding") !== undefined;
  if (method === "PATCH" || (method === "POST" && hasBytes))
    throw new MediaError("unsupported_content", `the Content-Type must be ${uploadType}`);
}

/** @throws MediaError `precondition_failed`, `invalid_argument`, `unsupported_content` */
export function checkUploadRequest(c: ApiContext, method: string): void {
  if (method === "OPTIONS") return;
  if (c.req.header("tus-resumable") !== tusVersion)
    throw new MediaError("precondition_failed", `Tus-Resumable must be ${tusVersion}`, {
      details: { headers: { "tus-version": tusVersion } },
    });
  if (method !== "POST" && method !== "PATCH") return;
  checkContent(headerOf(c));
  checkType(c, method);
  const isMissing = method === "PATCH" && c.req.header("upload-offset") === undefined;
  const message = "a PATCH must say where its bytes begin";
  if (isMissing) throw wrongField({ in: "header", field: "Upload-Offset", message });
}

/** The metadata of a creation. @throws MediaError `invalid_argument` */
export function metadataOf(c: ApiContext, method: string): Metadata | undefined {
  const given = c.req.header("upload-metadata");
  return method === "POST" && given !== undefined ? parseMetadata(given) : undefined;
}

/** Gives each chunk when the next has come, and so the last one only when the source has ended well. */
async function* heldBack(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | undefined;
  for await (const chunk of source) {
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (held !== undefined) yield held;
}

/**
 * The request for the tus server: under the method that counts, with a body that breaks off before its
 * last piece when it is not what its digests say.
 */
export function uploadRequest(
  c: ApiContext,
  method: string,
  onMismatch: (error: MediaError) => void,
): Request {
  const digests = method === "POST" || method === "PATCH" ? digestsOf(headerOf(c)) : [];
  const { raw } = c.req;
  if (method === raw.method && digests.length === 0) return raw;
  const { url, headers } = raw;
  if (method === "HEAD" || method === "DELETE" || method === "OPTIONS")
    return new Request(url, { method, headers });
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      yield* heldBack(verified(c.env.incoming.iterator({ destroyOnReturn: false }), digests));
    } catch (error) {
      if (error instanceof MediaError) onMismatch(error);
      throw error;
    }
  }
  const body = ReadableStream.from(bytes());
  return new Request(url, { method, headers, body, duplex: "half" });
}
