import type { AwsAnswer } from "../answer.ts";
import { awsError, wireError } from "../errors.ts";
import { childrenOf, readXml, textOf, type XmlFields } from "../xml.ts";
import { documentOf, openBucket, xmlAnswer, type S3Context, type S3Operation } from "./context.ts";
import type { S3Bucket } from "./bucket.ts";
import { checkVersion } from "./objects.ts";

/** The most keys that one request may name. */
const maxKeys = 1_000;

interface Named {
  readonly key: string;
  readonly version: string | undefined;
  readonly etag: string | undefined;
}

async function removeOne(bucket: S3Bucket, { key, version, etag }: Named): Promise<void> {
  checkVersion(version);
  await bucket.remove(
    key,
    etag === undefined
      ? undefined
      : (existing) => {
          if (
            existing !== undefined &&
            etag !== "*" &&
            etag.replace(/^"|"$/g, "") !== existing.facts.etag
          )
            throw awsError("PreconditionFailed");
        },
  );
}

async function deleteObjects(context: S3Context): Promise<AwsAnswer> {
  const bucket = await openBucket(context, context.bucketName);
  const root = readXml(await documentOf(context), "Delete");
  const named = childrenOf(root, "Object").map((object): Named => {
    const key = textOf(object, "Key");
    if (key === undefined || key === "") throw awsError("MalformedXML");
    return { key, version: textOf(object, "VersionId"), etag: textOf(object, "ETag") };
  });
  if (named.length === 0 || named.length > maxKeys) throw awsError("MalformedXML");
  const isQuiet = textOf(root, "Quiet") === "true";
  const removed: XmlFields[] = [];
  const failed: XmlFields[] = [];
  for (const one of named) {
    const fields = { Key: one.key, VersionId: one.version };
    try {
      await removeOne(bucket, one);
      if (!isQuiet) removed.push(fields);
    } catch (error) {
      const { code, message } = wireError(error);
      failed.push({ ...fields, Code: code, Message: message });
    }
  }
  return xmlAnswer("DeleteResult", { Deleted: removed, Error: failed });
}

export const deleteOperations: readonly S3Operation[] = [
  {
    name: "DeleteObjects",
    method: "POST",
    of: "bucket",
    query: ["delete"],
    scope: "write",
    run: deleteObjects,
  },
];
