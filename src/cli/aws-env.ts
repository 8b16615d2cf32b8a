import type { Access } from "../access/access.ts";
import { localUser } from "../access/access.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";

export interface AwsEnvOptions {
  readonly endpoint: string;
  /** Default: `local`. */
  readonly user?: string;
  /** As commands of a shell. Default: false. */
  readonly export?: boolean;
}

/** The name of the key that this command makes, and finds again. */
const keyName = "aws-env";

/** The user's key of that name with its secret; a new one where there is none that counts. */
async function keyFor(access: Access, user: string) {
  for (const { name, accessKeyId } of (await access.listKeys(user)).toReversed()) {
    const found = name === keyName ? await access.signer(accessKeyId) : undefined;
    if (found !== undefined) return { accessKeyId, secretAccessKey: found.secretAccessKey };
  }
  return access.createKey({ name: keyName, user });
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** `dailies aws-env`: the variables that AWS's programs read; one document with --json. */
export async function awsEnv(
  { output, withDailies }: Context,
  { endpoint, user = localUser, export: isShell = false }: AwsEnvOptions,
): Promise<number> {
  const key = await withDailies(({ access }) => keyFor(access, user), { create: true });
  const variables = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
  };
  if (output.mode !== "human") output.document(variables);
  else
    output.lines(
      Object.entries(variables).map(([name, value]) =>
        isShell ? `export ${name}=${quoted(value)}` : `${name}=${value}`,
      ),
    );
  return exitCodes.done;
}
