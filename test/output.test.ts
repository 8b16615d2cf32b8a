import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dailies, dailiesCommand, start } from "./support/command.ts";
import { withCatalog } from "./support/library.ts";

/** Commands whose standard output cannot be written: a full disk, a file that may not grow, no reader, closed. */

const launcher = fileURLToPath(new URL("../bin/dailies", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "dailies-output-"));
const dataDir = join(folder, "library");
beforeAll(async () => {
  expect((await dailies(dataDir, "users", "add", "ada")).exitCode).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly exitCode: number;
  readonly stderr: string;
}

/** Runs a line of a shell, in which `dailies` is `"$@"`. */
function sh(line: string, command: readonly string[], shell = "sh"): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(shell, ["-c", line, "sh", ...command], (_error, _stdout, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, stderr }),
    );
  });
}

const run = (...args: string[]): string[] => [...dailiesCommand, ...args, "--data-dir", dataDir];

const keys = (): string[] =>
  withCatalog(dataDir, (all) => all("SELECT name FROM access_keys ORDER BY name"));

const commands = [
  ["--help"],
  ["--version"],
  ["help", "batch"],
  ["users", "ls"],
  ["users", "ls", "--json"],
  ["keys", "ls", "--json"],
  ["keys", "create", "lost"],
  ["keys", "create", "lost", "--json"],
  ["ls", "--json"],
  ["ls", "--jsonl", "--json"],
  ["jobs", "--json"],
  ["search", "word", "--json"],
  ["show", "none.mp4", "--json"],
  ["notify", "list", "--json"],
  ["reconcile", "--json"],
  ["doctor", "--json"],
  ["models", "ls", "--json"],
];

describe("an output that cannot be written", () => {
  it.runIf(existsSync("/dev/full")).each(commands.map((args) => [args.join(" "), args] as const))(
    "is an error with its code: %s > /dev/full",
    async (_text, args) => {
      const ended = await sh('"$@" > /dev/full', run(...args));
      expect(ended.exitCode, ended.stderr).toBe(1);
      expect(ended.stderr).toMatch(
        /^dailies: the output cannot be written: .*\(disk_full\)\. .+$/m,
      );
      expect(keys()).toEqual([]);
    },
  );

  it("is an error also when the file takes a part of it", async () => {
    const file = join(folder, "part.txt");
    const line = `ulimit -f 1; "$@" > '${file}'`;
    const ended = await sh(line, run("help", "process"));
    expect(ended.exitCode, ended.stderr).toBe(1);
    expect(ended.stderr).toContain("(storage_failed)");
    expect(readFileSync(file).byteLength).toBeLessThanOrEqual(1_024);
    const created = await sh(`ulimit -f 0; "$@" > '${file}'`, run("keys", "create", "lost"));
    expect(created.exitCode).not.toBe(0);
    expect(keys()).toEqual([]);
  });

  it.each([
    ["keys", "create", "lost"],
    ["keys", "create", "lost", "--json"],
    ["users", "ls", "--json"],
    ["--help"],
  ])("is an error when nobody reads it: %s %s %s %s", async (...args) => {
    const running = start(run(...args.filter((arg) => arg !== undefined)));
    running.child.stdout?.destroy();
    expect(await running.ended).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("nobody reads it any more (storage_failed)"),
    });
    expect(keys()).toEqual([]);
  });

  it("is an error when it is closed", async () => {
    const command = [launcher, "keys", "create", "lost", "--data-dir", dataDir];
    const ended = await sh('"$@" >&-', command);
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toContain("it is closed (storage_failed)");
    expect(keys()).toEqual([]);
    const closed = await sh('"$@" 2>&- >/dev/null', [launcher, "--version"]);
    expect(closed.exitCode).toBe(0);
  });

  it("is none when it can: the key is there", async () => {
    const { exitCode, stdout } = await dailies(dataDir, "keys", "create", "kept", "--json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: "kept", token: expect.any(String) });
    expect(keys()).toEqual(["kept"]);
  });
});
