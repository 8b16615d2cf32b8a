import type { RecordedEvent } from "../../media/event.ts";
import type { BucketViews } from "./views.ts";

/** What an event says of the object, where it is known. */
export interface EventObject {
  readonly owner?: string;
  readonly sizeBytes?: number;
  readonly etag?: string;
  /** It came in parts. */
  readonly isMultipart?: boolean;
}

/** The bucket that shows a media file, and its key there: an input bucket goes before `uploads`. */
export function placeOfMedia(views: BucketViews, name: string): { bucket: string; key: string } {
  for (const [bucket, { shows, prefix }] of views)
    if (shows === "media" && prefix !== "" && name.startsWith(prefix))
      return { bucket, key: name.slice(prefix.length) };
  return { bucket: "uploads", key: name };
}

/** A key as S3's notifications write it: as in a form, with the slashes as they are. */
const encodedKey = (key: string): string =>
  new URLSearchParams({ key }).toString().slice("key=".length).replaceAll("%2F", "/");

/**
 * An object's coming or going as S3's notifications have it; undefined for other events, and for the media files of
 * jobs of the wire.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function s3EventOf(
  views: BucketViews,
  { sequence, at, event }: RecordedEvent,
  { owner = "", sizeBytes, etag, isMultipart = false }: EventObject,
): object | undefined {
  const isCreated = event.type === "object.created";
  if (!isCreated && event.type !== "object.removed") return undefined;
  const { bucket, key } = placeOfMedia(views, event.name);
  const created = isMultipart ? "ObjectCreated:CompleteMultipartUpload" : "ObjectCreated:Put";
  return {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: "us-east-1",
    eventTime: new Date(at).toISOString(),
    eventName: isCreated ? created : "ObjectRemoved:Delete",
    userIdentity: { principalId: owner },
    requestParameters: { sourceIPAddress: "127.0.0.1" },
    responseElements: { "x-amz-request-id": event.version },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId: "dailies",
      bucket: {
        name: bucket,
        ownerIdentity: { principalId: owner },
        arn: `arn:aws:s3:::${bucket}`,
      },
      object: {
        key: encodedKey(key),
        ...(isCreated && sizeBytes !== undefined && { size: sizeBytes }),
        ...(isCreated && etag !== undefined && { eTag: etag }),
        sequencer: sequence.toString(16).toUpperCase().padStart(16, "0"),
      },
    },
  };
}
