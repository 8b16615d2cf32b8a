// Runs ceph's s3-tests against a service with an empty library: `npm run s3-tests`. They are fetched for
// the run (S3_TESTS_DIR names a copy that is there already) and are no part of the project. Needs git and
// python3 with venv. All arguments go to pytest, as in `npm run s3-tests -- -k multipart`.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../src/config/config.ts";
import { createLog } from "../src/log/log.ts";
import { openDailies } from "../src/runtime/local.ts";
import { serve } from "../src/runtime/serve.ts";

const commit = "8f0ae7b";
const source = "https://github.com/ceph/s3-tests";
const packages = "boto3 munch isodate pytz httplib2 lxml pytest requests PyYAML";

/** Features that are not offered: by the suite's own markers, and by what a test's name says. */
const markers =
  "bucket_policy bucket_encryption bucket_logging bucket_logging_cleanup cloud_transition cloud_restore encryption " +
  "lifecycle lifecycle_expiration lifecycle_transition object_lock object_ownership versioning tagging s3select " +
  "s3website sse_s3 storage_class sns iam_user iam_account iam_role iam_tenant iam_cross_account user_policy " +
  "group group_policy role_policy session_policy test_of_sts webidentity_test abac_test appendobject " +
  "auth_aws2 target_by_bucket delete_marker fails_on_aws";
const names =
  "acl policy versioning versioned version sse kms encryption lifecycle cors post_object post_ tagging tags logging anon anonymous " +
  "object_lock legal_hold retention website public_block block_public ownership torrent requestpayment " +
  "request_payment storage_class grant access_bucket access_all notification restore raw_get raw_put raw_response usage account";

const cache = join(import.meta.dirname, "../node_modules/.cache/s3-tests");

function fetchSuite(): string {
  const given = process.env["S3_TESTS_DIR"];
  if (given !== undefined) return given;
  const dir = join(cache, commit);
  if (existsSync(join(dir, "s3tests"))) return dir;
  execFileSync("git", ["clone", "--quiet", source, dir], { stdio: "inherit" });
  execFileSync("git", ["-C", dir, "checkout", "--quiet", commit], { stdio: "inherit" });
  return dir;
}

function preparePython(): string {
  const python = join(cache, "venv/bin/python");
  if (existsSync(python)) return python;
  mkdirSync(cache, { recursive: true });
  execFileSync("python3", ["-m", "venv", join(cache, "venv")], { stdio: "inherit" });
  execFileSync(python, ["-m", "pip", "install", "--quiet", ...packages.split(" ")], {
    stdio: "inherit",
  });
  return python;
}

const folder = mkdtempSync(join(tmpdir(), "dailies-s3-tests-"));
const config = readConfig({ dataDir: join(folder, "library") }, {});
const library = await openDailies(config);
await library.pause();
const users = ["main", "alt", "tenant", "iam", "root", "altroot"];
const sectionOf: Record<string, string> = { iam: "iam", root: "iam root", altroot: "iam alt root" };
const sections: string[] = [];
for (const user of users) {
  await library.access.addUser(user);
  const key = await library.access.createKey({ name: "s3-tests", user });
  sections.push(
    `[${sectionOf[user] ?? `s3 ${user}`}]`,
    `display_name = ${user}`,
    `user_id = ${user}`,
    `email = ${user}@example.org`,
    "api_name = us-east-1",
    `access_key = ${key.accessKeyId}`,
    `secret_key = ${key.secretAccessKey}`,
    "tenant = testx",
  );
}
await library.close();
const log = createLog({ write: (text) => text.includes('"level":"error"') && console.error(text) });
const service = await serve(
  config,
  { host: "127.0.0.1", port: 0, watch: [], graceMs: 1_000, aws: { port: 0 } },
  log,
);
const conf = join(folder, "s3tests.conf");
writeFileSync(
  conf,
  [
    "[DEFAULT]",
    "host = 127.0.0.1",
    `port = ${service.awsPort ?? 0}`,
    "is_secure = False",
    "ssl_verify = False",
    "[fixtures]",
    "bucket prefix = dailies-{random}-",
    "iam name prefix = s3-tests-",
    "iam path prefix = /s3-tests/",
    ...sections,
    "",
  ].join("\n"),
);
const python = preparePython();
const suite = fetchSuite();
const either = (words: string): string => words.split(" ").join(" or ");
const child = spawn(
  python,
  [
    "-m",
    "pytest",
    "s3tests/functional/test_s3.py",
    "s3tests/functional/test_headers.py",
    "-q",
    "-rf",
    "--tb=line",
    "-W",
    "ignore",
    "-p",
    "no:cacheprovider",
    "-m",
    `not (${either(markers)})`,
    "-k",
    `not (${either(names)})`,
    ...process.argv.slice(2),
  ],
  {
    cwd: suite,
    stdio: "inherit",
    env: { ...process.env, S3TEST_CONF: conf, PYTHONDONTWRITEBYTECODE: "1" },
  },
);
const code = await new Promise<number>((resolve) =>
  child.once("close", (status) => resolve(status ?? 1)),
);
await service.stop();
rmSync(folder, { recursive: true });
process.exitCode = code;
