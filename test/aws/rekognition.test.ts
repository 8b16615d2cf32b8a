import {
  DetectLabelsCommand,
  GetLabelDetectionCommand,
  RekognitionClient,
  StartLabelDetectionCommand,
  type GetLabelDetectionCommandInput,
  type StartLabelDetectionCommandInput,
} from "@aws-sdk/client-rekognition";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openReceiver, type Receiver } from "../../src/notify/receivers.fixture.ts";
import { importModel } from "../../src/models/import.ts";
import { startAws, type TestAws } from "../support/aws.ts";
import { clientEnv, describeWithAwsCli, describeWithBoto, run } from "../support/aws-clients.ts";
import { describeWithSharedMedia, sharedMedia, sharedModel } from "../support/shared-media.ts";
import { signAndSend } from "../support/sign.ts";

/** Pictures and videos from a client's bucket to their labels, with a real engine. */
describeWithSharedMedia("Rekognition", () => {
  let aws: TestAws;
  let client: RekognitionClient;
  let receiver: Receiver;
  let picture: Uint8Array;
  let folder: string;

  const settings = (key: TestAws["key"]) => ({
    endpoint: aws.endpoint,
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey },
  });
  const clientOf = (key: TestAws["key"]) => new RekognitionClient(settings(key));
  const put = async (path: string, body: string | Uint8Array = "") => {
    const raw = { method: "PUT", path: encodeURI(path), body };
    expect((await signAndSend(aws.endpoint, aws.key, raw)).status, path).toBe(200);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "dailies-rekognition-"));
    const ffmpeg = (...args: string[]) =>
      execFileSync("ffmpeg", ["-v", "error", "-y", ...args], { cwd: folder });
    ffmpeg("-i", sharedMedia("images/pets.jpg"), "-vf", "scale=480:360,setsar=1", "pets.png");
    ffmpeg(
      "-loop",
      "1",
      "-i",
      "pets.png",
      "-t",
      "1.5",
      "-r",
      "10",
      "-pix_fmt",
      "yuv420p",
      "pets.mp4",
    );
    picture = readFileSync(join(folder, "pets.png"));
    const video = readFileSync(join(folder, "pets.mp4"));
    // a small detector: real labels in a short time
    const modelsDir = join(folder, "models");
    const { signal } = new AbortController();
    await importModel(sharedModel("yolox_nano.onnx"), "yolox-nano", { dir: modelsDir, signal });
    aws = await startAws({}, { webhooks: { allowPrivate: true }, modelsDir });
    await aws.withLibrary((library) => library.resume());
    client = clientOf(aws.key);
    receiver = await openReceiver((_request, response) => response.end());
    await put("/films");
    await put("/films/my pets.mp4", video);
    await put("/films/pets.png", picture);
    await put("/films/text.mp4", "no film at all");
  }, 60_000);
  afterAll(async () => {
    client.destroy();
    await receiver.close();
    await aws.close();
    rmSync(folder, { recursive: true });
  });

  const object = (Name: string, Bucket = "films") => ({ S3Object: { Bucket, Name } });
  const start = (more: Partial<StartLabelDetectionCommandInput> = {}) =>
    client.send(new StartLabelDetectionCommand({ Video: object("my pets.mp4"), ...more }));
  const get = (JobId: string | undefined, more: Partial<GetLabelDetectionCommandInput> = {}) =>
    client.send(new GetLabelDetectionCommand({ JobId, ...more }));
  async function ended(JobId: string | undefined) {
    for (let turn = 0; turn < 500; turn += 1) {
      const job = await get(JobId);
      if (job.JobStatus !== "IN_PROGRESS") return job;
      await sleep(100);
    }
    throw new Error("the job does not end");
  }
  async function nothingIsLeft(): Promise<void> {
    const left = () => aws.withLibrary((library) => library.list());
    await expect.poll(left, { timeout: 5_000 }).toEqual([]);
  }

  /** A topic with a subscriber that has confirmed. */
  async function topic(): Promise<string> {
    const sns = new SNSClient(settings(aws.key));
    const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "done" }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint: receiver.url }));
    await expect.poll(() => receiver.requests, { timeout: 8_000 }).toHaveLength(1);
    const body = JSON.parse(receiver.requests[0]?.body ?? "{}") as { SubscribeURL: string };
    expect((await fetch(body.SubscribeURL)).status).toBe(200);
    receiver.requests.length = 0;
    return TopicArn;
  }

  describe("DetectLabels", () => {
    it("sees what is in a picture, in the request or in a bucket, and leaves nothing behind", async () => {
      const seen = await client.send(new DetectLabelsCommand({ Image: { Bytes: picture } }));
      const names = seen.Labels?.map(({ Name }) => Name) ?? [];
      expect(names).toContain("Dog");
      for (const one of seen.Labels ?? []) {
        expect(one.Confidence).toBeGreaterThanOrEqual(55);
        expect(one.Confidence).toBeLessThanOrEqual(100);
      }
      const dog = seen.Labels?.find(({ Name }) => Name === "Dog");
      expect(dog?.Parents?.map(({ Name }) => Name)).toContain("Animal");
      expect(dog?.Instances?.[0]?.BoundingBox?.Width).toBeLessThanOrEqual(1);
      expect(seen.LabelModelVersion).toBeTruthy();
      const Settings = { GeneralLabels: { LabelInclusionFilters: ["Animal", "Dog"] } };
      const inBucket = await client.send(
        new DetectLabelsCommand({ Image: object("pets.png"), Settings, MaxLabels: 2 }),
      );
      const wanted = seen.Labels?.filter(({ Name = "" }) => ["Animal", "Dog"].includes(Name));
      expect(wanted).toHaveLength(2);
      expect(inBucket.Labels).toEqual(wanted);
      await nothingIsLeft();
    }, 60_000);

    it("refuses what is no picture, too large, not there, or not offered", async () => {
      const detect = (input: object) => client.send(new DetectLabelsCommand(input as never));
      for (const [input, name] of [
        [{ Image: { Bytes: Buffer.from("text") } }, "InvalidImageFormatException"],
        [{ Image: object("my pets.mp4") }, "InvalidImageFormatException"],
        [{ Image: object("none.png") }, "InvalidS3ObjectException"],
        [{ Image: object("pets.png", "elsewhere") }, "InvalidS3ObjectException"],
        [{ Image: {} }, "InvalidParameterException"],
        [{ Image: { Bytes: picture, ...object("pets.png") } }, "InvalidParameterException"],
        [{ Image: object("pets.png"), MinConfidence: 101 }, "InvalidParameterException"],
        [
          { Image: object("pets.png"), Features: ["IMAGE_PROPERTIES"] },
          "InvalidParameterException",
        ],
        [{ Image: { Bytes: Buffer.alloc(5 * 1024 ** 2 + 1) } }, "InvalidParameterException"],
      ] as const)
        await expect(detect(input), JSON.stringify(input).slice(0, 80)).rejects.toMatchObject({
          name,
        });
      await put("/films/large.png", Buffer.alloc(15 * 1024 ** 2 + 1));
      await expect(detect({ Image: object("large.png") })).rejects.toMatchObject({
        name: "ImageTooLargeException",
      });
      const other = clientOf(await aws.keyOf("other"));
      const Image = object("pets.png");
      await expect(other.send(new DetectLabelsCommand({ Image }))).rejects.toMatchObject({
        name: "InvalidS3ObjectException",
      });
      const reader = clientOf(await aws.keyOf("local", ["read"]));
      await expect(reader.send(new DetectLabelsCommand({ Image }))).rejects.toMatchObject({
        name: "AccessDeniedException",
      });
      await nothingIsLeft();
    }, 60_000);
  });

  describe("a label job", () => {
    it("comes to its labels over a restart, tells its topic, and leaves nothing else behind", async () => {
      const SNSTopicArn = await topic();
      const NotificationChannel = { SNSTopicArn, RoleArn: "arn:aws:iam::123456789012:role/any" };
      const asked = { NotificationChannel, JobTag: "tag", ClientRequestToken: "once" };
      const { JobId } = await start(asked);
      expect((await get(JobId)).JobStatus).toBe("IN_PROGRESS");
      expect((await start(asked)).JobId).toBe(JobId);
      await expect(start({ ...asked, JobTag: "other" })).rejects.toMatchObject({
        name: "IdempotentParameterMismatchException",
      });
      await aws.restart();
      const job = await ended(JobId);
      expect(job).toMatchObject({
        JobStatus: "SUCCEEDED",
        JobId,
        JobTag: "tag",
        Video: object("my pets.mp4"),
        VideoMetadata: { Codec: "h264", DurationMillis: 1_500, FrameRate: 10, FrameWidth: 480 },
        GetRequestMetadata: { SortBy: "TIMESTAMP", AggregateBy: "TIMESTAMPS" },
      });
      expect(job.Labels?.map((one) => one.Label?.Name)).toContain("Dog");
      await expect.poll(() => receiver.requests, { timeout: 8_000 }).toHaveLength(1);
      const told = JSON.parse(receiver.requests[0]?.body ?? "") as { Message: string };
      expect(JSON.parse(told.Message)).toEqual({
        JobId,
        Status: "SUCCEEDED",
        API: "StartLabelDetection",
        JobTag: "tag",
        Timestamp: expect.any(Number),
        Video: { S3ObjectName: "my pets.mp4", S3Bucket: "films" },
      });
      await nothingIsLeft();

      // by name, by segments, and in pages
      const byName = await get(JobId, { SortBy: "NAME" });
      const names = byName.Labels?.map((one) => one.Label?.Name ?? "") ?? [];
      expect(names).toEqual(names.toSorted());
      const segments = await get(JobId, { AggregateBy: "SEGMENTS" });
      expect(segments.Labels?.[0]).toMatchObject({ StartTimestampMillis: expect.any(Number) });
      const paged = [];
      let NextToken: string | undefined;
      do {
        const page = await get(JobId, { MaxResults: 2, NextToken });
        expect(page.Labels?.length).toBeLessThanOrEqual(2);
        paged.push(...(page.Labels ?? []));
        ({ NextToken } = page);
      } while (NextToken !== undefined);
      expect(paged).toEqual(job.Labels);
      const token = (await get(JobId, { MaxResults: 1 })).NextToken;
      for (const wrong of [{ NextToken: "x" }, { NextToken: token, SortBy: "NAME" } as const])
        await expect(get(JobId, wrong)).rejects.toMatchObject({
          name: "InvalidPaginationTokenException",
        });
      const other = clientOf(await aws.keyOf("third"));
      await expect(other.send(new GetLabelDetectionCommand({ JobId }))).rejects.toMatchObject({
        name: "ResourceNotFoundException",
      });
    }, 90_000);

    it("fails with a reason where there is no film", async () => {
      for (const name of ["text.mp4", "pets.png"]) {
        const { JobId } = await start({ Video: object(name) });
        const job = await ended(JobId);
        expect(job).toMatchObject({ JobStatus: "FAILED", Labels: [] });
        expect(job.StatusMessage, name).toBeTruthy();
      }
      await nothingIsLeft();
    }, 60_000);

    it("is refused where it cannot be done as it is asked", async () => {
      const RoleArn = "arn:aws:iam::123456789012:role/any";
      const SNSTopicArn = "arn:aws:sns:us-east-1:123456789012:none";
      const categories = { LabelCategoryInclusionFilters: ["Animals and Pets"] };
      for (const [input, name] of [
        [{ Video: object("none.mp4") }, "InvalidS3ObjectException"],
        [{ Video: {} }, "InvalidParameterException"],
        [{ NotificationChannel: { SNSTopicArn, RoleArn } }, "InvalidParameterException"],
        [{ Settings: { GeneralLabels: categories } }, "InvalidParameterException"],
        [{ JobTag: "no spaces" }, "InvalidParameterException"],
      ] as const)
        await expect(start(input), JSON.stringify(input)).rejects.toMatchObject({ name });
      const writer = clientOf(await aws.keyOf("local", ["write"]));
      const command = new StartLabelDetectionCommand({ Video: object("my pets.mp4") });
      await expect(writer.send(command)).rejects.toMatchObject({ name: "AccessDeniedException" });
    });
  });

  describeWithBoto(({ command }) => {
    it("labels a picture and a film", async () => {
      const program = `
import boto3, os, time
rek = boto3.client("rekognition", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
picture = rek.detect_labels(Image={"S3Object": {"Bucket": "films", "Name": "pets.png"}}, MinConfidence=50)
job = rek.start_label_detection(Video={"S3Object": {"Bucket": "films", "Name": "my pets.mp4"}})["JobId"]
while (got := rek.get_label_detection(JobId=job))["JobStatus"] == "IN_PROGRESS": time.sleep(0.2)
for names in ([l["Name"] for l in picture["Labels"]], [l["Label"]["Name"] for l in got["Labels"]]):
    assert "Dog" in names, names
try: rek.get_label_detection(JobId="none")
except rek.exceptions.ResourceNotFoundException: print("done")`;
      expect(await run(command, ["-"], clientEnv(aws), program)).toBe("done\n");
    }, 60_000);
  });

  describeWithAwsCli(({ command }) => {
    it("labels a picture", async () => {
      const image = '{"S3Object":{"Bucket":"films","Name":"pets.png"}}';
      const args = ["rekognition", "detect-labels", "--image", image, "--query", "Labels[].Name"];
      const said = await run(command, ["--endpoint-url", aws.endpoint, ...args], clientEnv(aws));
      expect(said).toContain('"Dog"');
    }, 60_000);
  });
});
