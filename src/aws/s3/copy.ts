import { createHash } from "node:crypto";
import type { ObjectFacts } from "../../buckets/buckets.ts";
import {
  checksumKinds,
  checksumNamed,
  type ChecksumName,
  type RunningChecksum,
} from "../checksums.ts";
import { awsError } from "../errors.ts";
import { percentDecoded, utf8 } from "../request.ts";
import type { S3Object } from "./bucket.ts";
import { judgeRead, writeCondition } from "./conditions.ts";
import { headerOf, openBucket, xmlAnswer, type S3Context, type S3Operation } from "./context.ts";
import { checksumElement, quoted, refuseNotOffered, statedFacts } from "./headers.ts";
import { checkVersion, findObject } from "./objects.ts";
import { answerPatiently } from "./slow-answer.ts";

/** `x-amz-copy-source`: `/BUCKET/KEY?versionId=…`, percent-encoded. */
function sourceNamed(context: S3Context): { readonly bucket: string; readonly key: string } {
  const header = utf8(headerOf(context, "x-amz-copy-source") ?? "");
  const [place = "", version] = header.split("?versionId=");
  checkVersion(version);
  const path = percentDecoded(place).replace(/^\//, "");
  const slash = path.indexOf("/");
  if (slash < 1 || slash === path.length - 1)
    throw awsError(
      "InvalidArgument",
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
    );
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

/** The object to copy from. @throws MediaError as for reading it; (PreconditionFailed) */
export async function copySource(
  context: S3Context,
): Promise<S3Object & { readonly bucket: string }> {
  if (!context.caller.scopes.includes("read"))
    throw awsError("AccessDenied", "the key lacks the scope read");
  const { bucket, key } = sourceNamed(context);
  const object = await findObject(context, bucket, key);
  if (judgeRead(context, object, "x-amz-copy-source-") !== "read")
    throw awsError("PreconditionFailed");
  return { ...object, bucket };
}

/** Bytes that are copied here: their MD5 and checksum are computed on the way. */
export async function copiedBytes(
  source: AsyncIterable<Uint8Array>,
  checksum: ChecksumName | undefined,
): Promise<{
  bytes: AsyncGenerator<Uint8Array>;
  facts: () => Pick<ObjectFacts, "etag" | "checksum">;
}> {
  const hash = createHash("md5");
  const running: RunningChecksum | undefined = checksum && (await checksumKinds[checksum].create());
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      running?.update(chunk);
      yield chunk;
    }
  }
  return {
    bytes: bytes(),
    facts: () => ({
      etag: hash.digest("hex"),
      ...(checksum &&
        running && {
          checksum: { algorithm: checksum, value: running.value(), type: "FULL_OBJECT" },
        }),
    }),
  };
}

/** The facts that go over from the source, or those that the request states. */
function directedFacts(
  context: S3Context,
  source: S3Object,
): Pick<ObjectFacts, "headers" | "metadata"> {
  const directive = headerOf(context, "x-amz-metadata-directive") ?? "COPY";
  if (directive === "REPLACE") return statedFacts(context.request);
  if (directive !== "COPY") throw awsError("InvalidArgument", "Unknown metadata directive.");
  return source.facts;
}

async function copyObject(context: S3Context) {
  const { request, dailies, bucketName, key } = context;
  refuseNotOffered(request);
  const source = await copySource(context);
  const { headers, metadata } = directedFacts(context, source);
  const isItself = source.bucket === bucketName && source.key === key;
  if (isItself && headerOf(context, "x-amz-metadata-directive") !== "REPLACE")
    throw awsError(
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  const target = await openBucket(context, bucketName);
  await target.checkPut(key);
  const asked =
    headerOf(context, "x-amz-checksum-algorithm") ?? source.facts.checksum?.algorithm ?? "";
  const chunks = await dailies.chunks(source.ref, { start: 0, end: source.sizeBytes });
  const copied = await copiedBytes(chunks, checksumNamed(asked));
  let facts: ObjectFacts | undefined;
  const condition = writeCondition(context);
  const contentType = headers["content-type"];
  const put = await target.put(key, copied.bytes, {
    sizeBytes: source.sizeBytes,
    facts: () => (facts ??= { headers, metadata, ...copied.facts() }),
    ...(contentType !== undefined && { contentType }),
    ...(condition && { condition }),
  });
  return xmlAnswer("CopyObjectResult", {
    LastModified: new Date(put.modifiedAt).toISOString(),
    ETag: quoted(put.facts.etag),
    ...checksumElement(put.facts),
  });
}

/** Copies within the service. */
export const copyOperations: readonly S3Operation[] = [
  {
    name: "CopyObject",
    method: "PUT",
    of: "object",
    header: "x-amz-copy-source",
    scope: "write",
    run: (context) => answerPatiently(copyObject(context)),
  },
];
