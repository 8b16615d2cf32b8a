import { createHmac } from "node:crypto";
import { awsError } from "../errors.ts";
import { queryValue, type AwsRequest } from "../request.ts";
import { sameText } from "./canonical.ts";
import type { Signers, Verified } from "./verified.ts";

/** The query parameters that this signature covers: those that choose the operation, or change its answer. */
const covered = new Set(
  (
    "acl cors defaultObjectAcl delete lifecycle location logging notification partNumber policy " +
    "requestPayment restore tagging torrent uploadId uploads versionId versioning versions website " +
    "response-cache-control response-content-disposition response-content-encoding " +
    "response-content-language response-content-type response-expires"
  ).split(" "),
);

/** Of the others, those that a URL may have: the signature itself, and the bounds of a list. */
const allowed = new Set(
  (
    "AWSAccessKeyId Expires Signature prefix delimiter marker max-keys encoding-type list-type " +
    "continuation-token start-after fetch-owner"
  ).split(" "),
);

function canonicalResource({ path, query }: AwsRequest): string {
  const pairs = query
    .filter(([name]) => covered.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === "" ? name : `${name}=${value}`));
  return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}

/** What the signature covers. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html */
function stringToSign(request: AwsRequest, expires: string): string {
  const { method, headers } = request;
  const amzHeaders = [...headers]
    .filter(([name]) => name.startsWith("x-amz-"))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`);
  return [
    method,
    headers.get("content-md5") ?? "",
    headers.get("content-type") ?? "",
    expires,
    amzHeaders.join("") + canonicalResource(request),
  ].join("\n");
}

/**
 * Verifies `?AWSAccessKeyId=…&Expires=…&Signature=…`, which old clients presign with. Parameters that it
 * does not cover could be changed by anybody who has the URL; those that choose another operation are refused.
 */
export async function verifySigV2(
  request: AwsRequest,
  { access, now }: { readonly access: Signers; readonly now: number },
): Promise<Verified> {
  const expires = queryValue(request, "Expires") ?? "";
  const signature = queryValue(request, "Signature");
  if (signature === undefined || !/^\d{1,12}$/.test(expires))
    throw awsError("AccessDenied", "a presigned URL needs AWSAccessKeyId, Expires and Signature");
  const foreign = request.query.find(([name]) => !covered.has(name) && !allowed.has(name));
  if (foreign !== undefined)
    throw awsError("AccessDenied", `the signature does not cover the parameter ${foreign[0]}`);
  if (now >= Number(expires) * 1_000) throw awsError("AccessDenied", "Request has expired");
  const signer = await access.signer(queryValue(request, "AWSAccessKeyId") ?? "");
  if (signer === undefined) throw awsError("InvalidAccessKeyId");
  const expected = createHmac("sha1", signer.secretAccessKey)
    .update(stringToSign(request, expires), "latin1")
    .digest("base64");
  if (!sameText(signature, expected)) throw awsError("SignatureDoesNotMatch");
  return { caller: signer.caller, service: "s3", payload: { kind: "unsigned" } };
}
