import { InvalidArgumentError, type Command } from "commander";
import type { Scope } from "../access/access.ts";
import { scopes } from "../access/access.ts";
import type { AwsEnvOptions } from "./aws-env.ts";
import { examples, type Go } from "./command.ts";

function parseScopes(value: string): readonly Scope[] {
  const named = new Set(value.split(",").map((scope) => scope.trim()));
  const chosen = scopes.filter((scope) => named.has(scope));
  if (chosen.length === named.size) return chosen;
  throw new InvalidArgumentError(`Allowed choices are ${scopes.join(", ")}.`);
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90d`, `12h`, `30m` from now, or a date and time. */
export function parseEnd(value: string, now = Date.now()): number {
  const [, number, unit = ""] = /^(\d{1,6})([mhd])$/.exec(value) ?? [];
  const end =
    number === undefined
      ? Date.parse(/^\d{4}-\d\d-\d\d/.test(value) ? value : "")
      : now + Number(number) * (units[unit] ?? Number.NaN);
  if (end > now) return end;
  throw new InvalidArgumentError("It must lie ahead: 90d, 12h, or a date such as 2027-01-31.");
}

function addKeys(program: Command, go: Go): void {
  const keys = program.command("keys").description("make, list and revoke keys for programs");
  keys
    .command("create")
    .description("make a key; its secrets are shown only once")
    .argument("<name>", "what it is for")
    .option("--user <user>", "the user whose media files it opens (default: local)")
    .option("--scopes <scopes>", "some of read,write,admin (default: read,write)", parseScopes)
    .option("--expires <when>", "when it expires: 90d, 12h, 2027-01-31 (default: never)", (value) =>
      parseEnd(value),
    )
    .addHelpText(
      "after",
      examples(
        "keys create player --scopes read",
        "users add ada",
        "keys create camera --user ada --expires 90d",
      ),
    )
    .action((name: string, options: object, command: Command) =>
      go(command, async (context) => (await import("./keys.ts")).createKey(context, name, options)),
    );
  keys
    .command("ls")
    .alias("list")
    .description("list keys, without their secrets")
    .option("--user <user>", "only this user's keys")
    .action((options: object, command: Command) =>
      go(command, async (context) => (await import("./keys.ts")).listKeys(context, options)),
    );
  keys
    .command("revoke")
    .description("revoke a key at once, with all keys that were made with it")
    .argument("<access-key-id>", "as `keys ls` lists it")
    .action((id: string, _options: object, command: Command) =>
      go(command, async (context) => (await import("./keys.ts")).revokeKey(context, id)),
    );
}

function addUsers(program: Command, go: Go): void {
  const users = program
    .command("users")
    .description("add, list and remove users, who own media files");
  users
    .command("add")
    .description("add a user")
    .argument("<user>", "a–z, 0–9, dot, hyphen, underscore")
    .action((id: string, _options: object, command: Command) =>
      go(command, async (context) => (await import("./users.ts")).addUser(context, id)),
    );
  users
    .command("ls")
    .alias("list")
    .description("list users")
    .action((_options: object, command: Command) =>
      go(command, async (context) => (await import("./users.ts")).listUsers(context)),
    );
  users
    .command("rm")
    .description("remove a user who owns no media files, with their keys")
    .argument("<user>", "as `users ls` lists it")
    .action((id: string, _options: object, command: Command) =>
      go(command, async (context) => (await import("./users.ts")).removeUser(context, id)),
    );
}

function addBackups(program: Command, go: Go): void {
  program
    .command("backup")
    .description("copy the library into a folder, also while it is in use")
    .argument("<dir>", "a new folder, or an earlier backup to update")
    .option("--verify", "read the files of earlier runs too, and copy changed ones again")
    .option("--with-keys", "copy the master key too; then the backup opens all secrets")
    .addHelpText("after", examples("backup /mnt/backup/dailies", "backup nightly --verify"))
    .action((dir: string, options: object, command: Command) =>
      go(command, async (context) => (await import("./backup.ts")).backup(context, dir, options)),
    );
  program
    .command("restore")
    .description("restore a backup into a data directory that is empty or new")
    .argument("<from>", "a folder that `backup` wrote")
    .addHelpText("after", examples("restore /mnt/backup/dailies --data-dir restored"))
    .action((from: string, _options: object, command: Command) =>
      go(command, async (context) => (await import("./restore.ts")).restore(context, from)),
    );
}

function addAwsEnv(program: Command, go: Go): void {
  program
    .command("aws-env")
    .description("print the variables that AWS's programs need for `serve --aws-port`")
    .option("--export", 'as commands of a shell: eval "$(dailies aws-env --export)"')
    .option("--endpoint <url>", "where the service listens", "http://127.0.0.1:4701")
    .option("--user <user>", "whose key (default: local)")
    .addHelpText("after", examples("aws-env --export"))
    .action((options: AwsEnvOptions, command: Command) =>
      go(command, async (context) => (await import("./aws-env.ts")).awsEnv(context, options)),
    );
}

/** The commands for running a library for other people. */
export function addOperating(program: Command, go: Go): void {
  addKeys(program, go);
  addAwsEnv(program, go);
  addUsers(program, go);
  addBackups(program, go);
}
