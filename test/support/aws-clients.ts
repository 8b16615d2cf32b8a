import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import type { TestAws } from "./aws.ts";

/** A published client that is installed here. */
export interface AwsClient {
  readonly name: string;
  /** The program, with the arguments that come first. */
  readonly command: readonly string[];
}

function answer(command: readonly string[], ...args: string[]): string | undefined {
  const [program = "", ...first] = command;
  try {
    return execFileSync(program, [...first, ...args], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return undefined;
  }
}

/** The first of these that starts, with its version in its name. */
function found(
  name: string,
  versionArgs: string[],
  ...commands: string[][]
): AwsClient | undefined {
  for (const command of commands) {
    const [, version] = /(\d+\.\d+(?:\.\d+)?)/.exec(answer(command, ...versionArgs) ?? "") ?? [];
    if (version !== undefined) return { name: `${name} ${version}`, command };
  }
  return undefined;
}

const boto = ["-c", "import boto3; print(boto3.__version__)"];

/** Where the setup puts today's boto3 and aws-cli for CI. */
const own = (program: string): string =>
  fileURLToPath(new URL(`../../node_modules/.cache/aws-clients/bin/${program}`, import.meta.url));

/** Each of a client's versions that is here, once. */
function foundAll(name: string, versionArgs: string[], paths: readonly string[]): AwsClient[] {
  const there = paths.filter((path) => !path.startsWith("/") || existsSync(path));
  const all = there.flatMap((path) => found(name, versionArgs, [path]) ?? []);
  return all.filter((client, at) => all.findIndex((one) => one.name === client.name) === at);
}

export const clients = {
  /** The system's, that on the path, and that of the setup. */
  aws: foundAll("aws-cli", ["--version"], ["/usr/bin/aws", "aws", own("aws")]),
  rclone: found("rclone", ["--version"], ["rclone"]),
  s3cmd: found("s3cmd", ["--version"], ["s3cmd"]),
  /** Every boto3: the system's, that of the Python on the path, and that of the setup. */
  pythons: foundAll("boto3", boto, ["/usr/bin/python3", "python3", own("python")]),
};

/** A suite that needs a client. Without it, it is skipped visibly; in CI it fails. */
export function describeWith(
  name: string,
  client: AwsClient | undefined,
  body: (client: AwsClient) => void,
): void {
  if (client !== undefined) describe(client.name, () => body(client));
  else if (process.env["CI"]) describe(name, () => body({ name, command: ["missing", name] }));
  // oxlint-disable-next-line vitest/no-disabled-tests
  else describe.skip(`${name} (not installed)`, () => body({ name, command: [name] }));
}

/** A suite for each version of a client that is here. Without any it is skipped visibly; in CI it fails. */
function describeWithEach(
  name: string,
  all: readonly AwsClient[],
  body: (client: AwsClient) => void,
): void {
  if (all.length === 0) describeWith(name, undefined, body);
  for (const client of all) describeWith(name, client, body);
}

export const describeWithBoto = (body: (client: AwsClient) => void): void =>
  describeWithEach("boto3", clients.pythons, body);

export const describeWithAwsCli = (body: (client: AwsClient) => void): void =>
  describeWithEach("aws-cli", clients.aws, body);

/** The variables that every client reads. */
export const clientEnv = ({ key, endpoint }: Pick<TestAws, "key" | "endpoint">) => ({
  AWS_ACCESS_KEY_ID: key.accessKeyId,
  AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_ENDPOINT_URL: endpoint,
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
});

/** Runs a client to its end. @throws with what it printed when it fails */
export async function run(
  command: readonly string[],
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input = "",
): Promise<string> {
  const [program = "", ...first] = command;
  // of this machine's own settings, the bundle of certificates keeps some clients from starting
  const ownEnv = { ...process.env, AWS_CA_BUNDLE: undefined, AWS_PROFILE: undefined };
  const child = spawn(program, [...first, ...args], { env: { ...ownEnv, ...env } });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => (said[name] += text));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return said.stdout;
  throw new Error(`${program} ${args.join(" ")} ended with ${code}: ${said.stderr}${said.stdout}`);
}
