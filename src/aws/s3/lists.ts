import type { AwsAnswer } from "../answer.ts";
import { awsError } from "../errors.ts";
import { uriEncoded } from "../sigv4/canonical.ts";
import type { XmlFields } from "../xml.ts";
import type { S3Object } from "./bucket.ts";
import {
  numberOf,
  openBucket,
  parameter,
  xmlAnswer,
  type S3Context,
  type S3Operation,
} from "./context.ts";
import { quoted } from "./headers.ts";
import { listKeys } from "./listing.ts";

/** The most that one page has. */
const maxKeys = 1_000;

/** How keys are written: as they are, or percent-encoded where the client asks for that. */
export function keyEncoding(context: S3Context): {
  encode: (key: string) => string;
  type: string | undefined;
} {
  const type = parameter(context, "encoding-type");
  if (type !== undefined && type !== "" && type !== "url")
    throw awsError("InvalidArgument", "Invalid Encoding Method specified in Request", {
      ArgumentName: "encoding-type",
      ArgumentValue: type,
    });
  const isUrl = type === "url";
  const encode = (key: string) => (isUrl ? uriEncoded(key).replaceAll("%2F", "/") : key);
  return { encode, type: isUrl ? type : undefined };
}

function shared(context: S3Context) {
  const limit = numberOf(context, "max-keys", { least: 0, most: 2 ** 31 - 1 }) ?? maxKeys;
  return {
    prefix: parameter(context, "prefix") ?? "",
    delimiter: parameter(context, "delimiter") ?? "",
    limit: Math.min(limit, maxKeys),
    ...keyEncoding(context),
  };
}

type Shared = ReturnType<typeof shared>;

function objectFields({ encode }: Shared, object: S3Object, owner: string | undefined): XmlFields {
  const { key, sizeBytes, modifiedAt, facts } = object;
  return {
    Key: encode(key),
    LastModified: new Date(modifiedAt).toISOString(),
    ETag: quoted(facts.etag),
    ChecksumAlgorithm: facts.checksum?.algorithm.toUpperCase(),
    ChecksumType: facts.checksum?.type,
    Size: sizeBytes,
    Owner: owner === undefined ? undefined : { ID: owner, DisplayName: owner },
    StorageClass: "STANDARD",
  };
}

async function readKeys(context: S3Context, query: Shared, after: string) {
  const bucket = await openBucket(context, context.bucketName);
  return listKeys({ ...query, after }, (page) => bucket.list(page));
}

const head = (
  context: S3Context,
  { encode, type, prefix, delimiter, limit }: Shared,
): XmlFields => ({
  Name: context.bucketName,
  Prefix: encode(prefix),
  Delimiter: delimiter === "" ? undefined : encode(delimiter),
  MaxKeys: limit,
  EncodingType: type,
});

const prefixFields = ({ encode }: Shared, prefixes: readonly string[]): readonly XmlFields[] =>
  prefixes.map((prefix) => ({ Prefix: encode(prefix) }));

/** A place in a list, which only this list reads. */
const tokenOf = (key: string): string => Buffer.from(key).toString("base64url");

function keyOfToken(token: string): string {
  const key = Buffer.from(token, "base64url").toString();
  if (tokenOf(key) === token) return key;
  throw awsError("InvalidArgument", "The continuation token provided is incorrect");
}

async function listObjectsV2(context: S3Context): Promise<AwsAnswer> {
  const query = shared(context);
  const token = parameter(context, "continuation-token");
  const startAfter = parameter(context, "start-after");
  const after = token ? keyOfToken(token) : (startAfter ?? "");
  const { objects, prefixes, next } = await readKeys(context, query, after);
  const owner = parameter(context, "fetch-owner") === "true" ? context.caller.owner : undefined;
  return xmlAnswer("ListBucketResult", {
    ...head(context, query),
    KeyCount: objects.length + prefixes.length,
    IsTruncated: next !== undefined,
    ContinuationToken: token,
    NextContinuationToken: next === undefined ? undefined : tokenOf(next),
    StartAfter: startAfter === undefined ? undefined : query.encode(startAfter),
    Contents: objects.map((object) => objectFields(query, object, owner)),
    CommonPrefixes: prefixFields(query, prefixes),
  });
}

async function listObjects(context: S3Context): Promise<AwsAnswer> {
  const query = shared(context);
  const marker = parameter(context, "marker") ?? "";
  const { objects, prefixes, next } = await readKeys(context, query, marker);
  const nextMarker = next === undefined || query.delimiter === "" ? undefined : query.encode(next);
  return xmlAnswer("ListBucketResult", {
    ...head(context, query),
    Prefix: query.prefix, // boto3 decodes all but this
    Marker: query.encode(marker),
    NextMarker: nextMarker,
    IsTruncated: next !== undefined,
    Contents: objects.map((object) => objectFields(query, object, context.caller.owner)),
    CommonPrefixes: prefixFields(query, prefixes),
  });
}

/** Every object is its own only version, `null`. */
async function listVersions(context: S3Context): Promise<AwsAnswer> {
  const query = shared(context);
  const marker = parameter(context, "key-marker") ?? "";
  const { objects, prefixes, next } = await readKeys(context, query, marker);
  return xmlAnswer("ListVersionsResult", {
    ...head(context, query),
    KeyMarker: query.encode(marker),
    VersionIdMarker: parameter(context, "version-id-marker") ?? "",
    NextKeyMarker: next === undefined ? undefined : query.encode(next),
    NextVersionIdMarker: next === undefined ? undefined : "null",
    IsTruncated: next !== undefined,
    Version: objects.map((object) => ({
      ...objectFields(query, object, context.caller.owner),
      VersionId: "null",
      IsLatest: true,
    })),
    CommonPrefixes: prefixFields(query, prefixes),
  });
}

/** What lists a bucket. */
export const listOperations: readonly S3Operation[] = [
  {
    name: "ListObjectsV2",
    method: "GET",
    of: "bucket",
    query: ["list-type"],
    scope: "read",
    run: listObjectsV2,
  },
  { name: "ListObjects", method: "GET", of: "bucket", scope: "read", run: listObjects },
  {
    name: "ListObjectVersions",
    method: "GET",
    of: "bucket",
    query: ["versions"],
    scope: "read",
    run: listVersions,
  },
];
