import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAws, type TestAws } from "../support/aws.ts";
import { clientEnv, clients, describeWith, run } from "../support/aws-clients.ts";

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

describeWith("aws-cli", clients.aws, ({ command }) => {
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
    expect(await cli("s3", "ls")).toMatch(/outputs\n.*uploads\n$/);
  });

  it("asks who it is", async () => {
    const who = JSON.parse(await cli("sts", "get-caller-identity")) as Record<string, string>;
    expect(who["UserId"]).toBe(aws.key.accessKeyId);
    expect(who["Arn"]).toMatch(/^arn:aws:iam::\d{12}:user\/local$/);
  });
});

describe.each(clients.pythons)("$name", ({ command }) => {
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
print("done")`);
    expect(out).toBe("done\n");
  });
});

describe("an upload to the bucket uploads", () => {
  it("is a media file with its first job, and goes with all that was made of it", async () => {
    const [client] = clients.pythons;
    if (client === undefined) return;
    const python = (program: string) =>
      run(client.command, ["-c", program], { ...clientEnv(aws), ENDPOINT: aws.endpoint });
    const connect = `import boto3, os; s3 = boto3.client("s3", endpoint_url=os.environ["ENDPOINT"]);`;
    await python(`${connect} s3.put_object(Bucket="uploads", Key="a/talk.mp4", Body=b"a film")`);
    const headers = { authorization: `Bearer ${aws.key.token}` };
    const shown = await fetch(`${aws.url}/v1/media/a%2Ftalk.mp4`, { headers });
    expect(await shown.json()).toMatchObject({
      name: "a/talk.mp4",
      sizeBytes: 6,
      state: "processing",
    });
    const jobs = await fetch(`${aws.url}/v1/jobs`, { headers });
    expect(await jobs.json()).toMatchObject({ items: [{ step: "probe", name: "a/talk.mp4" }] });
    await python(`${connect} s3.delete_object(Bucket="uploads", Key="a/talk.mp4")`);
    expect((await fetch(`${aws.url}/v1/media/a%2Ftalk.mp4`, { headers })).status).toBe(404);
  });
});
