import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackupReport } from "../src/local/backup/backup.ts";
import type { KeyJson, NewKeyJson } from "../src/cli/keys.ts";
import { readConfig } from "../src/config/config.ts";
import { dailies } from "./support/command.ts";
import { filesBelow, lookAt } from "./support/library.ts";
import { furnish, makeLibrary } from "./support/service.ts";

/** The commands for operators, as whole processes. */

let folder: string;
let library: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dailies-operate-"));
  library = join(folder, "library");
  await makeLibrary(library, ["ada"]);
  await furnish(library, { name: "a/talk.mp4", owner: "ada", word: "zanzibar" });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("dailies keys", () => {
  it("makes a key, lists it without its secrets, and revokes it", async () => {
    const args = ["keys", "create", "cam", "--user", "ada", "--scopes", "write", "--expires", "2h"];
    const created = await dailies(library, ...args, "--json");
    expect(created.exitCode).toBe(0);
    const key = JSON.parse(created.stdout) as NewKeyJson;
    expect(key).toMatchObject({ name: "cam", user: "ada", scopes: ["write"], state: "valid" });
    expect(key.token).toContain(key.accessKeyId);
    const listed = await dailies(library, "keys", "ls", "--user", "ada", "--json");
    const found = (JSON.parse(listed.stdout) as { keys: KeyJson[] }).keys;
    expect(found.map(({ name }) => name)).toEqual(["ada's", "cam"]);
    expect(listed.stdout).not.toContain(key.secretAccessKey);
    expect(listed.stdout).not.toContain(key.token);
    const revoked = await dailies(library, "keys", "revoke", key.accessKeyId);
    expect(revoked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("1 key") });
  });

  it("reports the error and makes no key", async () => {
    for (const [args, what] of [
      [["keys", "create", "x", "--scopes", "all"], /invalid_argument/],
      [["users", "rm", "ada"], /owns media/],
    ] as const) {
      const ended = await dailies(library, ...args);
      expect(ended, args.join(" ")).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(what),
      });
    }
  });
});

describe("dailies serve", () => {
  it("does not listen where other machines could connect without a key", async () => {
    const empty = join(folder, "empty");
    const refused = await dailies(empty, "serve", "--host", "0.0.0.0", "--port", "0");
    expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
    expect(refused.stderr).toMatch(/keys create.*\(not_safe\)/);
  });
});

describe("dailies backup and restore", () => {
  it("restore the library in another folder, with correct exit codes", async () => {
    const backup = join(folder, "backup");
    const first = await dailies(library, "backup", backup, "--json");
    expect(first.exitCode).toBe(0);
    const report = JSON.parse(first.stdout) as BackupReport;
    expect(report).toMatchObject({ missing: [], withKeys: false });
    expect(report.objects).toBe(report.copied);
    expect(statSync(backup).mode & 0o077).toBe(0);
    expect(filesBelow(backup).filter((path) => path.includes("master.key"))).toEqual([]);

    const again = join(folder, "again");
    expect(await dailies(again, "restore", backup)).toMatchObject({ exitCode: 0 });
    expect(lookAt(again)).toEqual(lookAt(library));

    const object = filesBelow(join(backup, "objects"))[0] ?? "";
    writeFileSync(join(backup, "objects", object), "changed");
    const damaged = await dailies(join(folder, "damaged"), "restore", backup, "--json");
    expect(damaged.exitCode).toBe(2);
    expect((JSON.parse(damaged.stdout) as { missing: string[] }).missing).toHaveLength(1);
  });
});

describe("settings", () => {
  const read = (settings: object) => {
    const dataDir = mkdtempSync(join(folder, "config-"));
    writeFileSync(join(dataDir, "config.json"), JSON.stringify(settings));
    return readConfig({ dataDir }, {});
  };

  it("require keys when publicUrl is on another host", () => {
    expect(read({}).security).toEqual({
      requireKeys: false,
      trustLocalUsers: false,
      origins: [],
    });
    expect(read({ publicUrl: "https://dailies.example" }).security.requireKeys).toBe(true);
    expect(read({ publicUrl: "http://localhost:4700" }).security.requireKeys).toBe(false);
    const rate = { perSecond: 5, burst: 10 };
    const origins = ["https://player.example", "http://localhost:3000"];
    expect(read({ requireKeys: true, rateLimit: rate, cors: { origins } }).security).toEqual({
      requireKeys: true,
      trustLocalUsers: false,
      rate,
      origins,
    });
  });

  it("are refused with their name", () => {
    for (const [settings, key] of [
      [{ requireKeys: "yes" }, /requireKeys/],
      [{ cors: ["https://x.example"] }, /cors/],
      [{ cors: { origins: ["*"] } }, /cors\.origins/],
      [{ cors: { origins: ["https://x.example/"] } }, /cors\.origins/],
      [{ cors: { origins: ["null"] } }, /cors\.origins/],
      [{ cors: { credentials: true } }, /cors\.credentials/],
      [{ rateLimit: { perSecond: 0, burst: 1 } }, /rateLimit\.perSecond/],
      [{ rateLimit: { perSecond: 1 } }, /rateLimit\.burst/],
    ] as const)
      expect(() => read(settings), JSON.stringify(settings)).toThrow(key);
  });
});
