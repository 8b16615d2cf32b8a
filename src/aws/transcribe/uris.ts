import type { ClientObject } from "../../transcriptions/transcriptions.ts";
import type { ServiceCall } from "../json-service.ts";
import { serviceBucket } from "../s3/service-bucket.ts";
import { uriEncoded } from "../sigv4/canonical.ts";
import { presignedUrl } from "../sigv4/presign.ts";
import type { Signers } from "../sigv4/verified.ts";

/** Temporary URIs are valid for so long; Amazon Transcribe's are, too. */
const validSeconds = 15 * 60;

/** How objects are named to a caller. */
export type UriOf = (object: ClientObject) => string;

/**
 * URIs at the address that the caller has used. What lies in the service's own bucket is signed with the caller's
 * key, so that it opens without one for 15 minutes.
 */
export async function urisFor(
  access: Signers,
  { request: { headers }, caller }: Pick<ServiceCall<unknown>, "request" | "caller">,
): Promise<UriOf> {
  const isSecure = headers.get("x-forwarded-proto") === "https";
  const base = `http${isSecure ? "s" : ""}://${headers.get("host") ?? "localhost"}`;
  const { accessKeyId } = caller;
  const signer = accessKeyId === undefined ? undefined : await access.signer(accessKeyId);
  return ({ bucket, key }) => {
    const path = `/${bucket}/${key}`;
    if (bucket !== serviceBucket || signer === undefined || accessKeyId === undefined)
      return base + path.split("/").map(uriEncoded).join("/");
    const { secretAccessKey } = signer;
    return presignedUrl({
      base,
      path,
      key: { accessKeyId, secretAccessKey },
      expiresInSeconds: validSeconds,
      now: Date.now(),
    });
  };
}
