import { awsError } from "../errors.ts";

/** S3's rules for names of buckets. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !/\.\.|\.-|-\./.test(name) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)
  );
}

const maxKeyBytes = 1_024;

/** Whether `..` leads out of the bucket: a client that writes keys as files would follow it. */
function leadsOut(key: string): boolean {
  let depth = 0;
  for (const segment of key.split("/")) {
    if (segment === "..") depth -= 1;
    else if (segment !== "" && segment !== ".") depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

/** @throws MediaError (KeyTooLongError, InvalidURI, InvalidArgument) for what cannot be a key */
export function checkObjectKey(key: string): void {
  if (Buffer.byteLength(key) > maxKeyBytes) throw awsError("KeyTooLongError");
  if (leadsOut(key)) throw awsError("InvalidURI", "the key leads out of the bucket");
  if (key.includes("\0") || !key.isWellFormed())
    throw awsError("InvalidArgument", "the key has letters that no key can have");
}
