import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { dailies } from "../support/command.ts";
import { startServing, stopServing } from "../support/serving.ts";
import { sendRaw, signAndSend } from "../support/sign.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-aws-command-"));
afterAll(() => rmSync(folder, { recursive: true }));
const dataDir = join(folder, "library");

it("aws-env prints the same key each time, which the service takes", async () => {
  const first = await dailies(dataDir, "aws-env", "--export");
  expect(first.stdout).toMatch(/^export AWS_ENDPOINT_URL='http:\/\/127\.0\.0\.1:4701'\n/);
  const second = await dailies(dataDir, "aws-env", "--json");
  const env = JSON.parse(second.stdout) as Record<string, string>;
  expect(first.stdout).toContain(
    `export AWS_SECRET_ACCESS_KEY='${env["AWS_SECRET_ACCESS_KEY"]}'\n`,
  );

  const serving = await startServing(dataDir, ["--aws-port", "0", "--aws-domain", "s3.test"]);
  const { awsUrl = "" } = JSON.parse(serving.said()) as { awsUrl?: string };
  const key = {
    accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
  };
  expect((await signAndSend(awsUrl, key, { method: "PUT", path: "/box" })).status).toBe(200);
  const listed = await signAndSend("http://box.s3.test", key, { path: "/" }, awsUrl);
  expect(listed.text).toContain("<Name>box</Name>");
  expect((await sendRaw(awsUrl, { path: "/" }, {})).code).toBe("AccessDenied");
  await stopServing(serving);
});

it("serve takes requests without a signature with --anonymous, but no browser's", async () => {
  const serving = await startServing(dataDir, ["--aws-port", "0", "--anonymous"]);
  const { awsUrl = "" } = JSON.parse(serving.said()) as { awsUrl?: string };
  expect((await sendRaw(awsUrl, { path: "/" }, {})).text).toContain("<Name>uploads</Name>");
  for (const headers of [
    { origin: "http://evil.example" },
    { host: "evil.example" },
    { via: "1.1 proxy" },
  ])
    expect((await sendRaw(awsUrl, { path: "/" }, headers)).code).toBe("AccessDenied");
  await stopServing(serving);
});

it.each([
  ["--anonymous without --aws-port", ["--anonymous"], /need --aws-port/],
  [
    "--anonymous where others can connect",
    ["--anonymous", "--aws-port", "0", "--host", "0.0.0.0", "--accept-sandbox", "limits"],
    /--anonymous is for 127\.0\.0\.1 only|not_safe/,
  ],
  ["an input that is no bucket", ["--aws-port", "0", "--input", "No_Bucket"], /cannot be a bucket/],
  ["an input bucket twice", ["--aws-port", "0", "--input", "a-b=outputs"], /named twice/],
])("serve does not start with %s", async (_, args, message) => {
  const { exitCode, stderr } = await dailies(dataDir, "serve", "--port", "0", ...args);
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(message)]);
});
