import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type ChecksumAlgorithm,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAws, type TestAws } from "../support/aws.ts";

let aws: TestAws;
let s3: S3Client;
const Bucket = "by-sdk";
beforeAll(async () => {
  aws = await startAws();
  s3 = clientOf(aws.key);
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  s3.destroy();
  await aws.close();
});

const clientOf = ({ accessKeyId, secretAccessKey }: TestAws["key"], secret = secretAccessKey) =>
  new S3Client({
    endpoint: aws.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: secret },
  });

describe("the AWS SDK for JavaScript", () => {
  it("streams with checksums in the trailer, and reads them back", async () => {
    const bytes = Buffer.alloc(300_000, "stream ");
    for (const ChecksumAlgorithm of [
      "CRC32",
      "CRC32C",
      "CRC64NVME",
      "SHA1",
      "SHA256",
    ] as ChecksumAlgorithm[]) {
      const object = { Bucket, Key: `sum/${ChecksumAlgorithm}` };
      const Body = Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)]);
      await s3.send(
        new PutObjectCommand({ ...object, Body, ContentLength: bytes.length, ChecksumAlgorithm }),
      );
      const got = await s3.send(new GetObjectCommand({ ...object, ChecksumMode: "ENABLED" }));
      expect(Object.keys(got)).toContain(`Checksum${ChecksumAlgorithm}`);
      expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(bytes);
    }
  });

  it("reads ranges and conditions, copies, lists and deletes", async () => {
    const Key = "dir/ä b+c&d=e'f.txt";
    const { ETag } = await s3.send(
      new PutObjectCommand({ Bucket, Key, Body: "0123456789", Metadata: { a: "b" } }),
    );
    const range = await s3.send(new GetObjectCommand({ Bucket, Key, Range: "bytes=-3" }));
    expect([await range.Body?.transformToString(), range.ContentRange]).toEqual([
      "789",
      "bytes 7-9/10",
    ]);
    const same = s3.send(new GetObjectCommand({ Bucket, Key, IfNoneMatch: ETag }));
    await expect(same).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    const again = s3.send(new PutObjectCommand({ Bucket, Key, Body: "other", IfNoneMatch: "*" }));
    await expect(again).rejects.toMatchObject({ name: "PreconditionFailed" });
    const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: "copy" }))).toMatchObject({
      ETag,
      Metadata: { a: "b" },
    });
    const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "dir/" }));
    expect(listed.Contents?.map((one) => one.Key)).toEqual([Key]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    const gone = s3.send(new GetObjectCommand({ Bucket, Key }));
    await expect(gone).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  it("presigns for a GET and a PUT that need no key", async () => {
    const object = { Bucket, Key: "signed" };
    const put = await getSignedUrl(s3, new PutObjectCommand({ ...object, Metadata: { a: "b" } }), {
      expiresIn: 60,
    });
    expect((await fetch(put, { method: "PUT", body: "by url" })).status).toBe(200);
    const get = await getSignedUrl(s3, new GetObjectCommand(object), { expiresIn: 60 });
    const got = await fetch(get);
    expect([got.status, await got.text(), got.headers.get("x-amz-meta-a")]).toEqual([
      200,
      "by url",
      "b",
    ]);
    expect((await fetch(get.replace("signed?", "copy?"))).status).toBe(403);
    expect((await fetch(get, { method: "DELETE" })).status).toBe(403);
  });

  it("is refused with a wrong secret, without the scope, and as another user", async () => {
    const object = { Bucket, Key: "mine" };
    await s3.send(new PutObjectCommand({ ...object, Body: "mine" }));
    const read = new GetObjectCommand(object);
    await expect(clientOf(aws.key, "wrong").send(read)).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
    });
    const reader = await aws.keyOf("local", ["read"]);
    expect((await clientOf(reader).send(read)).ContentLength).toBe(4);
    const write = new PutObjectCommand({ ...object, Body: "other" });
    await expect(clientOf(reader).send(write)).rejects.toMatchObject({ name: "AccessDenied" });
    const writer = clientOf(await aws.keyOf("local", ["write"]));
    await expect(writer.send(read)).rejects.toMatchObject({ name: "AccessDenied" });
    const other = clientOf(await aws.keyOf("other"));
    for (const command of [read, write])
      await expect(other.send(command)).rejects.toMatchObject({
        name: "AccessDenied",
      });
    await s3.send(new PutObjectCommand({ Bucket: "uploads", Key: "mine.mp4", Body: "mine" }));
    const upload = { Bucket: "uploads", Key: "mine.mp4" };
    await expect(other.send(new GetObjectCommand(upload))).rejects.toMatchObject({
      name: "NoSuchKey",
    });
    await expect(other.send(new PutObjectCommand({ ...upload, Body: "x" }))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    await other.send(new DeleteObjectCommand(upload));
    expect((await s3.send(new GetObjectCommand(upload))).ContentLength).toBe(4);
  });
});
