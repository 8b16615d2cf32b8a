// Part 1: buckets, an upload, a job with its status, its transcript word by word, and a clean-up with its proof.
// Run: eval "$(dailies aws-env --export)"; node examples/aws/part1.ts RECORDING [LANGUAGE]
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  DeleteTranscriptionJobCommand,
  GetTranscriptionJobCommand,
  ListTranscriptionJobsCommand,
  StartTranscriptionJobCommand,
  TranscribeClient,
  type LanguageCode,
  type TranscriptionJob,
} from "@aws-sdk/client-transcribe";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [path = "talk.wav", language = "en-US"] = process.argv.slice(2);
const s3 = new S3Client({ forcePathStyle: true });
const transcribe = new TranscribeClient();
const Bucket = "part-1-input";
const Key = basename(path);
const TranscriptionJobName = Key.replaceAll(/[^0-9a-zA-Z._-]+/g, "_");

async function jobNamed(name: string): Promise<TranscriptionJob | undefined> {
  const found = await transcribe.send(new ListTranscriptionJobsCommand({ JobNameContains: name }));
  const isThere = found.TranscriptionJobSummaries?.some((one) => one.TranscriptionJobName === name);
  if (!isThere) return undefined;
  const get = new GetTranscriptionJobCommand({ TranscriptionJobName: name });
  return (await transcribe.send(get)).TranscriptionJob;
}

await s3.send(new CreateBucketCommand({ Bucket }));
await s3.send(new PutObjectCommand({ Bucket, Key, Body: await readFile(path) }));
const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
console.log("objects:", Contents.map((one) => one.Key).join(", "));

const start = new StartTranscriptionJobCommand({
  TranscriptionJobName,
  LanguageCode: language as LanguageCode,
  Media: { MediaFileUri: `s3://${Bucket}/${Key}` },
});
for (const turn of ["first", "second"]) {
  if ((await jobNamed(TranscriptionJobName)) === undefined) await transcribe.send(start);
  else console.log(`${turn} turn: ${Key} is transcribed already, it is skipped`);
}

const startedAt = Date.now();
let job = await jobNamed(TranscriptionJobName);
while (job?.TranscriptionJobStatus !== "COMPLETED" && job?.TranscriptionJobStatus !== "FAILED") {
  const elapsed = Math.round((Date.now() - startedAt) / 1_000);
  console.log(`${job?.TranscriptionJobStatus} after ${elapsed} s`);
  await sleep(500);
  job = await jobNamed(TranscriptionJobName);
}
if (job.TranscriptionJobStatus === "FAILED") throw new Error(job.FailureReason);
console.log(`${job.CreationTime?.toISOString()} ${job.TranscriptionJobName} COMPLETED`);

interface Item {
  readonly start_time?: string;
  readonly end_time?: string;
  readonly type: string;
  readonly alternatives: readonly { readonly content: string; readonly confidence?: string }[];
}
const answer = await fetch(job.Transcript?.TranscriptFileUri ?? "");
const { results } = (await answer.json()) as {
  results: { transcripts: { transcript: string }[]; items: Item[] };
};
console.log(`transcript: ${results.transcripts[0]?.transcript}`);
for (const { type, start_time = "", end_time = "", alternatives } of results.items)
  console.log([type, start_time, end_time, alternatives[0]?.content].join("\t"));

await transcribe.send(new DeleteTranscriptionJobCommand({ TranscriptionJobName }));
await s3.send(new DeleteObjectCommand({ Bucket, Key }));
await s3.send(new DeleteBucketCommand({ Bucket }));
const { Buckets = [] } = await s3.send(new ListBucketsCommand());
const jobs = await transcribe.send(new ListTranscriptionJobsCommand());
const isLeft = Buckets.some((one) => one.Name === Bucket);
console.log(
  `left: ${isLeft ? Bucket : "no bucket"}, ${jobs.TranscriptionJobSummaries?.length} jobs`,
);
