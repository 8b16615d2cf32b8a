import type { ClientBuckets } from "../../app/client-buckets.ts";
import { placeOf, type BucketObject, type BucketRecord } from "../../buckets/buckets.ts";
import { timeOf } from "../../media/ids.ts";
import { awsError } from "../errors.ts";
import type { S3Bucket, S3Object } from "./bucket.ts";
import { checkObjectKey } from "./keys.ts";

export function s3ObjectOf({ key, bucket, version, sizeBytes, facts }: BucketObject): S3Object {
  const ref = { ...placeOf(bucket, key), version };
  return { key, sizeBytes, modifiedAt: timeOf(version), facts, ref };
}

/** A bucket that a client has made: objects are kept as they come, and nothing is made of them. */
export function createClientBucket(buckets: ClientBuckets, record: BucketRecord): S3Bucket {
  const { name } = record;
  const shown = (object: BucketObject | undefined) => object && s3ObjectOf(object);
  return {
    ...record,
    list: async (page) => (await buckets.listObjects(name, page)).map(s3ObjectOf),
    find: async (key) => shown(await buckets.getObject(name, key)),
    async checkPut(key) {
      checkObjectKey(key);
    },
    async put(key, source, { sizeBytes = 0, facts, condition }) {
      checkObjectKey(key);
      const stored = await buckets.storeBytes(placeOf(name, key), source, sizeBytes);
      const { version, fingerprint } = stored;
      try {
        const object: BucketObject = {
          bucket: name,
          key,
          version,
          sha256: fingerprint.value,
          sizeBytes: stored.sizeBytes,
          facts: facts(fingerprint),
        };
        const expected = condition && ((existing?: BucketObject) => condition(shown(existing)));
        if (!(await buckets.putObject(object, expected))) throw awsError("NoSuchBucket");
        return s3ObjectOf(object);
      } catch (error) {
        await buckets.dropBytes(stored);
        throw error;
      }
    },
    async remove(key, condition) {
      const expected = condition && ((existing?: BucketObject) => condition(shown(existing)));
      return (await buckets.removeObject(name, key, expected)) !== undefined;
    },
    async removeBucket() {
      if (!(await buckets.removeBucket(name))) throw awsError("BucketNotEmpty");
    },
  };
}
