import type { AwsAnswer } from "../answer.ts";
import { awsError } from "../errors.ts";
import { readXml, textOf } from "../xml.ts";
import {
  documentOf,
  numberOf,
  openBucket,
  parameter,
  xmlAnswer,
  type S3Context,
  type S3Operation,
} from "./context.ts";
import { refuseNotOffered } from "./headers.ts";
import { isBucketName } from "./keys.ts";

/** The region that is meant where a bucket names none. */
const firstRegion = "us-east-1";

const isoTime = (time: number): string => new Date(time).toISOString();

/** The most that one page of buckets has. */
const maxBuckets = 10_000;

async function listBuckets(context: S3Context): Promise<AwsAnswer> {
  const { dailies, caller, views } = context;
  const own = await dailies.buckets.listBuckets(caller.owner);
  const prefix = parameter(context, "prefix") ?? "";
  const after = parameter(context, "continuation-token") ?? "";
  const limit = numberOf(context, "max-buckets", { least: 1, most: maxBuckets }) ?? maxBuckets;
  const behind = [...Array.from(views.keys(), (name) => ({ name, createdAt: 0 })), ...own]
    .filter(({ name }) => name.startsWith(prefix) && name > after)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const all = behind.slice(0, limit);
  return xmlAnswer("ListAllMyBucketsResult", {
    Owner: { ID: caller.owner, DisplayName: caller.owner },
    Buckets: {
      Bucket: all.map(({ name, createdAt }) => ({
        Name: name,
        CreationDate: isoTime(createdAt),
      })),
    },
    ContinuationToken: behind.length > all.length ? all.at(-1)?.name : undefined,
    Prefix: prefix === "" ? undefined : prefix,
  });
}

async function regionAsked(context: S3Context): Promise<string> {
  const text = await documentOf(context);
  if (text === "") return "";
  const region = textOf(readXml(text, "CreateBucketConfiguration"), "LocationConstraint") ?? "";
  if (/^[\w-]{0,64}$/.test(region)) return region;
  throw awsError("InvalidArgument", "the location constraint is not valid");
}

async function createBucket(context: S3Context): Promise<AwsAnswer> {
  const { request, bucketName: name, caller, dailies, views } = context;
  refuseNotOffered(request);
  const region = await regionAsked(context);
  if (!isBucketName(name)) throw awsError("InvalidBucketName", undefined, { BucketName: name });
  const made = { name, owner: caller.owner, createdAt: Date.now(), region };
  const existing = views.has(name) ? made : await dailies.buckets.createBucket(made);
  if (existing !== undefined && existing.owner !== caller.owner)
    throw awsError("BucketAlreadyExists", undefined, { BucketName: name });
  // in the first region S3 answers so for a bucket that is there
  if (existing !== undefined && region !== "" && region !== firstRegion)
    throw awsError("BucketAlreadyOwnedByYou", undefined, { BucketName: name });
  return { status: 200, headers: { location: `/${name}` } };
}

async function headBucket(context: S3Context): Promise<AwsAnswer> {
  const { region } = await openBucket(context, context.bucketName);
  return { status: 200, headers: { "x-amz-bucket-region": region || firstRegion } };
}

async function deleteBucket(context: S3Context): Promise<AwsAnswer> {
  await (await openBucket(context, context.bucketName)).removeBucket();
  return { status: 204 };
}

async function getLocation(context: S3Context): Promise<AwsAnswer> {
  const { region } = await openBucket(context, context.bucketName);
  return xmlAnswer("LocationConstraint", region);
}

/** No bucket keeps versions: S3 answers so for one on which that was never enabled. */
async function getVersioning(context: S3Context): Promise<AwsAnswer> {
  await openBucket(context, context.bucketName);
  return xmlAnswer("VersioningConfiguration", {});
}

/** What can be done with buckets themselves. */
export const bucketOperations: readonly S3Operation[] = [
  { name: "ListBuckets", method: "GET", of: "service", scope: "read", run: listBuckets },
  { name: "CreateBucket", method: "PUT", of: "bucket", scope: "write", run: createBucket },
  { name: "HeadBucket", method: "HEAD", of: "bucket", scope: "read", run: headBucket },
  { name: "DeleteBucket", method: "DELETE", of: "bucket", scope: "write", run: deleteBucket },
  {
    name: "GetBucketLocation",
    method: "GET",
    of: "bucket",
    query: ["location"],
    scope: "read",
    run: getLocation,
  },
  {
    name: "GetBucketVersioning",
    method: "GET",
    of: "bucket",
    query: ["versioning"],
    scope: "read",
    run: getVersioning,
  },
];
