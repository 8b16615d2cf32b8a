import type { ObjectFacts } from "../../buckets/buckets.ts";
import { awsError } from "../errors.ts";
import { utf8, type AwsRequest } from "../request.ts";
import type { S3Object } from "./bucket.ts";
import { headerOf, parameter, type S3Context } from "./context.ts";

/** Headers that are kept with an object and given back. */
const kept = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
];

const metaPrefix = "x-amz-meta-";
/** S3's limit on names and values of a client's own metadata. */
const maxMetadataBytes = 2 * 1024;

/** Headers of features that are not offered, each with the values that ask for nothing. */
const notOffered: readonly (readonly [RegExp, RegExp?])[] = [
  [/^x-amz-server-side-encryption/],
  [/^x-amz-copy-source-server-side-encryption/],
  [/^x-amz-acl$/, /^(?:private|bucket-owner-full-control)$/],
  [/^x-amz-grant-/],
  [/^x-amz-tagging$/],
  [/^x-amz-object-lock-/],
  [/^x-amz-bucket-object-lock-enabled$/, /^false$/i],
  [/^x-amz-website-redirect-location$/],
  [/^x-amz-write-offset-bytes$/],
];

/** @throws MediaError (NotImplemented) for a header of a feature that is not offered */
export function refuseNotOffered({ headers }: AwsRequest): void {
  for (const [name, value] of headers)
    for (const [pattern, harmless] of notOffered)
      if (pattern.test(name) && harmless?.test(value) !== true)
        throw awsError("NotImplemented", `what the header ${name} asks for is not offered`, {
          Header: name,
        });
  const storageClass = headers.get("x-amz-storage-class") ?? "STANDARD";
  if (storageClass !== "STANDARD") throw awsError("InvalidStorageClass");
}

/** What a client says of an object: content headers and its own metadata. Presigned URLs carry metadata as parameters. */
export function statedFacts({
  headers,
  query,
}: AwsRequest): Pick<ObjectFacts, "headers" | "metadata"> {
  const content: Record<string, string> = {};
  for (const name of kept) {
    const value = headers.get(name);
    if (value !== undefined) content[name] = value;
  }
  // this one is of the body's way here, not of the object
  const encoding = content["content-encoding"]
    ?.split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "aws-chunked" && one !== "");
  if (encoding?.length === 0) delete content["content-encoding"];
  else if (encoding !== undefined) content["content-encoding"] = encoding.join(", ");
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of [...query, ...headers]) {
    const small = name.toLowerCase();
    if (!small.startsWith(metaPrefix)) continue;
    metadata[small.slice(metaPrefix.length)] = value;
    bytes += small.length - metaPrefix.length + value.length;
  }
  if (bytes > maxMetadataBytes) throw awsError("MetadataTooLarge");
  return { headers: content, metadata };
}

/** UTF-8 that Latin 1 can hold goes out as Latin 1, which is how clients read headers; all else as it came. */
function shownText(value: string): string {
  const text = utf8(value);
  return /^[\x20-\xff]*$/.test(text) ? text : value;
}

/** Quoted, as HTTP has it. */
export const quoted = (etag: string): string => `"${etag}"`;

/** Overrides that a signed GET may ask for. */
const overrides = kept.map((name) => [`response-${name}`, name] as const);

/** The headers of an object's answer. */
export function objectHeaders(
  context: S3Context,
  { facts, modifiedAt }: S3Object,
): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": "binary/octet-stream",
    ...facts.headers,
    etag: quoted(facts.etag),
    "last-modified": new Date(modifiedAt).toUTCString(),
    "accept-ranges": "bytes",
    // a client may put pages here: a browser must not run them, nor guess another type
    "content-security-policy": "sandbox",
    "x-content-type-options": "nosniff",
  };
  for (const [name, value] of Object.entries(facts.metadata))
    headers[metaPrefix + name] = shownText(value);
  for (const [name, header] of overrides) {
    const value = parameter(context, name);
    if (value === undefined) continue;
    // oxlint-disable-next-line no-control-regex
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw awsError("InvalidArgument");
    headers[header] = value;
  }
  return headers;
}

/** The checksum, where the client asks for it. */
export function checksumHeaders(
  context: S3Context,
  { checksum }: Pick<ObjectFacts, "checksum">,
): Record<string, string> {
  const isAsked = headerOf(context, "x-amz-checksum-mode")?.toUpperCase() === "ENABLED";
  return isAsked ? givenChecksum({ ...(checksum && { checksum }) }) : {};
}

/** The checksum as headers, where there is one. @param withType of a whole object, not of a part */
export function givenChecksum(
  { checksum }: Pick<ObjectFacts, "checksum">,
  withType = true,
): Record<string, string> {
  if (checksum === undefined) return {};
  return {
    [`x-amz-checksum-${checksum.algorithm}`]: checksum.value,
    ...(withType && { "x-amz-checksum-type": checksum.type }),
  };
}

/** The checksum as an element of a document: `ChecksumCRC32`. */
export function checksumElement({
  checksum,
}: Pick<ObjectFacts, "checksum">): Record<string, string> {
  if (checksum === undefined) return {};
  return { [`Checksum${checksum.algorithm.toUpperCase()}`]: checksum.value };
}
