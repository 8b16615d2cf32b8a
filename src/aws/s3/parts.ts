import { placeOf, type MultipartUpload, type ObjectFacts } from "../../buckets/buckets.ts";
import type { Fingerprint } from "../../objects/object-store.ts";
import { timeOf } from "../../media/ids.ts";
import type { AwsAnswer } from "../answer.ts";
import { checksumNamed } from "../checksums.ts";
import { awsError } from "../errors.ts";
import type { XmlFields } from "../xml.ts";
import {
  bodyOf,
  headerOf,
  numberOf,
  openBucket,
  xmlAnswer,
  type S3Context,
  type S3Operation,
} from "./context.ts";
import { copiedBytes, copySource } from "./copy.ts";
import { checksumElement, givenChecksum, quoted, refuseNotOffered } from "./headers.ts";
import { answerPatiently } from "./slow-answer.ts";
import { findUpload } from "./uploads.ts";

/** The largest number of a part. */
const maxParts = 10_000;

function partNumber(context: S3Context): number {
  const number = numberOf(context, "partNumber", { least: 1, most: maxParts });
  if (number === undefined) throw awsError("InvalidArgument", "partNumber is missing");
  return number;
}

/** Stores a part's bytes, then records it. */
async function keepPart(
  { dailies }: S3Context,
  { id, bucket, key }: MultipartUpload,
  number: number,
  source: {
    readonly bytes: AsyncIterable<Uint8Array>;
    readonly sizeBytes: number;
    readonly facts: (stored: Fingerprint) => Pick<ObjectFacts, "etag" | "checksum">;
  },
): Promise<Pick<ObjectFacts, "etag" | "checksum">> {
  const { buckets } = dailies;
  const stored = await buckets.storeBytes(placeOf(bucket, key), source.bytes, source.sizeBytes);
  const { version, fingerprint, sizeBytes } = stored;
  try {
    const facts = source.facts(fingerprint);
    const part = { number, version, sha256: fingerprint.value, sizeBytes, ...facts };
    if (!(await buckets.putPart(id, part))) throw awsError("NoSuchUpload");
    return facts;
  } catch (error) {
    await buckets.dropBytes(stored);
    throw error;
  }
}

async function uploadPart(context: S3Context): Promise<AwsAnswer> {
  refuseNotOffered(context.request);
  const number = partNumber(context);
  await openBucket(context, context.bucketName);
  const upload = await findUpload(context);
  const wanted = upload.checksum?.algorithm;
  const body = bodyOf(context, { also: checksumNamed(wanted ?? ""), sha256By: "store" });
  const facts = await keepPart(context, upload, number, {
    bytes: body.bytes,
    sizeBytes: body.sizeBytes ?? 0,
    facts(stored) {
      const { md5, checksum } = body.facts(stored);
      if (wanted !== undefined && checksum?.algorithm !== wanted)
        throw awsError(
          "InvalidRequest",
          `Checksum Type mismatch occurred, expected checksum Type: ${wanted}, actual checksum Type: ${checksum?.algorithm ?? "null"}`,
        );
      return { etag: md5, ...(checksum && { checksum }) };
    },
  });
  return { status: 200, headers: { etag: quoted(facts.etag), ...givenChecksum(facts, false) } };
}

/** `x-amz-copy-source-range`: `bytes=FIRST-LAST`, within the source. Half-open. */
function copyRange(context: S3Context, sizeBytes: number): { start: number; end: number } {
  const header = headerOf(context, "x-amz-copy-source-range");
  if (header === undefined) return { start: 0, end: sizeBytes };
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header) ?? [];
  if (first === undefined || Number(last) < Number(first))
    throw awsError(
      "InvalidArgument",
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
    );
  if (Number(last) >= sizeBytes)
    throw awsError(
      "InvalidRange",
      `Range specified is not valid for source object of size: ${sizeBytes}`,
    );
  return { start: Number(first), end: Number(last) + 1 };
}

async function uploadPartCopy(context: S3Context) {
  refuseNotOffered(context.request);
  const number = partNumber(context);
  await openBucket(context, context.bucketName);
  const upload = await findUpload(context);
  const source = await copySource(context);
  const range = copyRange(context, source.sizeBytes);
  const chunks = await context.dailies.chunks(source.ref, range);
  const copied = await copiedBytes(chunks, checksumNamed(upload.checksum?.algorithm ?? ""));
  const facts = await keepPart(context, upload, number, {
    ...copied,
    sizeBytes: range.end - range.start,
  });
  return xmlAnswer("CopyPartResult", {
    LastModified: new Date().toISOString(),
    ETag: quoted(facts.etag),
    ...checksumElement(facts),
  });
}

async function listParts(context: S3Context): Promise<AwsAnswer> {
  const { dailies, bucketName, key, caller } = context;
  await openBucket(context, bucketName);
  const { id, checksum } = await findUpload(context);
  const asked = numberOf(context, "max-parts", { least: 0, most: 2 ** 31 - 1 });
  const limit = Math.min(asked ?? 1_000, 1_000);
  const marker = numberOf(context, "part-number-marker", { least: 0, most: 2 ** 31 - 1 }) ?? 0;
  const behind = (await dailies.buckets.listParts(id)).filter(({ number }) => number > marker);
  const shown = behind.slice(0, limit);
  const owner = { ID: caller.owner, DisplayName: caller.owner };
  return xmlAnswer("ListPartsResult", {
    Bucket: bucketName,
    Key: key,
    UploadId: id,
    Initiator: owner,
    Owner: owner,
    StorageClass: "STANDARD",
    PartNumberMarker: marker,
    NextPartNumberMarker: shown.at(-1)?.number,
    MaxParts: limit,
    IsTruncated: behind.length > shown.length,
    ChecksumAlgorithm: checksum?.algorithm.toUpperCase(),
    ChecksumType: checksum?.type,
    Part: shown.map((part): XmlFields => ({
      PartNumber: part.number,
      LastModified: new Date(timeOf(part.version)).toISOString(),
      ETag: quoted(part.etag),
      Size: part.sizeBytes,
      ...checksumElement(part),
    })),
  });
}

/** The parts of an upload. */
export const partOperations: readonly S3Operation[] = [
  {
    name: "UploadPart",
    method: "PUT",
    of: "object",
    query: ["partNumber", "uploadId"],
    scope: "write",
    run: uploadPart,
  },
  {
    name: "UploadPartCopy",
    method: "PUT",
    of: "object",
    query: ["partNumber", "uploadId"],
    header: "x-amz-copy-source",
    scope: "write",
    run: (context) => answerPatiently(uploadPartCopy(context)),
  },
  {
    name: "ListParts",
    method: "GET",
    of: "object",
    query: ["uploadId"],
    scope: "read",
    run: listParts,
  },
];
