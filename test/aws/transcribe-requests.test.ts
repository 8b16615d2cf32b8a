import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAws, type TestAws } from "../support/aws.ts";
import { signAndSend } from "../support/sign.ts";
import { transcribe } from "../support/transcribe-jobs.ts";

/** What is asked and refused, in a library whose work is paused: no job ends. */

let aws: TestAws;
beforeAll(async () => {
  aws = await startAws({ transcribeSlots: 2 });
  for (const [path, body] of [["/talks"], ["/results"], ["/talks/a.wav", "a recording"]] as const)
    await signAndSend(aws.endpoint, aws.key, { method: "PUT", path, ...(body && { body }) });
});
afterAll(() => aws.close());

const call = (operation: string, input: object, key = aws.key) =>
  transcribe(aws, key, operation, input);
const job = (name: string, more: object = {}) => ({
  TranscriptionJobName: name,
  LanguageCode: "en-US",
  Media: { MediaFileUri: "s3://talks/a.wav" },
  ...more,
});
const start = (name: string, more: object = {}, key = aws.key) =>
  call("StartTranscriptionJob", job(name, more), key);
const remove = (name: string, key = aws.key) =>
  call("DeleteTranscriptionJob", { TranscriptionJobName: name }, key);

describe("StartTranscriptionJob refuses", () => {
  const arn = "arn:aws:iam::111122223333:role/Any";
  it.each([
    [
      "a name with a space",
      { TranscriptionJobName: "a b" },
      "regular expression pattern: ^[0-9a-zA-Z._-]+",
    ],
    ["no language", { LanguageCode: undefined }, "You must include one of LanguageCode"],
    ["a language and identification", { IdentifyLanguage: true }, "only one of LanguageCode"],
    ["languages to choose from alone", { LanguageOptions: ["en-US", "de-DE"] }, "IdentifyLanguage"],
    ["a language that AWS has not", { LanguageCode: "xx-XX" }, "enum value set: [af-ZA, "],
    ["a language that no engine knows", { LanguageCode: "zu-ZA" }, "zu-ZA"],
    [
      "an object that is not there",
      { Media: { MediaFileUri: "s3://talks/b.wav" } },
      "The S3 URI that you provided can't be accessed.",
    ],
    [
      "a bucket that is not there",
      { Media: { MediaFileUri: "s3://none/b.wav" } },
      "The S3 URI that you provided can't be accessed.",
    ],
    ["no place of a recording", { Media: {} }, "Value null at 'media.mediaFileUri'"],
    [
      "an output bucket that is not there",
      { OutputBucketName: "nowhere" },
      "The specified S3 bucket can't be accessed.",
    ],
    [
      "one that shows the library",
      { OutputBucketName: "outputs" },
      "The specified S3 bucket can't be accessed.",
    ],
    ["a key without a bucket", { OutputKey: "a.json" }, "OutputBucketName"],
    ["speakers without a number", { Settings: { ShowSpeakerLabels: true } }, "MaxSpeakerLabels"],
    ["a number without speakers", { Settings: { MaxSpeakerLabels: 2 } }, "ShowSpeakerLabels"],
    [
      "speakers and channels",
      { Settings: { ShowSpeakerLabels: true, MaxSpeakerLabels: 2, ChannelIdentification: true } },
      "ChannelIdentification",
    ],
    [
      "a vocabulary that is not there",
      { Settings: { VocabularyName: "none" } },
      "The requested vocabulary couldn't be found.",
    ],
    [
      "a filter that is not there",
      { Settings: { VocabularyFilterName: "none" } },
      "vocabulary filter couldn't be found",
    ],
    [
      "alternatives",
      { Settings: { ShowAlternatives: true } },
      "Value at 'settings.showAlternatives'",
    ],
    [
      "redaction",
      { ContentRedaction: { RedactionType: "PII", RedactionOutput: "redacted" } },
      "Value at 'contentRedaction'",
    ],
    [
      "a language model",
      { ModelSettings: { LanguageModelName: "m" } },
      "Value at 'modelSettings.languageModelName'",
    ],
    ["encryption", { OutputEncryptionKMSKeyId: "k" }, "Value at 'outputEncryptionKMSKeyId'"],
    [
      "a queue without a role",
      { JobExecutionSettings: { AllowDeferredExecution: true } },
      "DataAccessRoleArn",
    ],
    [
      "a role without a queue",
      { JobExecutionSettings: { DataAccessRoleArn: arn } },
      "AllowDeferredExecution",
    ],
    [
      "the same tag twice",
      {
        Tags: [
          { Key: "a", Value: "" },
          { Key: "a", Value: "b" },
        ],
      },
      "same key",
    ],
    [
      "several languages at once",
      { LanguageCode: undefined, IdentifyMultipleLanguages: true },
      "Value at 'identifyMultipleLanguages'",
    ],
  ])("%s", async (_, more, message) => {
    const refused = await start("refused", more);
    expect(refused).toMatchObject({
      status: 400,
      code: "BadRequestException",
      body: { Message: expect.stringContaining(message) },
    });
  });

  it("what the key may not", async () => {
    const reader = await aws.keyOf("local", ["read"]);
    const writer = await aws.keyOf("local", ["write"]);
    for (const key of [reader, writer])
      expect(await start("refused", {}, key)).toMatchObject({
        status: 400,
        code: "AccessDeniedException",
      });
    expect(await call("ListTranscriptionJobs", {}, writer)).toMatchObject({
      code: "AccessDeniedException",
    });
    expect(await remove("refused", reader)).toMatchObject({ code: "AccessDeniedException" });
  });

  it("another user's recording and bucket", async () => {
    const other = await aws.keyOf("other");
    expect(await start("theirs", {}, other)).toMatchObject({ code: "BadRequestException" });
    const path = "/uploads/mine.wav";
    await signAndSend(aws.endpoint, other, { method: "PUT", path, body: "their recording" });
    const uri = { Media: { MediaFileUri: "s3://uploads/mine.wav" } };
    expect(await start("theirs", uri)).toMatchObject({ code: "BadRequestException" });
    const out = { ...uri, OutputBucketName: "results" };
    expect(await start("theirs", out, other)).toMatchObject({ code: "BadRequestException" });
    expect((await start("theirs", uri, other)).status).toBe(200);
    // and their jobs
    expect(await call("GetTranscriptionJob", { TranscriptionJobName: "theirs" })).toMatchObject({
      code: "BadRequestException",
      body: { Message: expect.stringContaining("The requested job couldn't be found.") },
    });
    expect((await remove("theirs")).status).toBe(400);
    expect((await remove("theirs", other)).status).toBe(200);
  });
});

describe("jobs", () => {
  const mayWait = {
    JobExecutionSettings: {
      AllowDeferredExecution: true,
      DataAccessRoleArn: "arn:aws:iam::111122223333:role/Any",
    },
  };
  const stateOf = async (name: string) => {
    const { body } = await call("GetTranscriptionJob", { TranscriptionJobName: name });
    return (body["TranscriptionJob"] as Record<string, unknown>)["TranscriptionJobStatus"];
  };

  it("take slots, wait where they may, are listed and deleted", async () => {
    expect(await start("job-1")).toMatchObject({ status: 200 });
    expect(await start("job-1")).toMatchObject({ status: 409, code: "ConflictException" });
    expect(await start("job-2")).toMatchObject({ status: 200 });
    expect(await start("job-3")).toMatchObject({ status: 429, code: "LimitExceededException" });
    expect(await start("job-4", mayWait)).toMatchObject({
      body: { TranscriptionJob: { TranscriptionJobStatus: "QUEUED" } },
    });
    await aws.restart();
    expect(await stateOf("job-4")).toBe("QUEUED");
    const first = await call("ListTranscriptionJobs", { JobNameContains: "JOB-", MaxResults: 2 });
    expect(first.body).toMatchObject({
      TranscriptionJobSummaries: [
        { TranscriptionJobName: "job-4", OutputLocationType: "SERVICE_BUCKET" },
        { TranscriptionJobName: "job-2" },
      ],
    });
    const { NextToken } = first.body;
    const rest = await call("ListTranscriptionJobs", { JobNameContains: "job-", NextToken });
    expect(rest.body).toEqual({
      TranscriptionJobSummaries: [expect.objectContaining({ TranscriptionJobName: "job-1" })],
    });
    expect(await call("ListTranscriptionJobs", { NextToken: "?" })).toMatchObject({
      code: "BadRequestException",
    });
    const queued = await call("ListTranscriptionJobs", { Status: "QUEUED" });
    expect(queued.body["TranscriptionJobSummaries"]).toHaveLength(1);
    expect((await remove("job-1")).status).toBe(200);
    await expect.poll(() => stateOf("job-4")).toBe("IN_PROGRESS");
    for (const name of ["job-2", "job-4"]) expect((await remove(name)).status).toBe(200);
    expect((await remove("job-4")).status).toBe(400);
    await expect
      .poll(() =>
        aws.withLibrary(async (library) => (await library.list({ owner: "local" })).length),
      )
      .toBe(0);
  });
});

describe("vocabularies", () => {
  const words = (more: object = {}) => ({
    VocabularyName: "words",
    LanguageCode: "en-US",
    Phrases: ["Los-Angeles", "CLI"],
    ...more,
  });

  it("are created, shown, listed, changed and deleted", async () => {
    expect(await call("CreateVocabulary", words())).toMatchObject({
      status: 200,
      body: { VocabularyName: "words", VocabularyState: "READY" },
    });
    expect(await call("CreateVocabulary", words())).toMatchObject({ code: "ConflictException" });
    const shown = await call("GetVocabulary", { VocabularyName: "words" });
    const table = await fetch(String(shown.body["DownloadUri"]));
    expect(await table.text()).toBe(
      "Phrase\tSoundsLike\tIPA\tDisplayAs\nLos-Angeles\t\t\t\nCLI\t\t\t\n",
    );
    const file = "Phrase\tSoundsLike\tDisplayAs\nA-W-S\t\tAWS\n";
    await signAndSend(aws.endpoint, aws.key, { method: "PUT", path: "/talks/v.txt", body: file });
    const fromFile = { Phrases: undefined, VocabularyFileUri: "s3://talks/v.txt" };
    expect((await call("UpdateVocabulary", words(fromFile))).status).toBe(200);
    expect(await call("ListVocabularies", { NameContains: "WORD" })).toMatchObject({
      body: { Vocabularies: [{ VocabularyName: "words", VocabularyState: "READY" }] },
    });
    const other = await aws.keyOf("other");
    expect((await call("GetVocabulary", { VocabularyName: "words" }, other)).status).toBe(400);
    expect((await call("DeleteVocabulary", { VocabularyName: "words" }, other)).status).toBe(400);
    expect((await call("DeleteVocabulary", { VocabularyName: "words" })).status).toBe(200);
    expect((await call("UpdateVocabulary", words())).status).toBe(400);
    expect((await call("DeleteVocabulary", { VocabularyName: "words" })).status).toBe(400);
  });

  it("that cannot be read fail with a reason, and are not used", async () => {
    const bad = words({ VocabularyName: "bad", Phrases: ["?"] });
    expect((await call("CreateVocabulary", bad)).body).toMatchObject({
      VocabularyState: "FAILED",
      FailureReason: expect.stringContaining("no phrase"),
    });
    expect(await start("with-bad", { Settings: { VocabularyName: "bad" } })).toMatchObject({
      code: "BadRequestException",
    });
    for (const more of [{ Phrases: undefined }, { VocabularyFileUri: "s3://talks/a.wav" }])
      expect(await call("CreateVocabulary", words(more))).toMatchObject({
        code: "BadRequestException",
      });
  });
});
