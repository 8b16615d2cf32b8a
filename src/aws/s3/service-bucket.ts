import type { ClientBuckets } from "../../app/client-buckets.ts";
import type { BucketRecord } from "../../buckets/buckets.ts";
import { accountOf } from "../account.ts";
import { awsError } from "../errors.ts";
import type { S3Bucket } from "./bucket.ts";
import { createClientBucket } from "./client-bucket.ts";

/**
 * The bucket in which services keep what they make for clients that name no bucket of their own. No client can make
 * one of that name.
 */
export const serviceBucket = "_service";

const record: BucketRecord = { name: serviceBucket, owner: "", createdAt: 0, region: "" };

/** The same with all rights, for the services themselves. Makes it where it is not there yet. */
export async function openServiceBucket(buckets: ClientBuckets): Promise<S3Bucket> {
  await buckets.createBucket(record);
  return createClientBucket(buckets, record);
}

/** As one owner sees it: what lies below the number of the owner's account can be read, by its key. */
export function createServiceBucket(buckets: ClientBuckets, owner: string): S3Bucket {
  const refuse = async (): Promise<never> => {
    throw awsError("AccessDenied");
  };
  const whole = createClientBucket(buckets, record);
  return {
    ...record,
    list: refuse,
    find: (key) => (key.startsWith(`${accountOf(owner)}/`) ? whole.find(key) : refuse()),
    checkPut: refuse,
    put: refuse,
    remove: refuse,
    removeBucket: refuse,
  };
}
