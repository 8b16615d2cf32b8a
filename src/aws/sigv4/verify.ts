import { awsError } from "../errors.ts";
import { queryValue, type AwsRequest } from "../request.ts";
import {
  canonicalRequest,
  sameText,
  scopeText,
  sha256Hex,
  signatureOf,
  signingKey,
} from "./canonical.ts";
import { claimOfHeader, claimOfQuery, timeOfAmzDate, type Claim } from "./credentials.ts";
import { verifySigV2 } from "./sigv2.ts";
import type { Payload, Signers, Verified } from "./verified.ts";

/** How far the clocks of client and server may differ. */
const skewMs = 15 * 60_000;

function checkTime({ amzDate, scope, expiresIn }: Claim, now: number): void {
  const time = timeOfAmzDate(amzDate);
  if (time === undefined) throw awsError("AccessDenied", "the request's date is not valid");
  if (!amzDate.startsWith(scope.date))
    throw awsError("SignatureDoesNotMatch", "the credential is for another day than the request");
  if (expiresIn === undefined) {
    if (Math.abs(now - time) > skewMs) throw awsError("RequestTimeTooSkewed");
    return;
  }
  if (time > now + skewMs) throw awsError("AccessDenied", "Request is not valid yet");
  if (now >= time + expiresIn * 1_000) throw awsError("AccessDenied", "Request has expired");
}

/** Headers that change what a request does must be signed. */
function checkSignedHeaders({ headers }: AwsRequest, { signedHeaders }: Claim): void {
  for (const name of headers.keys())
    if (name.startsWith("x-amz-") && !signedHeaders.includes(name))
      throw awsError("AccessDenied", `the header ${name} was not signed`);
}

/** What a presigned URL says of the body: nothing, unless its signer has signed the header or parameter. */
function payloadHash(request: AwsRequest, claim: Claim): string {
  const given =
    request.headers.get("x-amz-content-sha256") ?? queryValue(request, "X-Amz-Content-Sha256");
  if (given !== undefined) return given;
  if (claim.expiresIn !== undefined) return "UNSIGNED-PAYLOAD";
  if (claim.scope.service === "s3")
    throw awsError(
      "InvalidRequest",
      "Missing required header for this request: x-amz-content-sha256",
    );
  return "";
}

function payloadOf(text: string, claim: Claim, key: Buffer): Payload {
  const { amzDate, scope, signature } = claim;
  const signing = { key, amzDate, scope, seed: signature };
  switch (text) {
    case "UNSIGNED-PAYLOAD":
      return { kind: "unsigned" };
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
      return { kind: "chunked", hasTrailer: true };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
      return { kind: "chunked", hasTrailer: false, signing };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
      return { kind: "chunked", hasTrailer: true, signing };
    default:
      if (/^[0-9a-f]{64}$/i.test(text)) return { kind: "hash", sha256: text.toLowerCase() };
      if (text.startsWith("STREAMING-")) throw awsError("NotImplemented");
      throw awsError("InvalidArgument", "x-amz-content-sha256 must be a SHA-256 in hexadecimal");
  }
}

/**
 * Verifies a signature of version 4, in the header or the query.
 * @param bodyHash the SHA-256 of the body, asked for where a service other than S3 leaves it unsaid
 */
async function verifySigV4(
  request: AwsRequest,
  claim: Claim,
  { access, now }: { readonly access: Signers; readonly now: number },
  bodyHash: () => Promise<string>,
): Promise<Verified> {
  const { accessKeyId, scope, signedHeaders, signature, amzDate } = claim;
  checkTime(claim, now);
  const signer = await access.signer(accessKeyId);
  if (signer === undefined) throw awsError("InvalidAccessKeyId");
  checkSignedHeaders(request, claim);
  const payload = payloadHash(request, claim) || (await bodyHash());
  const canonical = canonicalRequest(
    request,
    { headers: signedHeaders, payload, service: scope.service },
    claim.expiresIn === undefined ? undefined : "X-Amz-Signature",
  );
  const key = signingKey(signer.secretAccessKey, scope);
  const text = ["AWS4-HMAC-SHA256", amzDate, scopeText(scope), sha256Hex(canonical)].join("\n");
  if (!sameText(signature, signatureOf(key, text))) throw awsError("SignatureDoesNotMatch");
  const { service, region } = scope;
  return { caller: signer.caller, service, region, payload: payloadOf(payload, claim, key) };
}

/**
 * Who has signed a request: by version 4 in the header or the query, or by version 2 in the query.
 * Undefined when it is not signed at all.
 * @throws MediaError under a code of AWS's for every signature that does not hold
 */
export async function verify(
  request: AwsRequest,
  parts: { readonly access: Signers; readonly now: number },
  bodyHash: () => Promise<string>,
): Promise<Verified | undefined> {
  const authorization = request.headers.get("authorization");
  const isPresigned = queryValue(request, "X-Amz-Algorithm") !== undefined;
  const isSigV2 = queryValue(request, "AWSAccessKeyId") !== undefined;
  const ways = [authorization !== undefined, isPresigned, isSigV2].filter(Boolean).length;
  if (ways > 1) throw awsError("InvalidArgument", "Only one auth mechanism allowed");
  if (authorization !== undefined)
    return verifySigV4(request, claimOfHeader(request, authorization), parts, bodyHash);
  if (isPresigned) return verifySigV4(request, claimOfQuery(request), parts, bodyHash);
  return isSigV2 ? verifySigV2(request, parts) : undefined;
}
