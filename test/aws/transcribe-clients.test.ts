import {
  GetTranscriptionJobCommand,
  ListTranscriptionJobsCommand,
  StartTranscriptionJobCommand,
  TranscribeClient,
} from "@aws-sdk/client-transcribe";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startAws, type TestAws } from "../support/aws.ts";
import { clientEnv, describeWithAwsCli, describeWithBoto, run } from "../support/aws-clients.ts";
import { describeWithSharedMedia, sharedMedia } from "../support/shared-media.ts";
import { signAndSend } from "../support/sign.ts";

/** The published clients as they are start a job, poll it and read its result. */
describeWithSharedMedia("Transcribe with the published clients", () => {
  let aws: TestAws;
  beforeAll(async () => {
    aws = await startAws();
    await aws.withLibrary((library) => library.resume());
    const body = readFileSync(sharedMedia("speech/goforward.wav"));
    await signAndSend(aws.endpoint, aws.key, { method: "PUT", path: "/talks" });
    await signAndSend(aws.endpoint, aws.key, { method: "PUT", path: "/talks/a.wav", body });
  });
  afterAll(() => aws.close());

  it("the AWS SDK for JavaScript", async () => {
    const { accessKeyId, secretAccessKey } = aws.key;
    const client = new TranscribeClient({
      endpoint: aws.endpoint,
      region: "us-east-1",
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey },
    });
    const TranscriptionJobName = "by-sdk";
    const request = new StartTranscriptionJobCommand({
      TranscriptionJobName,
      LanguageCode: "en-US",
      Media: { MediaFileUri: "s3://talks/a.wav" },
    });
    const started = await client.send(request);
    expect(started.TranscriptionJob?.CreationTime).toBeInstanceOf(Date);
    await expect(client.send(request)).rejects.toMatchObject({ name: "ConflictException" });
    for (;;) {
      const get = new GetTranscriptionJobCommand({ TranscriptionJobName });
      const { TranscriptionJob: job } = await client.send(get);
      if (job?.TranscriptionJobStatus === "COMPLETED") {
        const result = await (await fetch(job.Transcript?.TranscriptFileUri ?? "")).text();
        expect(result.toLowerCase()).toContain("go forward");
        break;
      }
      expect(job?.TranscriptionJobStatus).toBe("IN_PROGRESS");
      await sleep(100);
    }
    const listed = await client.send(new ListTranscriptionJobsCommand({ Status: "COMPLETED" }));
    expect(listed.TranscriptionJobSummaries?.map((one) => one.TranscriptionJobName)).toContain(
      TranscriptionJobName,
    );
    client.destroy();
  }, 60_000);

  describeWithBoto(({ name, command }) => {
    it("starts, polls, reads, is refused, deletes", async () => {
      const env = { ...clientEnv(aws), ENDPOINT: aws.endpoint, NAME: name.replaceAll(" ", "-") };
      const out = await run(
        command,
        ["-"],
        env,
        `
import boto3, datetime, json, os, time, urllib.request
from botocore.exceptions import ClientError
t = boto3.client("transcribe", endpoint_url=os.environ["ENDPOINT"])
name = os.environ["NAME"]
def refused(call, **args):
    try: call(**args)
    except ClientError as error: return error.response["Error"]
    return "done"
job = dict(TranscriptionJobName=name, LanguageCode="en-US", Media={"MediaFileUri": "s3://talks/a.wav"}, MediaFormat="wav")
started = t.start_transcription_job(**job)["TranscriptionJob"]
assert started["TranscriptionJobStatus"] == "IN_PROGRESS"
assert isinstance(started["CreationTime"], datetime.datetime), started
assert refused(t.start_transcription_job, **job)["Code"] == "ConflictException"
while True:
    status = t.get_transcription_job(TranscriptionJobName=name)["TranscriptionJob"]
    if status["TranscriptionJobStatus"] in ("COMPLETED", "FAILED"): break
    time.sleep(0.2)
assert status["TranscriptionJobStatus"] == "COMPLETED", status
assert status["CompletionTime"] >= status["CreationTime"]
with urllib.request.urlopen(status["Transcript"]["TranscriptFileUri"]) as answer: result = json.load(answer)
assert "go forward" in result["results"]["transcripts"][0]["transcript"].lower(), result
assert {i["type"] for i in result["results"]["items"]} <= {"pronunciation", "punctuation"}
wrong = refused(t.start_transcription_job, **{**job, "TranscriptionJobName": "a b"})
assert wrong["Code"] == "BadRequestException" and wrong["Message"].startswith("1 validation error detected: Value 'a b' at 'transcriptionJobName'"), wrong
assert refused(t.get_transcription_job, TranscriptionJobName="none")["Code"] == "BadRequestException"
bad = boto3.client("transcribe", endpoint_url=os.environ["ENDPOINT"], aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"], aws_secret_access_key="wrong")
assert refused(bad.list_transcription_jobs)["Code"] == "InvalidSignatureException"
t.create_vocabulary(VocabularyName=name, LanguageCode="en-US", Phrases=["go-forward"])
assert t.get_vocabulary(VocabularyName=name)["VocabularyState"] == "READY"
assert [v["VocabularyName"] for v in t.list_vocabularies(NameContains=name)["Vocabularies"]] == [name]
t.delete_vocabulary(VocabularyName=name)
t.delete_transcription_job(TranscriptionJobName=name)
assert t.list_transcription_jobs(JobNameContains=name)["TranscriptionJobSummaries"] == []
print("done")`,
      );
      expect(out).toBe("done\n");
    }, 60_000);
  });

  describeWithAwsCli(({ command }) => {
    it("starts, polls, reads, deletes", async () => {
      const cli = async (...args: string[]) => {
        const out = await run(
          command,
          ["--endpoint-url", aws.endpoint, "transcribe", ...args, "--output", "json"],
          clientEnv(aws),
        );
        return JSON.parse(out === "" ? "{}" : out) as { TranscriptionJob: Record<string, unknown> };
      };
      const name = ["--transcription-job-name", "by-cli"];
      const media = ["--language-code", "en-US", "--media", "MediaFileUri=s3://talks/a.wav"];
      await cli("start-transcription-job", ...name, ...media);
      let job: Record<string, unknown> = {};
      for (; job["TranscriptionJobStatus"] !== "COMPLETED";) {
        ({ TranscriptionJob: job } = await cli("get-transcription-job", ...name));
        expect(["IN_PROGRESS", "COMPLETED"]).toContain(job["TranscriptionJobStatus"]);
      }
      await cli("delete-transcription-job", ...name);
      await expect(cli("get-transcription-job", ...name)).rejects.toThrow("BadRequestException");
    }, 120_000);
  });
});
