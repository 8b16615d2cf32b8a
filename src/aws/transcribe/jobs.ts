import { MediaError } from "../../media/errors.ts";
import type { TranscriptionOptions } from "../../media/speech.ts";
import { vocabularyOf } from "../../app/named-vocabulary.ts";
import type {
  JobsPage,
  TranscriptionLimits,
  Transcriptions,
} from "../../transcriptions/transcriptions.ts";
import { createIdSource, newSession } from "../../media/ids.ts";
import { awsError } from "../errors.ts";
import type { JsonOperation, ServiceCall } from "../json-service.ts";
import type { Signers } from "../sigv4/verified.ts";
import { jobAnswer, summaryOf } from "./answers.ts";
import { badRequest, checkRequest, speechOf } from "./check-request.ts";
import { objectOfUri } from "./media-uri.ts";
import { mediaNameOf, type Asked, type TranscriptionRequest, type WireJob } from "./request.ts";
import { removeService } from "./results.ts";
import { bucketFor, findObjectOf, type ObjectParts } from "./text-objects.ts";
import { urisFor } from "./uris.ts";

export interface TranscribeParts extends ObjectParts {
  readonly access: Signers;
  readonly limits: TranscriptionLimits;
  /** Says that there is a job to begin. */
  readonly wake: () => void;
}

type Call = ServiceCall<Readonly<Record<string, unknown>>>;

const notFound = () =>
  badRequest("The requested job couldn't be found. Check the job name and try your request again.");

const jobsOf = ({ dailies }: ObjectParts): Transcriptions => dailies.transcriptions;

async function checkOutput(
  parts: ObjectParts,
  owner: string,
  { OutputBucketName }: TranscriptionRequest,
): Promise<void> {
  if (OutputBucketName === undefined) return;
  const isShown = parts.views.has(OutputBucketName);
  const found = isShown
    ? undefined
    : await bucketFor(parts, owner, OutputBucketName).catch(() => undefined);
  if (found === undefined)
    throw badRequest(
      "The specified S3 bucket can't be accessed. Make sure that you have write permission and try your request again.",
    );
}

async function vocabularyOption(
  parts: ObjectParts,
  owner: string,
  { Settings, LanguageCode }: TranscriptionRequest,
): Promise<Pick<TranscriptionOptions, "vocabulary">> {
  const { VocabularyName } = Settings ?? {};
  if (VocabularyName === undefined) return {};
  const found = await jobsOf(parts).getVocabulary(owner, VocabularyName);
  if (found === undefined)
    throw badRequest(
      "The requested vocabulary couldn't be found. Check the vocabulary name and try your request again.",
    );
  if (found.failure !== undefined)
    throw badRequest("The requested vocabulary isn't ready. Its state must be READY.");
  if (LanguageCode !== undefined && LanguageCode !== found.languageCode)
    throw badRequest("The vocabulary's language code doesn't match the job's language code.");
  return { vocabulary: vocabularyOf(found.phrases) };
}

/** What the engines here cannot follow is refused before the job begins. */
async function checkEngines({ dailies }: ObjectParts, speech: TranscriptionOptions): Promise<void> {
  await dailies.checkSpeech(speech).catch((error: unknown) => {
    if (!(error instanceof MediaError)) throw error;
    throw badRequest(`${error.message}. ${error.remedy}`);
  });
}

async function askedOf(parts: ObjectParts, owner: string, request: TranscriptionRequest) {
  checkRequest(request);
  const { MediaFileUri } = request.Media;
  if (MediaFileUri === undefined)
    throw badRequest(
      "1 validation error detected: Value null at 'media.mediaFileUri' failed to satisfy constraint: Member must not be null",
    );
  const source = objectOfUri(MediaFileUri);
  if (source === undefined || (await findObjectOf(parts, owner, source)) === undefined)
    throw badRequest(
      "The S3 URI that you provided can't be accessed. Make sure that you have read permission and try your request again.",
    );
  await checkOutput(parts, owner, request);
  const speech = { ...speechOf(request), ...(await vocabularyOption(parts, owner, request)) };
  await checkEngines(parts, speech);
  return { ...request, source, speech } satisfies Asked;
}

const newId = createIdSource(newSession());

function start(parts: TranscribeParts): JsonOperation["run"] {
  return async (call: Call) => {
    const { owner, scopes } = call.caller;
    if (!scopes.includes("read")) throw awsError("AccessDenied", "the key lacks the scope read");
    const request = call.input as unknown as TranscriptionRequest;
    const name = request.TranscriptionJobName;
    const asked = await askedOf(parts, owner, request);
    const mayWait = asked.JobExecutionSettings?.AllowDeferredExecution === true;
    const job = { id: newId(), owner, name, createdAt: Date.now(), asked };
    const added = await jobsOf(parts).add(job, { ...parts.limits, mayWait });
    if (added === "taken")
      throw awsError(
        "ConflictException",
        "The requested job name already exists. Use a different job name.",
      );
    if (added === "full")
      throw awsError(
        "LimitExceededException",
        "You have reached the limit of concurrent transcription jobs. Wait until some have ended, or allow deferred execution.",
      );
    parts.wake();
    return {
      TranscriptionJob: jobAnswer(added as WireJob, await urisFor(parts.access, call)),
    };
  };
}

function get(parts: TranscribeParts): JsonOperation["run"] {
  return async (call: Call) => {
    const name = String(call.input["TranscriptionJobName"]);
    const job = await jobsOf(parts).get(call.caller.owner, name);
    if (job === undefined) throw notFound();
    return { TranscriptionJob: jobAnswer(job as WireJob, await urisFor(parts.access, call)) };
  };
}

/** Where a list goes on: opaque to clients. */
const tokenOf = ({ createdAt, id }: Pick<WireJob, "createdAt" | "id">): string =>
  Buffer.from(`${createdAt} ${id}`).toString("base64url");

function placeOfToken(token: string): NonNullable<JobsPage["after"]> {
  const text = Buffer.from(token, "base64url").toString();
  const [, createdAt, id] = /^(\d{1,15}) (\S{1,100})$/.exec(text) ?? [];
  if (createdAt === undefined || id === undefined)
    throw badRequest("The next token that you provided isn't valid.");
  return { createdAt: Number(createdAt), id };
}

function list(parts: TranscribeParts): JsonOperation["run"] {
  return async ({ input, caller }: Call) => {
    const {
      Status,
      JobNameContains,
      NextToken,
      MaxResults = 5,
    } = input as {
      Status?: WireJob["state"];
      JobNameContains?: string;
      NextToken?: string;
      MaxResults?: number;
    };
    const found = await jobsOf(parts).list(caller.owner, {
      limit: MaxResults + 1,
      ...(Status !== undefined && { state: Status }),
      ...(JobNameContains !== undefined && { contains: JobNameContains }),
      ...(NextToken !== undefined && { after: placeOfToken(NextToken) }),
    });
    const shown = found.slice(0, MaxResults) as readonly WireJob[];
    const last = shown.at(-1);
    return {
      ...(Status !== undefined && { Status }),
      ...(found.length > MaxResults && last !== undefined && { NextToken: tokenOf(last) }),
      TranscriptionJobSummaries: shown.map(summaryOf),
    };
  };
}

function remove(parts: TranscribeParts): JsonOperation["run"] {
  return async ({ input, caller: { owner } }: Call) => {
    const name = String(input["TranscriptionJobName"]);
    const job = await jobsOf(parts).remove(owner, name);
    if (job === undefined) throw notFound();
    await parts.dailies.remove(mediaNameOf(job), { owner }).catch(ignoreMissing);
    await removeService(parts, job as WireJob);
    parts.wake();
    return {};
  };
}

/** What is gone need not be removed. */
export function ignoreMissing(error: unknown): void {
  if (!(error instanceof MediaError && error.code === "not_found")) throw error;
}

/** The operations on transcription jobs. */
export const jobOperations = (parts: TranscribeParts): Record<string, JsonOperation> => ({
  StartTranscriptionJob: { scope: "write", run: start(parts) },
  GetTranscriptionJob: { scope: "read", run: get(parts) },
  ListTranscriptionJobs: { scope: "read", run: list(parts) },
  DeleteTranscriptionJob: { scope: "write", run: remove(parts) },
});
