import { createHash } from "node:crypto";
import {
  placeOf,
  type MultipartUpload,
  type ObjectChecksum,
  type ObjectFacts,
  type UploadedPart,
} from "../../buckets/buckets.ts";
import type { AwsAnswer } from "../answer.ts";
import { checksumKinds, checksumNames, type ChecksumName } from "../checksums.ts";
import { awsError } from "../errors.ts";
import { childrenOf, readXml, textOf } from "../xml.ts";
import type { S3Object } from "./bucket.ts";
import { writeCondition } from "./conditions.ts";
import {
  documentOf,
  headerOf,
  openBucket,
  parameter,
  xmlAnswer,
  type S3Context,
  type S3Operation,
} from "./context.ts";
import { checksumElement, quoted } from "./headers.ts";
import { answerPatiently } from "./slow-answer.ts";
import { findUpload } from "./uploads.ts";

/** Every part but the last has so many bytes at least. */
const leastBytes = 5 * 1024 ** 2;

interface NamedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksums: ReadonlyMap<ChecksumName, string>;
}

/**
 * The parts that the request names, in its order. One that was sent again may be named again: the last
 * mention counts, which must be of the bytes that are stored.
 * @throws MediaError (MalformedXML, InvalidPartOrder)
 */
async function namedParts(context: S3Context): Promise<readonly NamedPart[]> {
  const root = readXml(await documentOf(context, { isAbout: "object" }), "CompleteMultipartUpload");
  const parts = childrenOf(root, "Part").map((part): NamedPart => {
    const number = Number(textOf(part, "PartNumber"));
    const etag = textOf(part, "ETag")?.trim().replace(/^"|"$/g, "");
    if (!Number.isInteger(number) || etag === undefined) throw awsError("MalformedXML");
    const stated = checksumNames.flatMap((name) => {
      const value = textOf(part, `Checksum${name.toUpperCase()}`);
      return value === undefined || value === "" ? [] : [[name, value] as const];
    });
    return { number, etag, checksums: new Map(stated) };
  });
  if (parts.length === 0) throw awsError("MalformedXML");
  const isRising = parts.every(
    ({ number }, at) => at === 0 || (parts[at - 1]?.number ?? 0) <= number,
  );
  if (!isRising) throw awsError("InvalidPartOrder");
  return [...new Map(parts.map((part) => [part.number, part])).values()];
}

/** The stored parts that are named. @throws MediaError (InvalidPart, EntityTooSmall) */
function chosenParts(
  named: readonly NamedPart[],
  stored: readonly UploadedPart[],
): readonly UploadedPart[] {
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  const chosen = named.map(({ number, etag, checksums }) => {
    const part = byNumber.get(number);
    if (part?.etag !== etag)
      throw awsError("InvalidPart", undefined, { PartNumber: String(number) });
    const { checksum } = part;
    for (const [algorithm, value] of checksums)
      if (checksum?.algorithm === algorithm && checksum.value !== value)
        throw awsError("InvalidPart", undefined, { PartNumber: String(number) });
    return part;
  });
  const small = chosen.slice(0, -1).find(({ sizeBytes }) => sizeBytes < leastBytes);
  if (small !== undefined)
    throw awsError("EntityTooSmall", undefined, {
      ProposedSize: String(small.sizeBytes),
      MinSizeAllowed: String(leastBytes),
      PartNumber: String(small.number),
      ETag: small.etag,
    });
  return chosen;
}

/** MD5 of the parts' MD5s, and their number: what S3 gives to an object in parts. */
function joinedEtag(parts: readonly UploadedPart[]): string {
  const hash = createHash("md5");
  for (const { etag } of parts) hash.update(Buffer.from(etag, "hex"));
  return `${hash.digest("hex")}-${parts.length}`;
}

/** The checksum of the parts' checksums, and their number. */
async function compositeChecksum(
  algorithm: ChecksumName,
  parts: readonly UploadedPart[],
): Promise<ObjectChecksum> {
  const running = await checksumKinds[algorithm].create();
  for (const { checksum } of parts) running.update(Buffer.from(checksum?.value ?? "", "base64"));
  return { algorithm, value: `${running.value()}-${parts.length}`, type: "COMPOSITE" };
}

/** What the client says of the whole object must hold. */
function checkStated(context: S3Context, checksum: ObjectChecksum | undefined): void {
  for (const name of checksumNames) {
    const stated = headerOf(context, `x-amz-checksum-${name}`);
    if (stated !== undefined && checksum?.algorithm === name && stated !== checksum.value)
      throw awsError(
        "BadDigest",
        `The ${name} you specified did not match the calculated checksum.`,
      );
  }
}

/** The parts' bytes one after the other, and the checksum of all of them where it is wanted. */
async function joinedBytes(
  { dailies }: S3Context,
  { bucket, key, checksum }: MultipartUpload,
  parts: readonly UploadedPart[],
) {
  const algorithm =
    checksum?.type === "FULL_OBJECT" ? (checksum.algorithm as ChecksumName) : undefined;
  const running = algorithm && (await checksumKinds[algorithm].create());
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const { version, sizeBytes } of parts) {
      const ref = { ...placeOf(bucket, key), version };
      for await (const chunk of await dailies.chunks(ref, { start: 0, end: sizeBytes })) {
        running?.update(chunk);
        yield chunk;
      }
    }
  }
  const whole = (): ObjectChecksum | undefined =>
    algorithm && running && { algorithm, value: running.value(), type: "FULL_OBJECT" };
  return { bytes: bytes(), whole };
}

async function joinParts(
  context: S3Context,
  upload: MultipartUpload,
  parts: readonly UploadedPart[],
): Promise<S3Object> {
  const { bucketName, key, dailies } = context;
  const bucket = await openBucket(context, bucketName);
  const condition = writeCondition(context);
  if (condition !== undefined) condition(await bucket.find(key));
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  const stated = headerOf(context, "x-amz-mp-object-size");
  if (stated !== undefined && Number(stated) !== sizeBytes)
    throw awsError(
      "InvalidRequest",
      "The provided 'x-amz-mp-object-size' header does not match what was computed.",
    );
  const composite =
    upload.checksum?.type === "COMPOSITE"
      ? await compositeChecksum(upload.checksum.algorithm as ChecksumName, parts)
      : undefined;
  checkStated(context, composite);
  const { bytes, whole } = await joinedBytes(context, upload, parts);
  async function* checked(): AsyncGenerator<Uint8Array> {
    yield* bytes;
    made ??= factsOf();
    checkStated(context, made.checksum);
  }
  const factsOf = (): ObjectFacts => {
    const checksum = composite ?? whole();
    return {
      ...upload.facts,
      etag: joinedEtag(parts),
      upload: upload.id,
      parts: parts.map(({ number, sizeBytes: size, checksum: one }) => ({
        number,
        sizeBytes: size,
        ...(one && { checksum: one }),
      })),
      ...(checksum && { checksum }),
    };
  };
  let made: ObjectFacts | undefined;
  const contentType = upload.facts.headers["content-type"];
  const put = await bucket.put(key, checked(), {
    sizeBytes,
    facts: () => (made ??= factsOf()),
    ...(contentType !== undefined && { contentType }),
    ...(condition && { condition }),
  });
  await dailies.buckets.endUpload(upload.id);
  return put;
}

/** The object of an upload that was completed before: a client that has not heard of it asks again. */
async function completedBefore(context: S3Context): Promise<S3Object | undefined> {
  const bucket = await openBucket(context, context.bucketName);
  const object = await bucket.find(context.key);
  const id = parameter(context, "uploadId");
  return id !== undefined && object?.facts.upload === id ? object : undefined;
}

const resultOf = ({ bucketName, key, request }: S3Context, { facts }: S3Object) => ({
  Location: `http://${request.headers.get("host") ?? ""}/${bucketName}/${encodeURI(key)}`,
  Bucket: bucketName,
  Key: key,
  ETag: quoted(facts.etag),
  ...checksumElement(facts),
  ChecksumType: facts.checksum?.type,
});

async function completeUpload(context: S3Context): Promise<AwsAnswer> {
  await openBucket(context, context.bucketName);
  const named = await namedParts(context);
  const upload = await findUpload(context).catch(async (error: unknown) => {
    const object = await completedBefore(context);
    if (object === undefined) throw error;
    return object;
  });
  const answerOf = (object: S3Object) =>
    xmlAnswer("CompleteMultipartUploadResult", resultOf(context, object));
  if ("ref" in upload) return answerOf(upload);
  const parts = chosenParts(named, await context.dailies.buckets.listParts(upload.id));
  return answerPatiently(joinParts(context, upload, parts).then(answerOf));
}

/** The end of an upload in parts. */
export const completeOperations: readonly S3Operation[] = [
  {
    name: "CompleteMultipartUpload",
    method: "POST",
    of: "object",
    query: ["uploadId"],
    scope: "write",
    run: completeUpload,
  },
];
