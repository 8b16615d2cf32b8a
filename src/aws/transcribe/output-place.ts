import type { ClientObject } from "../../transcriptions/transcriptions.ts";
import { accountOf } from "../account.ts";
import { serviceBucket } from "../s3/service-bucket.ts";
import type { TranscriptionRequest } from "./request.ts";

/**
 * Where a job's transcript goes: `OutputKey` where it ends in `.json`; else it is a folder, and the file is called
 * as the job. Without a bucket of the client's it goes to the service's own.
 */
export function transcriptPlace({
  id,
  owner,
  name,
  asked: { OutputBucketName, OutputKey = "" },
}: {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly asked: Pick<TranscriptionRequest, "OutputBucketName" | "OutputKey">;
}): ClientObject {
  if (OutputBucketName === undefined)
    return { bucket: serviceBucket, key: `${accountOf(owner)}/${name}/${id}/asrOutput.json` };
  if (OutputKey.endsWith(".json")) return { bucket: OutputBucketName, key: OutputKey };
  const folder = OutputKey === "" || OutputKey.endsWith("/") ? OutputKey : `${OutputKey}/`;
  return { bucket: OutputBucketName, key: `${folder}${name}.json` };
}

/** Subtitles lie beside the transcript. */
export function subtitlePlace({ bucket, key }: ClientObject, format: string): ClientObject {
  return { bucket, key: `${key.slice(0, -".json".length)}.${format}` };
}
