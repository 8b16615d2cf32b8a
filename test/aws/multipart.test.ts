import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
  type CreateMultipartUploadCommandInput,
} from "@aws-sdk/client-s3";
import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAws, type TestAws } from "../support/aws.ts";

let aws: TestAws;
let s3: S3Client;
const Bucket = "in-parts";
const mebibytes = (count: number): Buffer => randomBytes(count * 1024 ** 2);
beforeAll(async () => {
  aws = await startAws();
  const { accessKeyId, secretAccessKey } = aws.key;
  s3 = new S3Client({
    endpoint: aws.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  s3.destroy();
  await aws.close();
});

async function begin(Key: string, how: Partial<CreateMultipartUploadCommandInput> = {}) {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...how }));
  const upload = { Bucket: how.Bucket ?? Bucket, Key, UploadId };
  const send = async (PartNumber: number, Body: Buffer) => {
    const algorithm = how.ChecksumAlgorithm;
    const sum = algorithm && { ChecksumAlgorithm: algorithm };
    const put = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body, ...sum }));
    return {
      PartNumber,
      ETag: put.ETag,
      ...(put.ChecksumCRC32 && { ChecksumCRC32: put.ChecksumCRC32 }),
    };
  };
  const complete = (Parts: readonly object[], more = {}) =>
    s3.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: { Parts: [...Parts] },
        ...more,
      }),
    );
  return { upload, send, complete };
}

const bytesOf = async (Key: string, more = {}): Promise<Buffer> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

describe("an upload in parts", () => {
  it("survives a restart, and becomes one object with its headers", async () => {
    const { send, complete, upload } = await begin("a/b", {
      ContentType: "text/x",
      Metadata: { a: "b" },
    });
    const [first, second] = [mebibytes(5), mebibytes(1)];
    const one = await send(1, first);
    await send(2, first);
    await aws.restart();
    const two = await send(2, second);
    const { Parts } = await s3.send(new ListPartsCommand(upload));
    expect(Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, first.length],
      [2, second.length],
    ]);
    const done = await complete([one, two]);
    const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest();
    const joined = md5(Buffer.concat([md5(first), md5(second)])).toString("hex");
    expect(done.ETag).toBe(`"${joined}-2"`);
    expect(await bytesOf("a/b")).toEqual(Buffer.concat([first, second]));
    expect(await bytesOf("a/b", { PartNumber: 2 })).toEqual(second);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "a/b" }));
    expect(head).toMatchObject({ ContentType: "text/x", Metadata: { a: "b" }, ETag: done.ETag });
    // a client that has not heard the answer asks again
    expect((await complete([one, two])).ETag).toBe(done.ETag);
    await expect(s3.send(new ListPartsCommand(upload))).rejects.toMatchObject({
      name: "NoSuchUpload",
    });
  });

  it("is refused when parts are wrong, too small, out of order or not there, and goes on", async () => {
    const { send, complete } = await begin("wrong");
    const [one, two] = [await send(1, Buffer.from("small")), await send(2, Buffer.from("last"))];
    await expect(complete([one, two])).rejects.toMatchObject({ name: "EntityTooSmall" });
    await expect(complete([two, one])).rejects.toMatchObject({ name: "InvalidPartOrder" });
    await expect(complete([{ ...one, ETag: two.ETag }])).rejects.toMatchObject({
      name: "InvalidPart",
    });
    await expect(complete([{ ...one, PartNumber: 3 }])).rejects.toMatchObject({
      name: "InvalidPart",
    });
    await expect(complete([one], { MpuObjectSize: 9 })).rejects.toMatchObject({
      name: "InvalidRequest",
    });
    await s3.send(new PutObjectCommand({ Bucket, Key: "wrong", Body: "there" }));
    await expect(complete([one], { IfNoneMatch: "*" })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    await complete([two]);
    expect((await bytesOf("wrong")).toString()).toBe("last");
  });

  it("takes a part that is named twice as it was sent last", async () => {
    const { send, complete } = await begin("twice");
    const [first, latest] = [
      await send(1, Buffer.from("first")),
      await send(1, Buffer.from("latest")),
    ];
    await expect(complete([latest, first])).rejects.toMatchObject({ name: "InvalidPart" });
    await complete([first, latest]);
    expect((await bytesOf("twice")).toString()).toBe("latest");
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "twice", PartNumber: 1 }));
    expect(head).toMatchObject({ PartsCount: 1, ContentLength: 6 });
  });

  it("gives no part that it did not have, as an object that came whole", async () => {
    const { send, complete } = await begin("one");
    await complete([await send(3, Buffer.from("part"))]);
    await s3.send(new PutObjectCommand({ Bucket, Key: "whole", Body: "whole" }));
    for (const Key of ["one", "whole"])
      await expect(bytesOf(Key, { PartNumber: 2 })).rejects.toMatchObject({
        name: "InvalidPart",
        $metadata: { httpStatusCode: 400 },
      });
    expect((await bytesOf("whole", { PartNumber: 1 })).toString()).toBe("whole");
    expect((await bytesOf("one", { PartNumber: 3 })).toString()).toBe("part");
  });

  it("is listed by common prefixes, a page at a time, each upload once", async () => {
    const keys = ["d/a", "d/b/1", "d/b/2", "d/c", "d/c", "d/c", "d/e/1"];
    const uploads = [];
    for (const key of keys) uploads.push((await begin(key)).upload);
    for (const MaxUploads of [1, 2, 3, 100]) {
      const shown: (string | undefined)[] = [];
      let at: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
      for (;;) {
        const how = { Bucket, Prefix: "d/", Delimiter: "/", MaxUploads, ...at };
        const page = await s3.send(new ListMultipartUploadsCommand(how));
        const ofUploads = page.Uploads?.map((one) => `${one.Key} ${one.UploadId}`) ?? [];
        const ofPrefixes = page.CommonPrefixes?.map((one) => one.Prefix) ?? [];
        expect(ofUploads.length + ofPrefixes.length).toBeLessThanOrEqual(MaxUploads);
        shown.push(...ofUploads, ...ofPrefixes);
        if (page.IsTruncated !== true) break;
        at = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
      }
      const whole = uploads.flatMap(({ Key, UploadId }) =>
        Key.startsWith("d/b/") || Key.startsWith("d/e/") ? [] : [`${Key} ${UploadId}`],
      );
      expect(shown.toSorted()).toEqual([...whole, "d/b/", "d/e/"].toSorted());
    }
    for (const upload of uploads) await s3.send(new AbortMultipartUploadCommand(upload));
  });

  it("is listed until it is aborted, for its owner alone", async () => {
    const { send, upload } = await begin("listed");
    await send(1, Buffer.from("part"));
    const list = async () =>
      (await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? [];
    expect((await list()).map(({ Key }) => Key)).toContain("listed");
    await s3.send(new AbortMultipartUploadCommand(upload));
    expect((await list()).map(({ Key }) => Key)).not.toContain("listed");
    await expect(send(1, Buffer.from("part"))).rejects.toMatchObject({ name: "NoSuchUpload" });
  });

  it("copies parts of other objects", async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "source ä", Body: "0123456789" }));
    const { upload, complete } = await begin("of copies");
    const CopySource = `${Bucket}/${encodeURIComponent("source ä")}`;
    const copy = { ...upload, PartNumber: 1, CopySource };
    const copied = await s3.send(
      new UploadPartCopyCommand({ ...copy, CopySourceRange: "bytes=2-4" }),
    );
    const past = new UploadPartCopyCommand({ ...copy, CopySourceRange: "bytes=2-10" });
    await expect(s3.send(past)).rejects.toMatchObject({ name: "InvalidRange" });
    await complete([{ PartNumber: 1, ETag: copied.CopyPartResult?.ETag }]);
    expect((await bytesOf("of copies")).toString()).toBe("234");
  });

  it.each(["COMPOSITE", "FULL_OBJECT"] as const)("has a checksum: %s", async (ChecksumType) => {
    const { send, complete } = await begin(ChecksumType, {
      ChecksumAlgorithm: "CRC32",
      ChecksumType,
    });
    const bytes = [mebibytes(5), Buffer.from("end")] as const;
    const parts = [await send(1, bytes[0]), await send(2, bytes[1])];
    const crc = (data: Buffer): Buffer => {
      const value = Buffer.alloc(4);
      value.writeUInt32BE(crc32(data));
      return value;
    };
    const isWhole = ChecksumType === "FULL_OBJECT";
    const of = Buffer.concat(isWhole ? [...bytes] : bytes.map(crc));
    const whole = crc(of).toString("base64") + (isWhole ? "" : "-2");
    const wrong = complete(parts, { ChecksumCRC32: "AAAAAA==" });
    await expect(wrong).rejects.toMatchObject({ name: "BadDigest" });
    const { ChecksumCRC32 } = await complete(parts, { ChecksumCRC32: whole });
    expect(ChecksumCRC32).toBe(whole);
    const asked = {
      Bucket,
      Key: ChecksumType,
      ObjectAttributes: ["Checksum", "ObjectParts", "ObjectSize"] as const,
    };
    const found = await s3.send(
      new GetObjectAttributesCommand({ ...asked, ObjectAttributes: [...asked.ObjectAttributes] }),
    );
    expect(found.Checksum).toEqual({ ChecksumCRC32, ChecksumType });
    expect(found.ObjectParts?.TotalPartsCount).toBe(2);
    const part = await s3.send(new GetObjectCommand({ Bucket, Key: ChecksumType, PartNumber: 2 }));
    const sent = { ChecksumCRC32: parts[1]?.ChecksumCRC32, ChecksumType, PartsCount: 2 };
    expect(part).toMatchObject(sent);
    expect(found.ObjectParts?.Parts).toMatchObject(
      parts.map(({ PartNumber, ChecksumCRC32: sum }) => ({ PartNumber, ChecksumCRC32: sum })),
    );
    expect(ChecksumCRC32?.endsWith("-2")).toBe(ChecksumType === "COMPOSITE");
  });

  it("to the bucket uploads becomes a media file", async () => {
    const { send, complete } = await begin("in parts.mp4", { Bucket: "uploads" });
    const done = await complete([await send(1, Buffer.from("a film"))]);
    const head = await s3.send(new HeadObjectCommand({ Bucket: "uploads", Key: "in parts.mp4" }));
    expect(head).toMatchObject({ ContentLength: 6, ETag: done.ETag });
    await aws.withLibrary(async (library) => {
      expect(await library.find("in parts.mp4")).toMatchObject({ sizeBytes: 6, owner: "local" });
    });
    const begun = begin("a/../b.mp4", { Bucket: "uploads" });
    await expect(begun).rejects.toMatchObject({ name: "InvalidArgument" });
  });

  it("ends by itself when nobody completes it, with its bytes", async () => {
    const { send, upload } = await begin("stale");
    await send(1, Buffer.from("part"));
    await aws.withLibrary(async ({ buckets }) => {
      expect(await buckets.tidy(Date.now() + 1)).toBeGreaterThan(0);
    });
    await expect(s3.send(new ListPartsCommand(upload))).rejects.toMatchObject({
      name: "NoSuchUpload",
    });
  });
});
