import type { Library } from "../app/library.ts";
import { createLabelWork } from "../aws/rekognition/work.ts";
import { bucketViews, type BucketViews, type InputBucket } from "../aws/s3/views.ts";
import { createTranscriptionWork } from "../aws/transcribe/work.ts";
import type { Logger } from "../log/log.ts";
import type { TranscriptionLimits } from "../transcriptions/transcriptions.ts";
import { createJobFollower, type JobFollower } from "./job-follower.ts";

/** What of AWS's protocols decides jobs. */
export interface AwsJobOptions {
  /** Buckets beside `uploads` whose objects are processed. Default: none. */
  readonly inputs?: readonly InputBucket[];
  /** Transcription jobs of one user that may be in progress at the same time. Default: 100. */
  readonly transcribeSlots?: number;
}

/** Follows the jobs of AWS's protocols, and what the services that take them need. */
export interface AwsJobs {
  readonly views: BucketViews;
  readonly limits: TranscriptionLimits;
  readonly transcriptions: JobFollower;
  readonly labels: JobFollower;
}

/** As in AWS's account of its limits, but for the slots, which it gives as 250 today and 100 before. */
const defaultSlots = 100;
const mostQueued = 10_000;

/**
 * Undefined where AWS's protocols are not spoken.
 * @throws MediaError `invalid_config` for input buckets that cannot be
 */
export async function awsJobs({
  dailies,
  log,
  aws,
}: {
  readonly dailies: Library;
  readonly log: Logger;
  readonly aws: AwsJobOptions | undefined;
}): Promise<AwsJobs | undefined> {
  if (aws === undefined) return undefined;
  const { inputs = [], transcribeSlots: slots = defaultSlots } = aws;
  const views = bucketViews(inputs);
  const limits = { slots, queue: mostQueued };
  const transcriptions = createTranscriptionWork({
    dailies,
    views,
    limits,
    onTrouble: ({ name, owner }, error) =>
      log.warn({ job: name, owner, err: error }, `a transcription job waits: ${error.message}`),
  });
  const labels = createLabelWork({
    dailies,
    views,
    onTrouble: ({ id, owner }, error) =>
      log.warn({ job: id, owner, err: error }, `a label job waits: ${error.message}`),
  });
  return {
    views,
    limits,
    transcriptions: createJobFollower("transcription jobs", transcriptions),
    labels: createJobFollower("label jobs", labels),
  };
}
