import { createHash } from "node:crypto";
import type { Library } from "../../app/library.ts";
import type { ClientObject } from "../../transcriptions/transcriptions.ts";
import type { S3Bucket, S3Object } from "../s3/bucket.ts";
import { openBucket } from "../s3/context.ts";
import { openServiceBucket, serviceBucket } from "../s3/service-bucket.ts";
import type { BucketViews } from "../s3/views.ts";

/** What reads and writes objects of clients on their behalf. */
export interface ObjectParts {
  readonly dailies: Library;
  readonly views: BucketViews;
}

/** A bucket with the rights of an owner; the service's own with all rights. @throws MediaError as `openBucket` does */
export const bucketFor = (parts: ObjectParts, owner: string, name: string): Promise<S3Bucket> =>
  name === serviceBucket
    ? openServiceBucket(parts.dailies.buckets)
    : openBucket({ ...parts, caller: { owner, scopes: ["read", "write"] } }, name);

/** An owner's object; undefined when it is not there, or is another's. */
export async function findObjectOf(
  parts: ObjectParts,
  owner: string,
  { bucket, key }: ClientObject,
): Promise<S3Object | undefined> {
  return bucketFor(parts, owner, bucket)
    .then((found) => found.find(key))
    .catch(() => undefined);
}

/** Writes a text in the place of what is there. */
export async function putTextFor(
  parts: ObjectParts,
  owner: string,
  { bucket, key }: ClientObject,
  text: string,
  contentType: string,
): Promise<void> {
  const bytes = Buffer.from(text);
  const target = await bucketFor(parts, owner, bucket);
  const etag = createHash("md5").update(bytes).digest("hex");
  await target.put(
    key,
    (async function* () {
      yield bytes;
    })(),
    {
      sizeBytes: bytes.byteLength,
      contentType,
      facts: () => ({ etag, headers: { "content-type": contentType }, metadata: {} }),
    },
  );
}

/** A short object's bytes. */
export async function readObject(dailies: Library, object: Pick<S3Object, "ref" | "sizeBytes">) {
  const chunks: Buffer[] = [];
  for await (const chunk of await dailies.chunks(object.ref, { start: 0, end: object.sizeBytes }))
    chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
