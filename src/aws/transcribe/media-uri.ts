import type { ClientObject } from "../../transcriptions/transcriptions.ts";

/**
 * Bucket and key of a URI: `s3://BUCKET/KEY`, or what S3's URLs look like: the bucket in the path, or in the host's
 * name. A key in an `s3:` URI stands as it is; in a URL it is percent-encoded.
 */
export function objectOfUri(uri: string): ClientObject | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri) ?? [];
  if (bucket !== undefined && key !== undefined) return { bucket, key };
  try {
    const { hostname, pathname } = new URL(uri);
    const path = decodeURIComponent(pathname.slice(1));
    const [, inHost] = /^(.+)\.s3[.-][a-z0-9.-]*amazonaws\.com$/.exec(hostname) ?? [];
    const slash = path.indexOf("/");
    const found =
      inHost === undefined
        ? { bucket: path.slice(0, Math.max(0, slash)), key: path.slice(slash + 1) }
        : { bucket: inHost, key: path };
    return found.bucket === "" || found.key === "" ? undefined : found;
  } catch {
    return undefined;
  }
}
