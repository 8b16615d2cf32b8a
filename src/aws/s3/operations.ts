import { awsError } from "../errors.ts";
import { aclOperations } from "./acl.ts";
import { attributeOperations } from "./attributes.ts";
import { bucketOperations } from "./buckets.ts";
import { completeOperations } from "./complete.ts";
import type { S3Context, S3Operation } from "./context.ts";
import { copyOperations } from "./copy.ts";
import { deleteOperations } from "./delete-objects.ts";
import { listOperations } from "./lists.ts";
import { objectOperations } from "./objects.ts";
import { partOperations } from "./parts.ts";
import { uploadOperations } from "./uploads.ts";

/** Everything of S3 that is offered. docs/aws.md has the same table; a test compares the two. */
export const s3Operations: readonly S3Operation[] = [
  ...bucketOperations,
  ...listOperations,
  ...objectOperations,
  ...attributeOperations,
  ...aclOperations,
  ...copyOperations,
  ...deleteOperations,
  ...uploadOperations,
  ...partOperations,
  ...completeOperations,
];

/** Query parameters that choose an operation of S3, offered or not. */
const choosing = new Set(
  (
    "accelerate acl analytics append attributes cors delete encryption intelligent-tiering inventory " +
    "legal-hold lifecycle list-type location logging metadataConfiguration metadataTable metrics " +
    "notification object-lock ownershipControls policy policyStatus publicAccessBlock replication " +
    "requestPayment restore retention select session tagging torrent uploadId uploads versioning " +
    "versions website"
  ).split(" "),
);

function fits(
  operation: S3Operation,
  { request, bucketName, key }: Pick<S3Context, "request" | "bucketName" | "key">,
): boolean {
  const of = bucketName === "" ? "service" : key === "" ? "bucket" : "object";
  const { query = [], header } = operation;
  return (
    operation.of === of &&
    operation.method === request.method &&
    query.every((name) => request.query.some(([one]) => one === name)) &&
    (header === undefined || request.headers.has(header))
  );
}

const demands = ({ query = [], header }: S3Operation): number =>
  query.length + (header === undefined ? 0 : 1);

/**
 * The operation that a request asks for.
 * @throws MediaError (NotImplemented) for one of S3 that is not offered; (MethodNotAllowed)
 */
export function operationOf(
  target: Pick<S3Context, "request" | "bucketName" | "key">,
): S3Operation {
  const fitting = s3Operations.filter((operation) => fits(operation, target));
  const found = fitting.toSorted((a, b) => demands(b) - demands(a))[0];
  const asked = target.request.query.map(([name]) => name).filter((name) => choosing.has(name));
  if (asked.some((name) => found?.query?.includes(name) !== true)) throw awsError("NotImplemented");
  if (found === undefined) throw awsError("MethodNotAllowed");
  return found;
}
