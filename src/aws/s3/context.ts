import type { Caller, Scope } from "../../access/access.ts";
import type { Library } from "../../app/library.ts";
import { openBody, readText, type Body, type BodyOptions } from "../body.ts";
import type { AwsAnswer } from "../answer.ts";
import { awsError } from "../errors.ts";
import { queryValue, type AwsRequest } from "../request.ts";
import type { Payload } from "../sigv4/verified.ts";
import { xmlDocument, type XmlContent } from "../xml.ts";
import type { S3Bucket } from "./bucket.ts";
import { createClientBucket } from "./client-bucket.ts";
import { createMediaBucket } from "./media-bucket.ts";
import { createOutputsBucket } from "./outputs-bucket.ts";
import { createServiceBucket, serviceBucket } from "./service-bucket.ts";
import type { BucketViews } from "./views.ts";

/** What an operation works with: who asks for what. */
export interface S3Context {
  readonly request: AwsRequest;
  readonly caller: Caller;
  readonly dailies: Library;
  /** Buckets that show the library. */
  readonly views: BucketViews;
  readonly payload: Payload;
  /** Empty where the request is for the service. */
  readonly bucketName: string;
  /** Empty where it is for a bucket. */
  readonly key: string;
}

export interface S3Operation {
  /** As AWS calls it. */
  readonly name: string;
  readonly method: string;
  readonly of: "service" | "bucket" | "object";
  /** Query parameters that the request must have. */
  readonly query?: readonly string[];
  /** A header that it must have. */
  readonly header?: string;
  readonly scope: Scope;
  run(context: S3Context): Promise<AwsAnswer>;
}

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/** An answer that is a document. */
export function xmlAnswer(
  root: string,
  content: XmlContent,
  headers: Record<string, string> = {},
): AwsAnswer & { readonly body: string } {
  return {
    status: 200,
    headers: { "content-type": "application/xml", ...headers },
    body: xmlDocument(root, content, namespace),
  };
}

/** A bucket as the caller sees it. @throws MediaError (NoSuchBucket, AccessDenied) */
export async function openBucket(
  { dailies, caller, views }: Pick<S3Context, "dailies" | "caller" | "views">,
  name: string,
): Promise<S3Bucket> {
  const { owner } = caller;
  const view = views.get(name);
  if (view?.shows === "media")
    return createMediaBucket({ dailies }, { name, owner, prefix: view.prefix });
  if (view !== undefined) return createOutputsBucket(dailies, { name, owner, prefix: view.prefix });
  if (name === serviceBucket) return createServiceBucket(dailies.buckets, owner);
  const record = await dailies.buckets.getBucket(name);
  if (record === undefined) throw awsError("NoSuchBucket", undefined, { BucketName: name });
  if (record.owner !== owner) throw awsError("AccessDenied");
  return createClientBucket(dailies.buckets, record);
}

export const headerOf = ({ request }: S3Context, name: string): string | undefined =>
  request.headers.get(name);

export const parameter = ({ request }: S3Context, name: string): string | undefined =>
  queryValue(request, name);

export const bodyOf = ({ request, payload }: S3Context, options?: BodyOptions): Body =>
  openBody(request, payload, options);

/** The largest document that a request may bring: a thousand keys of a kilobyte, escaped. */
const maxDocumentBytes = 4 * 1024 ** 2;

export const documentOf = (context: S3Context, options?: BodyOptions): Promise<string> =>
  readText(bodyOf(context, options), maxDocumentBytes);

/** A whole number within bounds; undefined when it was not sent. @throws MediaError (InvalidArgument) */
export function numberOf(
  context: S3Context,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const text = parameter(context, name);
  if (text === undefined || text === "") return undefined;
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw awsError("InvalidArgument", `${name} must be a whole number from ${least} to ${most}`, {
    ArgumentName: name,
    ArgumentValue: text,
  });
}
