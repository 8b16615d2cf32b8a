import { createHash, randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { accountOf } from "../account.ts";
import { awsError } from "../errors.ts";
import type { JsonOperation } from "../json-service.ts";
import type { TopicArn } from "../../media/notice.ts";
import { videoAnswer, type AggregateBy, type SortBy, type VideoLabels } from "./labels.ts";
import { objectAt, placeOf, type RekognitionParts } from "./objects.ts";
import {
  invalid,
  wantedBy,
  type Asked,
  type FilterInput,
  type S3ObjectInput,
  type WireJob,
} from "./request.ts";

export interface JobParts extends RekognitionParts {
  /** Says that there is a job to begin. */
  readonly wake: () => void;
}

interface StartInput extends FilterInput {
  readonly Video: { readonly S3Object?: S3ObjectInput };
  readonly ClientRequestToken?: string;
  readonly NotificationChannel?: { readonly SNSTopicArn: string; readonly RoleArn: string };
  readonly JobTag?: string;
}

const usualConfidence = 50;
/** As Rekognition limits a stored video. */
const maxBytes = 10 * 1024 ** 3;
/** Jobs of one owner that may be in progress. */
const mostJobs = 1_000;

/** The topic that is told. @throws MediaError (InvalidParameterException) when it is not there, or is another's */
async function topicOf(
  { dailies }: RekognitionParts,
  owner: string,
  { NotificationChannel: channel }: StartInput,
): Promise<{ topic?: TopicArn }> {
  if (channel === undefined) return {};
  const topic = channel.SNSTopicArn as TopicArn;
  const isOwn = topic.split(":")[4] === accountOf(owner);
  const found = isOwn ? await dailies.notices.topic(topic) : undefined;
  if (found?.owner !== owner)
    throw invalid("Invalid NotificationChannel: the SNS topic cannot be published to.");
  return { topic };
}

function start(parts: JobParts): JsonOperation["run"] {
  return async ({ input, caller: { owner, scopes } }) => {
    if (!scopes.includes("read")) throw awsError("AccessDenied", "the key lacks the scope read");
    const request = input as unknown as StartInput;
    const { Video, JobTag: tag, ClientRequestToken: token } = request;
    const wanted = wantedBy(request, usualConfidence);
    const source = placeOf(Video.S3Object ?? {});
    const { sizeBytes } = await objectAt(parts, owner, source);
    if (sizeBytes > maxBytes)
      throw awsError("VideoTooLargeException", "The video is larger than 10 GB.");
    const channel = await topicOf(parts, owner, request);
    const asked: Asked = { source, wanted, ...channel, ...(tag !== undefined && { tag }) };
    const id = randomBytes(32).toString("hex");
    const added = await parts.dailies.labelJobs.add(
      { id, owner, createdAt: Date.now(), asked, ...(token !== undefined && { token }) },
      mostJobs,
    );
    if (added === "mismatch") throw awsError("IdempotentParameterMismatchException");
    if (added === "full")
      throw awsError("LimitExceededException", "Too many label jobs are in progress.");
    parts.wake();
    return { JobId: added.id };
  };
}

interface GetInput {
  readonly JobId: string;
  readonly MaxResults?: number;
  readonly NextToken?: string;
  readonly SortBy?: SortBy;
  readonly AggregateBy?: AggregateBy;
}

/** More are not given at a time. */
const pageSize = 1_000;

/** Names a list, so that a token of another one is refused. */
const listOf = ({ JobId, SortBy, AggregateBy }: GetInput): string =>
  createHash("sha256").update(`${JobId} ${SortBy} ${AggregateBy}`).digest("hex").slice(0, 32);

/** Where a page begins. @throws MediaError (InvalidPaginationTokenException) */
function placeOfToken(input: GetInput): number {
  const { NextToken } = input;
  if (NextToken === undefined) return 0;
  const text = Buffer.from(NextToken, "base64url").toString("utf8");
  const [list, place = ""] = text.split(" ");
  if (list !== listOf(input) || !/^\d{1,9}$/.test(place))
    throw awsError("InvalidPaginationTokenException", "The pagination token is not valid.");
  return Number(place);
}

async function page({ dailies }: RekognitionParts, { id }: WireJob, input: GetInput) {
  const { SortBy = "TIMESTAMP", AggregateBy = "TIMESTAMPS", MaxResults = pageSize } = input;
  const from = placeOfToken(input);
  const bytes = await dailies.labelJobs.result(id);
  if (bytes === undefined) throw new Error(`the labels of job ${id} are not there`);
  const labels = JSON.parse(gunzipSync(bytes).toString("utf8")) as VideoLabels;
  const all = videoAnswer(labels, SortBy, AggregateBy);
  const to = from + Math.min(MaxResults, pageSize);
  const next = Buffer.from(`${listOf(input)} ${to}`).toString("base64url");
  return {
    VideoMetadata: labels.VideoMetadata,
    LabelModelVersion: labels.LabelModelVersion,
    Labels: all.slice(from, to),
    ...(to < all.length && { NextToken: next }),
  };
}

function get(parts: RekognitionParts): JsonOperation["run"] {
  return async ({ input, caller: { owner } }) => {
    const asked = input as unknown as GetInput;
    const { JobId, SortBy = "TIMESTAMP", AggregateBy = "TIMESTAMPS" } = asked;
    const job = (await parts.dailies.labelJobs.get(owner, JobId)) as WireJob | undefined;
    if (job === undefined) throw awsError("ResourceNotFoundException", "Could not find JobId");
    const { source, tag } = job.asked;
    const listed = { ...asked, SortBy, AggregateBy };
    return {
      JobId,
      JobStatus: job.state,
      ...(job.failure !== undefined && { StatusMessage: job.failure }),
      Labels: [],
      ...(job.state === "SUCCEEDED" && (await page(parts, job, listed))),
      Video: { S3Object: { Bucket: source.bucket, Name: source.key } },
      ...(tag !== undefined && { JobTag: tag }),
      GetRequestMetadata: { SortBy, AggregateBy },
    };
  };
}

/** The operations on label jobs. */
export const jobOperations = (parts: JobParts): Record<string, JsonOperation> => ({
  StartLabelDetection: { scope: "write", run: start(parts) },
  GetLabelDetection: { scope: "read", run: get(parts) },
});
