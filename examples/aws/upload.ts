// A film's way: an upload, its four outputs, the transcript of the audio, and the record that a table of metadata
// gets, keyed by the transcript's key.
// Run: eval "$(dailies aws-env --export)"; node examples/aws/upload.ts FILM.mp4
import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  GetTranscriptionJobCommand,
  StartTranscriptionJobCommand,
  TranscribeClient,
} from "@aws-sdk/client-transcribe";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [path = "talk.mp4"] = process.argv.slice(2);
const s3 = new S3Client({ forcePathStyle: true });
const transcribe = new TranscribeClient();
const name = basename(path, ".mp4");
const transcripts = "transcripts";

await s3.send(new CreateBucketCommand({ Bucket: transcripts }));
const film = { Bucket: "uploads", Key: `${name}.mp4` };
await s3.send(new PutObjectCommand({ ...film, Body: await readFile(path) }));

/** Waits until what is made of the film is there. */
async function output(Key: string): Promise<void> {
  for (;;) {
    const head = new HeadObjectCommand({ Bucket: "outputs", Key });
    const size = await s3.send(head).then(
      ({ ContentLength }) => ContentLength,
      () => undefined,
    );
    if (size !== undefined) return console.log(`${Key} ${size} bytes`);
    await sleep(250);
  }
}
const audio = `output/audio/${name}.mp3`;
await Promise.all(
  [`output/web/${name}.mp4`, `output/phone/${name}.mp4`, audio, `output/gif/${name}.gif`].map(
    output,
  ),
);

const TranscriptionJobName = name.replaceAll(/[^0-9a-zA-Z._-]+/g, "_");
const JsonFile = `output/transcribe/${name}.json`;
await transcribe.send(
  new StartTranscriptionJobCommand({
    TranscriptionJobName,
    LanguageCode: "en-US",
    MediaFormat: "mp3",
    Media: { MediaFileUri: `s3://outputs/${audio}` },
    OutputBucketName: transcripts,
    OutputKey: JsonFile,
  }),
);
const get = new GetTranscriptionJobCommand({ TranscriptionJobName });
let status: string | undefined;
while (status !== "COMPLETED") {
  const { TranscriptionJob: job } = await transcribe.send(get);
  status = job?.TranscriptionJobStatus;
  if (status === "FAILED") throw new Error(job?.FailureReason);
  await sleep(250);
}
const stored = await s3.send(new GetObjectCommand({ Bucket: transcripts, Key: JsonFile }));
const { results, ...others } = JSON.parse((await stored.Body?.transformToString()) ?? "{}") as {
  results: { transcripts: { transcript: string }[]; items: object[] };
};
const { transcripts: texts, items, ...more } = results;
const record = {
  JsonFile,
  ...others,
  ...more,
  transcript: texts[0]?.transcript,
  items: items.length,
};
console.log(JSON.stringify(record));
