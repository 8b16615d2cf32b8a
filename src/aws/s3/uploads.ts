import { randomBytes } from "node:crypto";
import type { MultipartUpload, ObjectChecksum } from "../../buckets/buckets.ts";
import type { AwsAnswer } from "../answer.ts";
import { checksumKinds, checksumNamed } from "../checksums.ts";
import { awsError } from "../errors.ts";
import type { XmlFields } from "../xml.ts";
import {
  headerOf,
  numberOf,
  openBucket,
  parameter,
  xmlAnswer,
  type S3Context,
  type S3Operation,
} from "./context.ts";
import { refuseNotOffered, statedFacts } from "./headers.ts";
import { listKeys } from "./listing.ts";
import { keyEncoding } from "./lists.ts";

/** Ids sort as the uploads began, and cannot be guessed. */
function newUploadId(now: number): string {
  return now.toString(36).padStart(9, "0") + randomBytes(15).toString("hex");
}

/** The upload that a request names. @throws MediaError (NoSuchUpload) */
export async function findUpload(context: S3Context): Promise<MultipartUpload> {
  const { dailies, caller, bucketName, key } = context;
  const id = parameter(context, "uploadId") ?? "";
  const upload = await dailies.buckets.getUpload(id);
  const isIt = upload?.bucket === bucketName && upload.key === key && upload.owner === caller.owner;
  if (upload === undefined || !isIt) throw awsError("NoSuchUpload", undefined, { UploadId: id });
  return upload;
}

/** The kind of checksum that the client announces for the object. @throws MediaError (InvalidRequest) */
function announcedChecksum(
  context: S3Context,
): Pick<ObjectChecksum, "algorithm" | "type"> | undefined {
  const text = headerOf(context, "x-amz-checksum-algorithm");
  const type = headerOf(context, "x-amz-checksum-type")?.toUpperCase();
  if (text === undefined) {
    if (type !== undefined)
      throw awsError("InvalidRequest", "The x-amz-checksum-type header needs a checksum algorithm");
    return undefined;
  }
  const algorithm = checksumNamed(text);
  if (algorithm === undefined)
    throw awsError("InvalidRequest", "Checksum algorithm provided is unsupported.");
  const types: readonly string[] = checksumKinds[algorithm].types;
  if (type !== undefined && !types.includes(type))
    throw awsError(
      "InvalidRequest",
      `The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    );
  const chosen = type ?? types[0];
  return { algorithm, type: chosen === "FULL_OBJECT" ? "FULL_OBJECT" : "COMPOSITE" };
}

async function createUpload(context: S3Context): Promise<AwsAnswer> {
  const { request, caller, dailies, bucketName, key } = context;
  refuseNotOffered(request);
  const bucket = await openBucket(context, bucketName);
  await bucket.checkPut(key);
  const checksum = announcedChecksum(context);
  const createdAt = Date.now();
  const id = newUploadId(createdAt);
  const facts = statedFacts(request);
  const begun = { id, bucket: bucketName, key, owner: caller.owner, createdAt, facts };
  await dailies.buckets.startUpload({ ...begun, ...(checksum && { checksum }) });
  const headers: Record<string, string> = checksum
    ? {
        "x-amz-checksum-algorithm": checksum.algorithm.toUpperCase(),
        "x-amz-checksum-type": checksum.type,
      }
    : {};
  const fields = { Bucket: bucketName, Key: key, UploadId: id };
  return xmlAnswer("InitiateMultipartUploadResult", fields, headers);
}

async function abortUpload(context: S3Context): Promise<AwsAnswer> {
  await openBucket(context, context.bucketName);
  const { id } = await findUpload(context);
  await context.dailies.buckets.endUpload(id);
  return { status: 204 };
}

const maxUploads = 1_000;

async function listUploads(context: S3Context): Promise<AwsAnswer> {
  const { caller, dailies, bucketName } = context;
  await openBucket(context, bucketName);
  const { encode, type } = keyEncoding(context);
  const asked = numberOf(context, "max-uploads", { least: 0, most: 2 ** 31 - 1 });
  const limit = Math.min(asked ?? maxUploads, maxUploads);
  const prefix = parameter(context, "prefix") ?? "";
  const keyMarker = parameter(context, "key-marker") ?? "";
  const idMarker = parameter(context, "upload-id-marker") ?? "";
  const delimiter = parameter(context, "delimiter") ?? "";
  const { objects, prefixes, next, nextId } = await listKeys(
    { prefix, delimiter, after: keyMarker, ...(idMarker !== "" && { afterId: idMarker }), limit },
    (page) => dailies.buckets.listUploads(bucketName, caller.owner, page),
  );
  const owner = { ID: caller.owner, DisplayName: caller.owner };
  return xmlAnswer("ListMultipartUploadsResult", {
    Bucket: bucketName,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: next === undefined ? undefined : encode(next),
    NextUploadIdMarker: nextId,
    Prefix: encode(prefix),
    Delimiter: delimiter === "" ? undefined : encode(delimiter),
    EncodingType: type,
    MaxUploads: limit,
    IsTruncated: next !== undefined,
    Upload: objects.map(({ id, key, createdAt, checksum }): XmlFields => ({
      Key: encode(key),
      UploadId: id,
      Initiator: owner,
      Owner: owner,
      StorageClass: "STANDARD",
      Initiated: new Date(createdAt).toISOString(),
      ChecksumAlgorithm: checksum?.algorithm.toUpperCase(),
      ChecksumType: checksum?.type,
    })),
    CommonPrefixes: prefixes.map((one) => ({ Prefix: encode(one) })),
  });
}

/** The beginning and the breaking off of uploads in parts. */
export const uploadOperations: readonly S3Operation[] = [
  {
    name: "CreateMultipartUpload",
    method: "POST",
    of: "object",
    query: ["uploads"],
    scope: "write",
    run: createUpload,
  },
  {
    name: "AbortMultipartUpload",
    method: "DELETE",
    of: "object",
    query: ["uploadId"],
    scope: "write",
    run: abortUpload,
  },
  {
    name: "ListMultipartUploads",
    method: "GET",
    of: "bucket",
    query: ["uploads"],
    scope: "read",
    run: listUploads,
  },
];
