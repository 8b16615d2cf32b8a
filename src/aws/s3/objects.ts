import { rangeOf } from "../../api/range.ts";
import type { ObjectFacts } from "../../buckets/buckets.ts";
import type { Fingerprint } from "../../objects/object-store.ts";
import type { AwsAnswer } from "../answer.ts";
import { checksumNamed } from "../checksums.ts";
import { awsError } from "../errors.ts";
import type { S3Object } from "./bucket.ts";
import { judgeRead, writeCondition } from "./conditions.ts";
import {
  bodyOf,
  headerOf,
  numberOf,
  openBucket,
  parameter,
  type S3Context,
  type S3Operation,
} from "./context.ts";
import {
  checksumHeaders,
  givenChecksum,
  objectHeaders,
  quoted,
  refuseNotOffered,
  statedFacts,
} from "./headers.ts";

/** Objects have one version, whose id is `null`. @throws MediaError (NoSuchVersion) for another one */
export function checkVersion(version: string | undefined): void {
  if (version !== undefined && version !== "null") throw awsError("NoSuchVersion");
}

/** The object that a request names. @throws MediaError (NoSuchBucket, NoSuchKey, NoSuchVersion, AccessDenied) */
export async function findObject(
  context: S3Context,
  bucketName: string,
  key: string,
): Promise<S3Object> {
  const bucket = await openBucket(context, bucketName);
  const object = await bucket.find(key);
  if (object === undefined) throw awsError("NoSuchKey", undefined, { Key: key });
  return object;
}

/**
 * C1 controls: what becomes of bytes that are not UTF-8 when a client takes them for Latin 1. Objects can have
 * such keys; where none has, a GET is told that its URI is malformed.
 */
const misread = /[\u0080-\u009f]/;

async function findToRead(context: S3Context, isHead: boolean): Promise<S3Object> {
  const { bucketName, key } = context;
  if (isHead || !misread.test(key)) return findObject(context, bucketName, key);
  const object = await (await openBucket(context, bucketName)).find(key);
  if (object === undefined) throw awsError("InvalidURI");
  return object;
}

/** A part of an object, half-open. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly headers: Readonly<Record<string, string>>;
}

const noSuchPart = (number: number) =>
  awsError("InvalidPart", "there is no part with this number", { PartNumber: String(number) });

/** The part with a number, of an object that came in parts. */
function numberedPart(number: number, { facts, sizeBytes }: S3Object): Piece {
  const { parts } = facts;
  if (parts === undefined) {
    if (number !== 1) throw noSuchPart(number);
    return { start: 0, end: sizeBytes, headers: {} };
  }
  const index = parts.findIndex((part) => part.number === number);
  const part = parts[index];
  if (part === undefined) throw noSuchPart(number);
  const start = parts.slice(0, index).reduce((sum, one) => sum + one.sizeBytes, 0);
  const headers = {
    "x-amz-mp-parts-count": String(parts.length),
    ...givenChecksum(part, false),
    ...(part.checksum && facts.checksum && { "x-amz-checksum-type": facts.checksum.type }),
  };
  return { start, end: start + part.sizeBytes, headers };
}

/** What a GET or HEAD asks for of an object; undefined for all of it. */
function pieceOf(context: S3Context, object: S3Object): Piece | undefined {
  const number = numberOf(context, "partNumber", { least: 1, most: 10_000 });
  const header = headerOf(context, "range");
  if (number !== undefined) {
    if (header !== undefined)
      throw awsError(
        "InvalidRequest",
        "Cannot specify both Range header and partNumber query parameter",
      );
    return numberedPart(number, object);
  }
  const range = rangeOf(header, object.sizeBytes);
  if (range === "unsatisfiable")
    throw awsError("InvalidRange", undefined, {
      RangeRequested: header ?? "",
      ActualObjectSize: String(object.sizeBytes),
    });
  return range && { ...range, headers: {} };
}

async function readObject(context: S3Context, isHead: boolean): Promise<AwsAnswer> {
  checkVersion(parameter(context, "versionId"));
  const { dailies } = context;
  const object = await findToRead(context, isHead);
  const headers = objectHeaders(context, object);
  const verdict = judgeRead(context, object);
  if (verdict === "failed") throw awsError("PreconditionFailed");
  if (verdict === "unchanged") return { status: 304, headers };
  const piece = pieceOf(context, object);
  const { start, end } = piece ?? { start: 0, end: object.sizeBytes };
  const answer = {
    status: piece === undefined ? 200 : 206,
    headers: {
      ...headers,
      ...(piece === undefined ? checksumHeaders(context, object.facts) : piece.headers),
      "content-length": String(end - start),
      ...(piece && { "content-range": `bytes ${start}-${end - 1}/${object.sizeBytes}` }),
    },
  };
  if (isHead || start === end) return answer;
  return { ...answer, body: await dailies.chunks(object.ref, { start, end }) };
}

async function putObject(context: S3Context): Promise<AwsAnswer> {
  const { request, key } = context;
  refuseNotOffered(request);
  const stated = statedFacts(request);
  const asked = checksumNamed(headerOf(context, "x-amz-sdk-checksum-algorithm") ?? "");
  const bucket = await openBucket(context, context.bucketName);
  const body = bodyOf(context, { also: asked, sha256By: "store" });
  const facts = (stored: Fingerprint): ObjectFacts => {
    const { md5, checksum } = body.facts(stored);
    return { ...stated, etag: md5, ...(checksum && { checksum }) };
  };
  const condition = writeCondition(context);
  if (condition !== undefined) condition(await bucket.find(key));
  const contentType = stated.headers["content-type"];
  const { facts: put } = await bucket.put(key, body.bytes, {
    facts,
    ...(body.sizeBytes !== undefined && { sizeBytes: body.sizeBytes }),
    ...(contentType !== undefined && { contentType }),
    ...(condition && { condition }),
  });
  return { status: 200, headers: { etag: quoted(put.etag), ...givenChecksum(put) } };
}

async function deleteObject(context: S3Context): Promise<AwsAnswer> {
  checkVersion(parameter(context, "versionId"));
  const bucket = await openBucket(context, context.bucketName);
  await bucket.remove(context.key, writeCondition(context));
  return { status: 204 };
}

/** What can be done with one object. */
export const objectOperations: readonly S3Operation[] = [
  {
    name: "GetObject",
    method: "GET",
    of: "object",
    scope: "read",
    run: (context) => readObject(context, false),
  },
  {
    name: "HeadObject",
    method: "HEAD",
    of: "object",
    scope: "read",
    run: (context) => readObject(context, true),
  },
  { name: "PutObject", method: "PUT", of: "object", scope: "write", run: putObject },
  { name: "DeleteObject", method: "DELETE", of: "object", scope: "write", run: deleteObject },
];
