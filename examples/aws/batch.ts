// A folder of recordings, transcribed concurrently: what is over the limit of jobs waits, and a CSV for what was
// completed and one for what failed say what became of each.
// Run: eval "$(dailies aws-env --export)"; node examples/aws/batch.ts FOLDER OUTPUT_FOLDER
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  DeleteTranscriptionJobCommand,
  GetTranscriptionJobCommand,
  StartTranscriptionJobCommand,
  TranscribeClient,
  type TranscriptionJob,
} from "@aws-sdk/client-transcribe";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [folder = ".", out = "."] = process.argv.slice(2);
const s3 = new S3Client({ forcePathStyle: true });
const transcribe = new TranscribeClient();
const Bucket = "batch-input";
await s3.send(new CreateBucketCommand({ Bucket }));

async function start(file: string): Promise<string> {
  const TranscriptionJobName = file.replaceAll(/[^0-9a-zA-Z._-]+/g, "_");
  const Body = await readFile(join(folder, file));
  await s3.send(new PutObjectCommand({ Bucket, Key: TranscriptionJobName, Body }));
  await transcribe.send(
    new StartTranscriptionJobCommand({
      TranscriptionJobName,
      LanguageCode: "en-US",
      Media: { MediaFileUri: `s3://${Bucket}/${TranscriptionJobName}` },
      JobExecutionSettings: {
        AllowDeferredExecution: true,
        DataAccessRoleArn: "arn:aws:iam::000000000000:role/any", // nobody looks at it here
      },
    }),
  );
  return TranscriptionJobName;
}

async function ended(TranscriptionJobName: string): Promise<TranscriptionJob> {
  for (;;) {
    const get = new GetTranscriptionJobCommand({ TranscriptionJobName });
    const { TranscriptionJob: job } = await transcribe.send(get);
    if (job?.TranscriptionJobStatus === "COMPLETED" || job?.TranscriptionJobStatus === "FAILED")
      return job;
    await sleep(500);
  }
}

const names = await Promise.all((await readdir(folder)).toSorted().map(start));
const jobs = await Promise.all(names.map(ended));
const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
for (const state of ["COMPLETED", "FAILED"]) {
  const rows = jobs.filter((job) => job.TranscriptionJobStatus === state);
  const lines = rows.map((job) =>
    [job.TranscriptionJobName, state, JSON.stringify(job.FailureReason ?? "")].join(","),
  );
  const csv = join(out, `job_summary_${state.toLowerCase()}_${stamp}.csv`);
  await writeFile(csv, ["job,status,reason", ...lines, ""].join("\n"));
  console.log(`${state}: ${rows.length}`);
}
for (const job of jobs) {
  const { TranscriptionJobName } = job;
  const uri = job.Transcript?.TranscriptFileUri;
  if (uri !== undefined)
    await writeFile(join(out, `${TranscriptionJobName}.json`), await (await fetch(uri)).text());
  await transcribe.send(new DeleteTranscriptionJobCommand({ TranscriptionJobName }));
}
