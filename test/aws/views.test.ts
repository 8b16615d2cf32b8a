import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TestAws } from "../support/aws.ts";
import { startAws } from "../support/aws.ts";

let aws: TestAws;
let s3: S3Client;
beforeAll(async () => {
  aws = await startAws({ inputs: [{ bucket: "films", outputs: "made" }] });
  const { accessKeyId, secretAccessKey } = aws.key;
  s3 = new S3Client({
    endpoint: aws.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
});
afterAll(async () => {
  s3.destroy();
  await aws.close();
});

const keysOf = async (Bucket: string, more = {}): Promise<unknown> => {
  const { Contents = [], CommonPrefixes = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket, ...more }),
  );
  return [...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix)];
};

it("an input bucket shows its media files, its output bucket what was made of them", async () => {
  for (const [Bucket, Key] of [
    ["films", "a/talk.mp4"],
    ["uploads", "other.mp4"],
    ["films", "b.mp4"],
  ] as const)
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: `bytes of ${Key}` }));
  await aws.addOutputs("films/a/talk.mp4", ["audio", "gif", "web"]);
  await aws.addOutputs("other.mp4", ["gif"]);
  expect(await keysOf("films")).toEqual(["a/talk.mp4", "b.mp4"]);
  expect(await keysOf("uploads")).toEqual(["films/a/talk.mp4", "films/b.mp4", "other.mp4"]);
  const made = ["output/audio/a/talk.mp3", "output/gif/a/talk.gif", "output/web/a/talk.mp4"];
  expect(await keysOf("made")).toEqual(made);
  expect(await keysOf("made", { StartAfter: made[0], MaxKeys: 1 })).toEqual([made[1]]);
  expect(await keysOf("made", { Prefix: "output/g" })).toEqual([made[1]]);
  expect(await keysOf("made", { Prefix: "output/gif/a/" })).toEqual([made[1]]);
  expect(await keysOf("made", { Prefix: "output/", Delimiter: "/" })).toEqual([
    "output/audio/",
    "output/gif/",
    "output/web/",
  ]);
  expect(await keysOf("outputs", { Prefix: "output/gif/" })).toEqual([
    "output/gif/films/a/talk.gif",
    "output/gif/other.gif",
  ]);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: "made", Key: made[1] }));
  expect(await Body?.transformToString()).toBe("gif of films/a/talk.mp4");
  const write = s3.send(new PutObjectCommand({ Bucket: "made", Key: "x", Body: "x" }));
  await expect(write).rejects.toMatchObject({ name: "AccessDenied" });
});

it("two inputs with one name are refused when the service starts", async () => {
  const inputs = [{ bucket: "films" }, { bucket: "more", outputs: "films" }];
  await expect(startAws({ inputs })).rejects.toMatchObject({ code: "invalid_config" });
});
