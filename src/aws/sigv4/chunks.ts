import { createHash, type Hash } from "node:crypto";
import { awsError } from "../errors.ts";
import { sameText, scopeText, sha256Hex, signatureOf } from "./canonical.ts";
import type { ChunkSigning } from "./verified.ts";

/**
 * `aws-chunked`: a body in chunks, each signed or not, with headers behind the last one.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 *
 *   10000;chunk-signature=…\r\n  bytes \r\n  …  0;chunk-signature=…\r\n  x-amz-checksum-crc32:…\r\n  \r\n
 */

/** The longest line between chunks, and the most that trailers may have in all. */
const maxLineBytes = 4_096;
const maxTrailerBytes = 16 * 1024;
/** The largest chunk that S3 takes; clients send 64 KiB or 1 MiB. */
const maxChunkBytes = 5 * 1024 ** 3;

const broken = (why: string) => awsError("IncompleteBody", `the body is not aws-chunked: ${why}`);

/** Takes lines and bytes from a stream of pieces. */
function createReader(source: AsyncIterable<Uint8Array>) {
  const pieces = source[Symbol.asyncIterator]();
  let piece: Uint8Array = new Uint8Array();
  /** False at the end. */
  const fill = async (): Promise<boolean> => {
    while (piece.byteLength === 0) {
      const next = await pieces.next();
      if (next.done === true) return false;
      piece = next.value;
    }
    return true;
  };
  return {
    /** A line without its end; undefined when nothing comes any more. */
    async line(): Promise<string | undefined> {
      let text = "";
      while (await fill()) {
        const end = piece.indexOf(10);
        text += Buffer.from(piece.subarray(0, end === -1 ? undefined : end)).toString("latin1");
        if (text.length > maxLineBytes) throw broken("a line is too long");
        piece = piece.subarray(end === -1 ? piece.byteLength : end + 1);
        if (end !== -1) return text.replace(/\r$/, "");
      }
      if (text !== "") throw broken("it ends within a line");
      return undefined;
    },
    /** At most so many bytes; good until the next call. */
    async bytes(most: number): Promise<Uint8Array> {
      if (!(await fill())) throw awsError("IncompleteBody");
      const taken = piece.subarray(0, most);
      piece = piece.subarray(taken.byteLength);
      return taken;
    },
    end: async () => {
      await pieces.return?.();
    },
  };
}

function chunkHead(line: string | undefined): { sizeBytes: number; signature: string | undefined } {
  const [, size, signature] =
    /^([0-9a-f]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line ?? "") ?? [];
  const sizeBytes = Number.parseInt(size ?? "", 16);
  if (!(sizeBytes <= maxChunkBytes)) throw broken("a chunk has no valid size");
  return { sizeBytes, signature };
}

const nothing = sha256Hex("");

/** Checks each chunk's signature, which rests on that of the one before it: none can be left out, moved or sent again. */
function createChain({ key, amzDate, scope, seed }: ChunkSigning) {
  let previous = seed;
  const check = (
    given: string | undefined,
    kind: "PAYLOAD" | "TRAILER",
    hashes: string[],
  ): void => {
    const head = [`AWS4-HMAC-SHA256-${kind}`, amzDate, scopeText(scope), previous];
    const expected = signatureOf(key, [...head, ...hashes].join("\n"));
    if (given === undefined || !sameText(given, expected)) throw awsError("SignatureDoesNotMatch");
    previous = expected;
  };
  return {
    chunk: (given: string | undefined, hash: Hash) =>
      check(given, "PAYLOAD", [nothing, hash.digest("hex")]),
    trailers: (given: string | undefined, text: string) =>
      check(given, "TRAILER", [sha256Hex(text)]),
  };
}

type Reader = ReturnType<typeof createReader>;

/** Headers behind the last chunk, up to the empty line or the end. */
async function readTrailers(reader: Reader) {
  const trailers = new Map<string, string>();
  let text = "";
  let signature: string | undefined;
  for (;;) {
    const line = await reader.line();
    if (line === undefined || line === "") return { trailers, text, signature };
    const colon = line.indexOf(":");
    if (colon < 1) throw broken("a trailer has no name");
    const [name, value] = [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    if (name === "x-amz-trailer-signature") signature = value;
    else {
      text += `${name}:${value}\n`;
      if (text.length > maxTrailerBytes) throw broken("the trailers are too long");
      trailers.set(name, value);
    }
  }
}

/**
 * The bytes within `aws-chunked`. They are handed on as they come, before their chunk's signature is
 * known: it throws where a signature does not hold, so what was made of them must not count then.
 * @param onTrailers gets the headers behind the last chunk, by name in small letters
 */
export async function* chunkedBytes(
  source: AsyncIterable<Uint8Array>,
  signing: ChunkSigning | undefined,
  onTrailers: (trailers: ReadonlyMap<string, string>) => void,
): AsyncGenerator<Uint8Array> {
  const reader = createReader(source);
  const chain = signing && createChain(signing);
  try {
    for (;;) {
      const { sizeBytes, signature } = chunkHead(await reader.line());
      const hash = createHash("sha256");
      for (let left = sizeBytes; left > 0;) {
        const bytes = await reader.bytes(left);
        left -= bytes.byteLength;
        if (chain !== undefined) hash.update(bytes);
        yield bytes;
      }
      chain?.chunk(signature, hash);
      if (sizeBytes === 0) break;
      if ((await reader.line()) !== "") throw broken("a chunk is longer than it says");
    }
    const { trailers, text, signature } = await readTrailers(reader);
    if (trailers.size > 0 || signature !== undefined) chain?.trailers(signature, text);
    onTrailers(trailers);
  } finally {
    await reader.end();
  }
}
