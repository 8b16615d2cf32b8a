import { createHash, type Hash } from "node:crypto";
import { MediaError } from "../media/errors.ts";
import type { Header } from "./conditions.ts";
import { wrongField } from "./problems.ts";

/**
 * Digests that come with bytes. `Content-Digest` and `Repr-Digest` are those of RFC 9530 (the same here,
 * because nothing is encoded), `Digest` is that of RFC 3230, `Content-MD5` that of RFC 1864, and
 * `Upload-Checksum` that of the tus protocol.
 */

/** What a client says about its bytes. */
interface Digest {
  readonly header: string;
  /** As node calls it. */
  readonly algorithm: string;
  readonly bytes: Buffer;
}

/** The algorithms by their names in digest fields, and their lengths in bytes. */
const algorithms: Readonly<Record<string, { readonly node: string; readonly length: number }>> = {
  "sha-256": { node: "sha256", length: 32 },
  "sha-512": { node: "sha512", length: 64 },
  sha: { node: "sha1", length: 20 },
  md5: { node: "md5", length: 16 },
};

/** The algorithms by their names in `Upload-Checksum`. */
const checksumNames: Readonly<Record<string, string>> = {
  sha1: "sha",
  sha256: "sha-256",
  sha512: "sha-512",
  md5: "md5",
};

/** `Tus-Checksum-Algorithm` */
export const checksumAlgorithms = Object.keys(checksumNames).join(",");

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function digest(header: string, algorithm: string, encoded: string): Digest {
  const { node = "", length = 0 } = algorithms[algorithm] ?? {};
  const bytes = Buffer.from(encoded, "base64");
  if (base64.test(encoded) && bytes.byteLength === length)
    return { header, algorithm: node, bytes };
  const message = `the digest is not ${length} bytes in base64`;
  throw wrongField({ in: "header", field: header, message });
}

/**
 * The digests of `sha-256=:…:, md5=:…:`. Those by other algorithms cannot be checked and do not count
 * beside one that can. @throws MediaError `invalid_argument` where none can be checked
 */
function listed(header: Header, field: string, member: RegExp): Digest[] {
  const value = header(field);
  if (value === undefined) return [];
  const known = value.split(",").flatMap((part) => {
    const [, name = "", encoded = ""] = member.exec(part.trim()) ?? [];
    if (name === "") throw wrongField({ in: "header", field, message: "is no list of digests" });
    const algorithm = name.toLowerCase();
    return Object.hasOwn(algorithms, algorithm) ? [digest(field, algorithm, encoded)] : [];
  });
  if (known.length > 0) return known;
  const message = `has no digest that is known here: ${Object.keys(algorithms).join(", ")}`;
  throw wrongField({ in: "header", field, message });
}

/** RFC 8941: a byte sequence stands between colons; parameters may follow it. */
const structured = /^([\w*.-]+)=:([^:]*):(?:;.*)?$/;
const plain = /^([\w-]+)=(.+)$/;

function checksum(header: Header): Digest[] {
  const value = header("upload-checksum");
  if (value === undefined) return [];
  const [, name = "", encoded = ""] = /^(\S+) (\S+)$/.exec(value.trim()) ?? [];
  const algorithm = Object.hasOwn(checksumNames, name) ? checksumNames[name] : undefined;
  if (algorithm !== undefined) return [digest("upload-checksum", algorithm, encoded)];
  const message = `must be one of ${checksumAlgorithms}, a space, and the digest in base64`;
  throw wrongField({ in: "header", field: "Upload-Checksum", message });
}

/** All digests of a request. @throws MediaError `invalid_argument` for one that cannot be checked */
export function digestsOf(header: Header): readonly Digest[] {
  const md5 = header("content-md5");
  return [
    ...listed(header, "content-digest", structured),
    ...listed(header, "repr-digest", structured),
    ...listed(header, "digest", plain),
    ...(md5 === undefined ? [] : [digest("content-md5", "md5", md5.trim())]),
    ...checksum(header),
  ];
}

/**
 * Passes bytes on and compares them, when the last one has come, with their digests.
 * @throws MediaError `digest_mismatch` instead of the end
 */
export async function* verified(
  source: AsyncIterable<Uint8Array>,
  digests: readonly Digest[],
): AsyncGenerator<Uint8Array> {
  const hashes = new Map<string, Hash>();
  for (const { algorithm } of digests) hashes.set(algorithm, createHash(algorithm));
  for await (const chunk of source) {
    for (const hash of hashes.values()) hash.update(chunk);
    yield chunk;
  }
  const found = new Map(Array.from(hashes, ([algorithm, hash]) => [algorithm, hash.digest()]));
  for (const { header, algorithm, bytes } of digests)
    if (found.get(algorithm)?.equals(bytes) !== true)
      throw new MediaError("digest_mismatch", `the bytes are not those of ${header}`);
}
