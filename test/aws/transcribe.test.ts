import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PutOptions } from "../../src/app/put.ts";
import type { LocalLibrary } from "../../src/local/library.ts";
import { startAws, type TestAws } from "../support/aws.ts";
import { ffmpeg } from "../support/ffmpeg.ts";
import { describeWithSharedMedia, sharedMedia } from "../support/shared-media.ts";
import { signAndSend } from "../support/sign.ts";
import { endedJob, transcribe } from "../support/transcribe-jobs.ts";

interface Result {
  readonly jobName: string;
  readonly accountId: string;
  readonly results: {
    readonly transcripts: readonly { readonly transcript: string }[];
    readonly channel_labels?: { readonly number_of_channels: number };
  };
}

/** Jobs from their start to their result, with a real engine. */
describeWithSharedMedia("a transcription job", () => {
  const folder = mkdtempSync(join(tmpdir(), "dailies-aws-transcribe-"));
  let speech: Buffer;
  let aws: TestAws;
  beforeAll(async () => {
    speech = readFileSync(sharedMedia("speech/goforward.wav"));
    aws = await startAws();
    await aws.withLibrary((library) => library.resume());
    for (const bucket of ["/talks", "/results"]) await put(bucket);
    await put("/talks/go forward.wav", speech);
    await put("/talks/no recording.wav", "these bytes are no recording");
    const made = (name: string, ...args: string[]) => {
      ffmpeg(...args, join(folder, name));
      return put(`/talks/${name}`, readFileSync(join(folder, name)));
    };
    const picture = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=5"];
    await made("mute.mp4", ...picture, "-t", "1");
    await made("picture.jpg", ...picture, "-frames:v", "1");
    await made("silent.flac", "-f", "lavfi", "-i", "anullsrc=sample_rate=16000:cl=mono", "-t", "2");
    await made("stereo.ogg", "-i", sharedMedia("speech/goforward.wav"), "-ac", "2");
  });
  afterAll(async () => {
    await aws.close();
    rmSync(folder, { recursive: true });
  });
  const put = async (path: string, body: string | Uint8Array = "") => {
    const raw = { method: "PUT", path: encodeURI(path), body };
    expect((await signAndSend(aws.endpoint, aws.key, raw)).status).toBe(200);
  };
  const start = (TranscriptionJobName: string, more: object = {}) =>
    transcribe(aws, aws.key, "StartTranscriptionJob", {
      TranscriptionJobName,
      LanguageCode: "en-US",
      Media: { MediaFileUri: "s3://talks/go forward.wav" },
      ...more,
    });
  const ended = (name: string) => endedJob(aws, aws.key, name);
  const read = (path: string) => signAndSend(aws.endpoint, aws.key, { path });
  const uriOf = (job: Record<string, unknown>) =>
    (job["Transcript"] as { TranscriptFileUri: string }).TranscriptFileUri;

  /** Puts the recording in, and waits until the service has transcribed it. */
  const transcribed = async (library: LocalLibrary, options: PutOptions) => {
    const source = (async function* () {
      yield speech;
    })();
    const { media } = await library.put(source, { ...options, only: ["transcribe"] });
    const stateOf = async () => (await library.find(media.name)).state;
    await expect.poll(stateOf, { timeout: 30_000, interval: 100 }).toBe("ready");
    return media;
  };

  /** What the engine hears without AWS's protocols, for another user, so that nothing is shared. */
  const heardLocally = () =>
    aws.withLibrary(async (library) => {
      const speechOptions = { languageCode: "en-US" };
      const media = await transcribed(library, {
        name: "a.wav",
        owner: "judge",
        speech: speechOptions,
      });
      const { words } = await library.transcriptOf(media);
      await library.remove("a.wav");
      return words.map(({ text, punctuation = "" }) => text + punctuation).join(" ");
    });

  it("comes to what the engine hears, by a URI that opens, and leaves nothing else behind", async () => {
    const started = await start("one", { MediaFormat: "wav", MediaSampleRateHertz: 16_000 });
    expect(started).toMatchObject({
      status: 200,
      body: { TranscriptionJob: { TranscriptionJobStatus: "IN_PROGRESS", MediaFormat: "wav" } },
    });
    const job = await ended("one");
    expect(job).toMatchObject({ TranscriptionJobStatus: "COMPLETED", LanguageCode: "en-US" });
    const opened = await fetch(uriOf(job));
    const result = (await opened.json()) as Result;
    expect(result.jobName).toBe("one");
    expect(result.results.transcripts[0]?.transcript).toBe(await heardLocally());
    const left = await aws.withLibrary((library) => library.list());
    expect(left).toEqual([]);

    // the URI is for this object, and goes with the job
    expect((await fetch(uriOf(job).replace("asrOutput", "other"))).status).toBe(403);
    const other = await aws.keyOf("other");
    const path = new URL(uriOf(job)).pathname;
    expect((await signAndSend(aws.endpoint, other, { path })).status).toBe(403);
    await transcribe(aws, aws.key, "DeleteTranscriptionJob", { TranscriptionJobName: "one" });
    expect((await fetch(uriOf(job))).status).toBe(404);
  }, 60_000);

  it("writes transcript and subtitles into the client's bucket, with a vocabulary, over a restart", async () => {
    await transcribe(aws, aws.key, "CreateVocabulary", {
      VocabularyName: "words",
      LanguageCode: "en-US",
      Phrases: ["Go-forward"],
    });
    await start("two", {
      OutputBucketName: "results",
      OutputKey: "made/",
      Subtitles: { Formats: ["srt", "vtt"] },
      Settings: { VocabularyName: "words" },
      Tags: [{ Key: "project", Value: "films" }],
    });
    await aws.restart();
    const job = await ended("two");
    expect(job).toMatchObject({
      TranscriptionJobStatus: "COMPLETED",
      Transcript: { TranscriptFileUri: `${aws.endpoint}/results/made/two.json` },
      Subtitles: {
        SubtitleFileUris: [
          `${aws.endpoint}/results/made/two.srt`,
          `${aws.endpoint}/results/made/two.vtt`,
        ],
      },
      Settings: { VocabularyName: "words" },
      Tags: [{ Key: "project", Value: "films" }],
    });
    const result = JSON.parse((await read("/results/made/two.json")).text) as Result;
    expect(result.results.transcripts[0]?.transcript.toLowerCase()).toContain("go forward");
    expect((await read("/results/made/two.srt")).text).toMatch(/^0\n00:00:00,\d{3} --> /);
    expect((await read("/results/made/two.vtt")).text).toMatch(/^WEBVTT/);
    // what is in the client's bucket is the client's
    await transcribe(aws, aws.key, "DeleteTranscriptionJob", { TranscriptionJobName: "two" });
    expect((await read("/results/made/two.json")).status).toBe(200);
  }, 60_000);

  it("follows its own options, also where the library has the same bytes with others", async () => {
    const phrases = [{ phrase: "go forward", displayAs: "Vorwärts" }];
    await aws.withLibrary(async (library) => {
      const vocabulary = { sha256: "0".repeat(64), phrases };
      const options = { languageCode: "en-US", vocabulary };
      await transcribed(library, { name: "same.wav", speech: options });
      expect(await library.export("same.wav", "txt")).toContain("Vorwärts");
    });
    await start("same");
    const result = await (await fetch(uriOf(await ended("same")))).text();
    expect(result.toLowerCase()).toContain("go forward");
    expect(result).not.toContain("Vorwärts");
    await aws.withLibrary((library) => library.remove("same.wav"));
  }, 60_000);

  it.each([
    [
      "another format than it has",
      { MediaFormat: "mp3" },
      "The media format provided does not match the detected media format.",
    ],
    [
      "another sample rate",
      { MediaSampleRateHertz: 8_000 },
      "The sample rate provided does not match the detected sample rate.",
    ],
    [
      "bytes that are no recording",
      { Media: { MediaFileUri: "s3://talks/no recording.wav" } },
      "Unsupported media format.",
    ],
    [
      "a film without sound",
      { Media: { MediaFileUri: "s3://talks/mute.mp4" } },
      "The media file has no audio.",
    ],
    [
      "a picture",
      { Media: { MediaFileUri: "s3://talks/picture.jpg" } },
      "Unsupported media format. The media file is a picture.",
    ],
  ])("fails with a reason for %s", async (why, more, reason) => {
    const name = why.replaceAll(" ", "-");
    expect((await start(name, more)).status).toBe(200);
    expect(await ended(name)).toMatchObject({
      TranscriptionJobStatus: "FAILED",
      FailureReason: expect.stringContaining(reason),
    });
  });

  it("hears nothing in silence, and each channel by itself", async () => {
    const media = (name: string) => ({ Media: { MediaFileUri: `${aws.endpoint}/talks/${name}` } });
    await start("silence", media("silent.flac"));
    await start("channels", {
      ...media("stereo.ogg"),
      MediaFormat: "ogg",
      Settings: { ChannelIdentification: true },
    });
    const resultOf = async (name: string) =>
      (await (await fetch(uriOf(await ended(name)))).json()) as Result;
    expect((await resultOf("silence")).results.transcripts[0]?.transcript).toBe("");
    const { results } = await resultOf("channels");
    expect(results.channel_labels?.number_of_channels).toBe(2);
  }, 60_000);

  it("that is deleted while it works leaves nothing", async () => {
    await aws.withLibrary((library) => library.pause());
    await start("gone");
    const names = () =>
      aws.withLibrary(async (library) => (await library.list()).map((one) => one.media.name));
    await expect.poll(names).toEqual([expect.stringMatching(/^transcribe-jobs\/gone-/)]);
    await transcribe(aws, aws.key, "DeleteTranscriptionJob", { TranscriptionJobName: "gone" });
    expect(await names()).toEqual([]);
    // and the name is free again
    expect((await start("gone")).status).toBe(200);
    await expect.poll(async () => (await names()).length).toBe(1);
    // a media file that somebody removes takes its job's work with it
    await aws.withLibrary(async (library) => library.remove((await names())[0] ?? ""));
    expect(await ended("gone")).toMatchObject({ FailureReason: "The job was cancelled." });
    await aws.withLibrary((library) => library.resume());
  });
});
