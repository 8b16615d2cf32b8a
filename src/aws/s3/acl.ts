import type { AwsAnswer } from "../answer.ts";
import { awsError } from "../errors.ts";
import { headerOf, openBucket, xmlAnswer, type S3Context, type S3Operation } from "./context.ts";
import { refuseNotOffered } from "./headers.ts";
import { findObject } from "./objects.ts";

/** Who owns a bucket may do everything with it and its objects, and nobody else anything: that is what ACLs say. */

async function exists(context: S3Context): Promise<void> {
  if (context.key === "") await openBucket(context, context.bucketName);
  else await findObject(context, context.bucketName, context.key);
}

async function getAcl(context: S3Context): Promise<AwsAnswer> {
  await exists(context);
  const owner = { ID: context.caller.owner, DisplayName: context.caller.owner };
  const answer = xmlAnswer("AccessControlPolicy", {
    Owner: owner,
    AccessControlList: { Grant: { Grantee: owner, Permission: "FULL_CONTROL" } },
  });
  const type = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"';
  return { ...answer, body: answer.body.replace("<Grantee>", `<Grantee ${type}>`) };
}

/** Only what is so already can be asked for. @throws MediaError (NotImplemented) */
async function putAcl(context: S3Context): Promise<AwsAnswer> {
  refuseNotOffered(context.request);
  if (headerOf(context, "x-amz-acl") === undefined)
    throw awsError("NotImplemented", "only the ACL private is offered");
  await exists(context);
  return { status: 200 };
}

const reading = { query: ["acl"], method: "GET", scope: "read", run: getAcl } as const;
const writing = { query: ["acl"], method: "PUT", scope: "write", run: putAcl } as const;

/** ACLs, as far as clients ask for them that need none. */
export const aclOperations: readonly S3Operation[] = [
  { name: "GetBucketAcl", of: "bucket", ...reading },
  { name: "GetObjectAcl", of: "object", ...reading },
  { name: "PutBucketAcl", of: "bucket", ...writing },
  { name: "PutObjectAcl", of: "object", ...writing },
];
