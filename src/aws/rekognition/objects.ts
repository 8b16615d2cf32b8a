import type { Library } from "../../app/library.ts";
import { MediaError } from "../../media/errors.ts";
import type { Media } from "../../media/media.ts";
import { awsError } from "../errors.ts";
import type { S3Object } from "../s3/bucket.ts";
import { openBucket } from "../s3/context.ts";
import type { BucketViews } from "../s3/views.ts";
import { invalid, type S3ObjectInput } from "./request.ts";

/** What the operations work with. */
export interface RekognitionParts {
  readonly dailies: Library;
  readonly views: BucketViews;
}

const noObject = () =>
  awsError(
    "InvalidS3ObjectException",
    "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
  );

export interface Place {
  readonly bucket: string;
  readonly key: string;
}

/** @throws MediaError (InvalidParameterException, InvalidS3ObjectException) */
export function placeOf({ Bucket, Name, Version }: S3ObjectInput): Place {
  if (Bucket === undefined || Name === undefined)
    throw invalid("Request has invalid parameters: an S3Object needs Bucket and Name.");
  if (Version !== undefined && Version !== "null") throw noObject(); // objects have one version
  return { bucket: Bucket, key: Name };
}

/** An owner's object. @throws MediaError (InvalidS3ObjectException) when it is not there, or is another's */
export async function objectAt(
  parts: RekognitionParts,
  owner: string,
  { bucket, key }: Place,
): Promise<S3Object> {
  const caller = { owner, scopes: ["read"] } as const;
  const found = await openBucket({ ...parts, caller }, bucket)
    .then((opened) => opened.find(key))
    .catch((error: unknown) => {
      if (error instanceof MediaError && error.code !== "internal") return undefined;
      throw error;
    });
  if (found === undefined) throw noObject();
  return found;
}

/** The labels that the step `label` has stored. @throws MediaError `not_found` when there are none */
export async function storedLabels<Labels>(dailies: Library, media: Media): Promise<Labels> {
  const output = await dailies.outputNamed(media, "labels");
  const chunks: Buffer[] = [];
  for await (const chunk of await dailies.chunks(output, { start: 0, end: output.sizeBytes }))
    chunks.push(Buffer.from(chunk));
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as Labels;
}

/** What is gone need not be removed. */
export async function removeMedia(dailies: Library, name: string, owner: string): Promise<void> {
  await dailies.remove(name, { owner }).catch((error: unknown) => {
    if (!(error instanceof MediaError && error.code === "not_found")) throw error;
  });
}

/** Why a media file that has ended has no labels of this kind; undefined when it has. */
export async function failureOf(
  dailies: Library,
  media: Media,
  type: Media["type"],
): Promise<string | undefined> {
  const jobs = (await dailies.jobsOf(media)).map(({ job }) => job);
  const [probe, label] = ["probe", "label"].map((step) => jobs.find((job) => job.step === step));
  if (probe?.failure !== undefined) return probe.failure.message;
  if (media.type !== undefined && media.type !== type) return `it is no ${type}`;
  if (label?.state === "succeeded") return undefined;
  return label?.failure?.message ?? "it was cancelled";
}
