import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { ObjectChecksum } from "../buckets/buckets.ts";
import type { Fingerprint } from "../objects/object-store.ts";
import { checksumKinds, checksumNames, isChecksum, type ChecksumName } from "./checksums.ts";
import { awsError } from "./errors.ts";
import type { AwsRequest } from "./request.ts";
import { chunkedBytes } from "./sigv4/chunks.ts";
import type { Payload } from "./sigv4/verified.ts";

/** What was found out about a body on its way. */
export interface BodyFacts {
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly md5: string;
  /** The one that the client sent, which holds, or the one that was asked for. */
  readonly checksum?: ObjectChecksum;
}

/** A request's body: its bytes as the client meant them, checked against all that the request says of them. */
export interface Body {
  /** Where the request says so. */
  readonly sizeBytes?: number;
  /** Throws at the end when something does not hold: what was made of the bytes must not count then. */
  readonly bytes: AsyncGenerator<Uint8Array>;
  /**
   * @param stored what the store found while it took in `bytes`: needed when `sha256By` is `store`
   * @throws before `bytes` has come to its end; MediaError (XAmzContentSHA256Mismatch)
   */
  facts(stored?: Fingerprint): BodyFacts;
}

const prefix = "x-amz-checksum-";

/**
 * The body as it comes. A chunk is good until the next one is asked for: its memory is given back then,
 * because the garbage collector would go through everything for a large upload's chunks again and again.
 */
async function* received(incoming: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    // the connection stays, so that a client can read why it was refused
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Uint8Array;
      yield bytes;
      const { buffer } = bytes;
      if (buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength)
        buffer.transfer(0);
    }
  } catch (cause) {
    throw Object.assign(awsError("IncompleteBody", "the body broke off"), { cause });
  }
}

function lengthOf({ headers }: AwsRequest, payload: Payload): number | undefined {
  const isChunked = payload.kind === "chunked";
  const text = headers.get(isChunked ? "x-amz-decoded-content-length" : "content-length");
  if (text === undefined) {
    if (!isChunked && headers.has("transfer-encoding")) return undefined;
    throw awsError("MissingContentLength");
  }
  if (!/^\d{1,15}$/.test(text)) throw awsError("InvalidArgument", "the body's length is no number");
  return Number(text);
}

/** The checksum that headers or trailers name: at most one. @throws MediaError (InvalidRequest) */
function statedChecksum(fields: ReadonlyMap<string, string>): ObjectChecksum | undefined {
  const stated = checksumNames.filter((name) => fields.has(prefix + name));
  const [algorithm] = stated;
  if (algorithm === undefined) return undefined;
  if (stated.length > 1)
    throw awsError("InvalidRequest", "Expecting a single x-amz-checksum- header");
  const value = fields.get(prefix + algorithm) ?? "";
  if (!isChecksum(algorithm, value))
    throw awsError("BadDigest", `Value for ${prefix}${algorithm} header is invalid.`);
  return { algorithm, value, type: "FULL_OBJECT" };
}

/** The checksum whose value follows behind the body. */
function announced({ headers }: AwsRequest, payload: Payload): ChecksumName | undefined {
  const name = headers.get("x-amz-trailer")?.trim().toLowerCase();
  if (name === undefined || name === "") return undefined;
  const found = checksumNames.find((one) => prefix + one === name);
  if (found === undefined || payload.kind !== "chunked" || !payload.hasTrailer)
    throw awsError(
      "InvalidRequest",
      "The value specified in the x-amz-trailer header is not supported",
    );
  return found;
}

function statedMd5({ headers }: AwsRequest): string | undefined {
  const text = headers.get("content-md5");
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, "base64");
  if (bytes.byteLength !== 16 || bytes.toString("base64") !== text) throw awsError("InvalidDigest");
  return bytes.toString("hex");
}

/** How a body is to be checked beyond what its request says. */
export interface BodyOptions {
  /** A checksum to compute though the client states none. */
  readonly also?: ChecksumName | undefined;
  /** What the headers' checksum is of: also the object that the request completes. Default: the body. */
  readonly isAbout?: "body" | "object";
  /**
   * Who computes the SHA-256 that the client has signed: the body while it is read, or the store, which
   * computes it anyway; then `facts` compares the two, and nothing may count before. Default: `body`.
   */
  readonly sha256By?: "body" | "store";
}

/**
 * A request's body. Nothing is read before `bytes` is.
 * @throws MediaError (InvalidRequest, InvalidDigest, MissingContentLength)
 */
export function openBody(
  request: AwsRequest,
  payload: Payload,
  { also, isAbout = "body", sha256By = "body" }: BodyOptions = {},
): Body {
  const sizeBytes = lengthOf(request, payload);
  const trailer = announced(request, payload);
  const inHeader = isAbout === "body" ? statedChecksum(request.headers) : undefined;
  const md5 = statedMd5(request);
  const signed = payload.kind === "hash" ? payload.sha256 : undefined;
  const algorithm = (inHeader?.algorithm as ChecksumName | undefined) ?? trailer ?? also;
  let facts: BodyFacts | undefined;
  let trailers: ReadonlyMap<string, string> = new Map();

  async function* checked(): AsyncGenerator<Uint8Array> {
    const hash = createHash("md5");
    const sha256 = signed !== undefined && sha256By === "body" ? createHash("sha256") : undefined;
    const running = algorithm && (await checksumKinds[algorithm].create());
    let received_ = 0;
    const incoming = received(request.incoming);
    const source =
      payload.kind === "chunked"
        ? chunkedBytes(incoming, payload.signing, (found) => void (trailers = found))
        : incoming;
    for await (const bytes of source) {
      received_ += bytes.byteLength;
      if (sizeBytes !== undefined && received_ > sizeBytes)
        throw awsError("IncompleteBody", "the body is longer than its headers say");
      hash.update(bytes);
      sha256?.update(bytes);
      running?.update(bytes);
      yield bytes;
    }
    if (sizeBytes !== undefined && received_ < sizeBytes) throw awsError("IncompleteBody");
    const found = hash.digest("hex");
    if (md5 !== undefined && md5 !== found) throw awsError("BadDigest");
    if (sha256 !== undefined && sha256.digest("hex") !== signed)
      throw awsError("XAmzContentSHA256Mismatch");
    const stated = trailer === undefined ? inHeader : statedChecksum(trailers);
    if (trailer !== undefined && stated?.algorithm !== trailer)
      throw awsError("InvalidRequest", `the trailer ${prefix}${trailer} did not come`);
    const value = running?.value();
    if (stated !== undefined && stated.value !== value)
      throw awsError(
        "BadDigest",
        `The ${stated.algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    facts = {
      sizeBytes: received_,
      md5: found,
      ...(algorithm && value && { checksum: { algorithm, value, type: "FULL_OBJECT" } }),
    };
  }
  return {
    ...(sizeBytes !== undefined && { sizeBytes }),
    bytes: checked(),
    facts(stored) {
      if (facts === undefined) throw new Error("the body has not been read to its end");
      if (sha256By === "store" && signed !== undefined) {
        if (stored === undefined) throw new Error("nothing to compare the signed SHA-256 with");
        if (stored.value !== signed) throw awsError("XAmzContentSHA256Mismatch");
      }
      return facts;
    },
  };
}

/** A short body. @throws MediaError (EntityTooLarge, and what `openBody` and reading throw) */
export async function readBytes(body: Body, maxBytes: number): Promise<Buffer> {
  if ((body.sizeBytes ?? 0) > maxBytes) throw awsError("EntityTooLarge");
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body.bytes) {
    length += chunk.byteLength;
    if (length > maxBytes) throw awsError("EntityTooLarge");
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

/** A short body as text. @throws MediaError as `readBytes` does */
export async function readText(body: Body, maxBytes: number): Promise<string> {
  return (await readBytes(body, maxBytes)).toString("utf8");
}
