import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startAws, type TestAws } from "../support/aws.ts";
import {
  clientEnv,
  clients,
  describeWith,
  describeWithAwsCli,
  describeWithBoto,
  run,
} from "../support/aws-clients.ts";
import { signAndSend } from "../support/sign.ts";

/** The published clients as they are, against the service as it is. */

let aws: TestAws;
const folder = mkdtempSync(join(tmpdir(), "dailies-aws-clients-"));
beforeAll(async () => {
  aws = await startAws();
});
afterAll(async () => {
  await aws.close();
  rmSync(folder, { recursive: true });
});

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describeWithAwsCli(({ command }) => {
  const cli = (...args: string[]) =>
    run(command, ["--endpoint-url", aws.endpoint, ...args], clientEnv(aws));

  it("makes a bucket, puts, lists, gets and deletes", async () => {
    await cli("s3", "mb", "s3://by-aws-cli");
    await cli("s3", "cp", file("a.txt", "hello"), "s3://by-aws-cli/dir/ä +%.txt");
    expect(await cli("s3", "ls", "s3://by-aws-cli", "--recursive")).toMatch(
      / 5 dir\/ä \+%\.txt\n$/,
    );
    expect(await cli("s3", "cp", "s3://by-aws-cli/dir/ä +%.txt", "-")).toBe("hello");
    await cli("s3", "rb", "s3://by-aws-cli", "--force");
  }, 120_000);
});

describeWithBoto(({ command }) => {
  const python = (program: string) =>
    run(command, ["-"], { ...clientEnv(aws), ENDPOINT: aws.endpoint }, `${prelude}\n${program}`);
  const prelude = `
import boto3, json, os
from botocore.exceptions import ClientError
s3 = boto3.client("s3", endpoint_url=os.environ["ENDPOINT"])
def refused(call, **args):
    try: call(**args)
    except ClientError as error: return error.response["Error"]["Code"]
    return "done"
`;

  it("puts, gets, lists and deletes", async () => {
    const out = await python(`
s3.create_bucket(Bucket="by-boto", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
assert s3.get_bucket_location(Bucket="by-boto")["LocationConstraint"] == "eu-west-1"
put = s3.put_object(Bucket="by-boto", Key="a/b c", Body=b"hello", Metadata={"who": "me"}, ContentType="text/x", CacheControl="no-store")
got = s3.get_object(Bucket="by-boto", Key="a/b c")
assert got["Body"].read() == b"hello" and got["ETag"] == put["ETag"] == '"5d41402abc4b2a76b9719d911017c592"'
assert got["Metadata"] == {"who": "me"} and got["ContentType"] == "text/x" and got["CacheControl"] == "no-store"
for number in range(7): s3.put_object(Bucket="by-boto", Key=f"n/{number}", Body=b"")
pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket="by-boto", Prefix="n/", PaginationConfig={"PageSize": 3}))
assert [[one["Key"] for one in page["Contents"]] for page in pages] == [["n/0", "n/1", "n/2"], ["n/3", "n/4", "n/5"], ["n/6"]]
shown = s3.list_objects(Bucket="by-boto", Delimiter="/")
assert [one["Prefix"] for one in shown["CommonPrefixes"]] == ["a/", "n/"]
assert refused(s3.delete_bucket, Bucket="by-boto") == "BucketNotEmpty"
gone = s3.delete_objects(Bucket="by-boto", Delete={"Objects": [{"Key": one["Key"]} for one in s3.list_objects_v2(Bucket="by-boto")["Contents"]]})
assert len(gone["Deleted"]) == 8 and "Errors" not in gone
s3.delete_bucket(Bucket="by-boto")
assert refused(s3.list_objects_v2, Bucket="by-boto") == "NoSuchBucket"
assert refused(s3.get_bucket_policy, Bucket="uploads") == "NotImplemented"
who = boto3.client("sts", endpoint_url=os.environ["ENDPOINT"]).get_caller_identity()
assert who["UserId"] == os.environ["AWS_ACCESS_KEY_ID"] and who["Arn"].endswith(":user/local")
print("done")`);
    expect(out).toBe("done\n");
  });

  it("uploads 100 MB in parts at the same time, and downloads them", async () => {
    const out = await python(`
import hashlib, io
data = os.urandom(1000000) * 100
s3.create_bucket(Bucket="large")
s3.upload_fileobj(io.BytesIO(data), "large", "100 MB")
back = io.BytesIO()
s3.download_fileobj("large", "100 MB", back)
assert hashlib.sha256(back.getvalue()).digest() == hashlib.sha256(data).digest()
head = s3.head_object(Bucket="large", Key="100 MB")
assert head["ContentLength"] == len(data) and head["ETag"].endswith('-12"'), head["ETag"]
s3.delete_object(Bucket="large", Key="100 MB"); s3.delete_bucket(Bucket="large")
print("done")`);
    expect(out).toBe("done\n");
  });
});

/** A folder with odd names, and files of several sizes; 20 MiB goes in parts. */
function makeTree(name: string): string {
  const dir = join(folder, name);
  mkdirSync(join(dir, "dir/deep ä"), { recursive: true });
  for (const odd of ["a.txt", "dir/b+c & d%.txt", "dir/deep ä/e'f=g.txt", "dir/(h).txt"])
    writeFileSync(join(dir, odd), `content of ${odd}`);
  writeFileSync(join(dir, "empty"), "");
  writeFileSync(join(dir, "large.bin"), randomBytes(20 * 1024 ** 2));
  return dir;
}

describeWith("rclone", clients.rclone, ({ command }) => {
  it("syncs a folder there and back, and finds no difference", async () => {
    const env = {
      ...clientEnv(aws),
      RCLONE_CONFIG_D_TYPE: "s3",
      RCLONE_CONFIG_D_PROVIDER: "Other",
      RCLONE_CONFIG_D_ENV_AUTH: "true",
      RCLONE_CONFIG_D_ENDPOINT: aws.endpoint,
      RCLONE_CONFIG: "/dev/null",
      RCLONE_S3_CHUNK_SIZE: "5M",
      RCLONE_S3_UPLOAD_CUTOFF: "6M",
    };
    const rclone = (...args: string[]) => run(command, args, env);
    const dir = makeTree("rclone");
    await rclone("sync", dir, "D:by-rclone");
    await rclone("check", "--download", dir, "D:by-rclone");
    await rclone("copyto", "D:by-rclone/a.txt", "D:by-rclone/copy of a.txt");
    const listed = (await rclone("lsf", "-R", "--files-only", "D:by-rclone")).trim().split("\n");
    expect(listed.toSorted()).toEqual([
      "a.txt",
      "copy of a.txt",
      "dir/(h).txt",
      "dir/b+c & d%.txt",
      "dir/deep ä/e'f=g.txt",
      "empty",
      "large.bin",
    ]);
    rmSync(join(dir, "a.txt"));
    await rclone("sync", dir, "D:by-rclone");
    expect(await rclone("lsf", "D:by-rclone")).toBe("dir/\nempty\nlarge.bin\n");
    await rclone("purge", "D:by-rclone");
    expect(await rclone("lsf", "D:")).toBe("outputs/\nuploads/\n");
  });
});

describeWith("s3cmd", clients.s3cmd, ({ command }) => {
  it("syncs, lists, copies, gets and deletes", async () => {
    const { host } = new URL(aws.endpoint);
    const options = [
      "--config=/dev/null",
      "--no-ssl",
      `--host=${host}`,
      `--host-bucket=${host}`,
      `--access_key=${aws.key.accessKeyId}`,
      `--secret_key=${aws.key.secretAccessKey}`,
      "--region=us-east-1",
      "--multipart-chunk-size-mb=5",
      "--no-progress",
    ];
    const s3cmd = (...args: string[]) => run(command, [...options, ...args], {});
    const dir = makeTree("s3cmd");
    await s3cmd("mb", "s3://by-s3cmd");
    await s3cmd("sync", `${dir}/`, "s3://by-s3cmd/");
    await s3cmd("cp", "s3://by-s3cmd/dir/b+c & d%.txt", "s3://by-s3cmd/copied.txt");
    const back = join(folder, "s3cmd-back");
    mkdirSync(back);
    await s3cmd("sync", "s3://by-s3cmd/", `${back}/`);
    for (const name of ["dir/deep ä/e'f=g.txt", "large.bin", "empty"])
      expect(readFileSync(join(back, name)).equals(readFileSync(join(dir, name))), name).toBe(true);
    expect(readFileSync(join(back, "copied.txt"), "utf8")).toBe("content of dir/b+c & d%.txt");
    await s3cmd("rb", "--recursive", "--force", "s3://by-s3cmd");
    expect(await s3cmd("ls")).not.toContain("by-s3cmd");
  });
});

it("an upload to the bucket uploads is a media file with its first job, and goes with all that was made", async () => {
  const send = (method: string, body = "") =>
    signAndSend(aws.endpoint, aws.key, { method, path: "/uploads/a/talk.mp4", body });
  expect((await send("PUT", "a film")).status).toBe(200);
  const headers = { authorization: `Bearer ${aws.key.token}` };
  const shown = await fetch(`${aws.url}/v1/media/a%2Ftalk.mp4`, { headers });
  expect(await shown.json()).toMatchObject({
    name: "a/talk.mp4",
    sizeBytes: 6,
    state: "processing",
  });
  const jobs = await fetch(`${aws.url}/v1/jobs`, { headers });
  expect(await jobs.json()).toMatchObject({ items: [{ step: "probe", name: "a/talk.mp4" }] });
  expect((await send("DELETE")).status).toBe(204);
  expect((await fetch(`${aws.url}/v1/media/a%2Ftalk.mp4`, { headers })).status).toBe(404);
});
