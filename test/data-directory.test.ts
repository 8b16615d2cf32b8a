import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync } from "node:fs";
import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dailies } from "./support/command.ts";
import { startServing, stopServing } from "./support/serving.ts";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "dailies-data-"))));
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 5 }));

/** Paths below a folder that other users can reach and access. */
function openToOthers(dataDir: string): string[] {
  const found: string[] = [];
  const walk = (at: string): void => {
    for (const name of readdirSync(at)) {
      const path = join(at, name);
      const stat = lstatSync(path);
      if ((stat.mode & 0o077) === 0) continue;
      found.push(path.slice(dataDir.length + 1));
      if (stat.isDirectory()) walk(path);
    }
  };
  walk(dataDir);
  return found;
}

/** Makes a library in a folder that all users may read, as `mkdir` makes it. */
async function openLibrary(name: string): Promise<string> {
  const dataDir = join(folder, name);
  mkdirSync(dataDir);
  chmodSync(dataDir, 0o755);
  const file = join(folder, "a.mp4");
  writeFileSync(file, "no video");
  const { exitCode } = await dailies(dataDir, "process", file);
  expect(exitCode).toBe(2);
  return dataDir;
}

describe("a data directory that other users may read", () => {
  it("contains nothing that they may read", async () => {
    const dataDir = await openLibrary("made-by-hand");
    const serving = await startServing(dataDir);
    try {
      await fetch(`${serving.url}/v1/objects/b.mp4`, { method: "PUT", body: "no video either" });
      await fetch(`${serving.url}/v1/uploads`, {
        method: "POST",
        headers: { "tus-resumable": "1.0.0", "upload-length": "9", "upload-metadata": "name Yw==" },
      });
      expect(readdirSync(dataDir)).toEqual(
        expect.arrayContaining(["dailies.db", "dailies.db-wal", "incoming", "objects"]),
      );
      expect(openToOthers(dataDir)).toEqual([]);
    } finally {
      await stopServing(serving);
    }
  });

  it("is reported by doctor with a remedy when an older library is open to others", async () => {
    const dataDir = await openLibrary("from-before");
    const check = async () => {
      const { stdout } = await dailies(dataDir, "doctor", "--json");
      const { checks } = JSON.parse(stdout) as { checks: { name: string; remedy?: string }[] };
      return checks.find(({ name }) => name === "data directory");
    };
    expect(await check()).toMatchObject({ state: "ok" });
    chmodSync(join(dataDir, "objects"), 0o755);
    expect(await check()).toMatchObject({
      state: "warning",
      detail: expect.stringContaining("other users of this machine can read objects in it"),
      remedy: `chmod -R go-rwx ${dataDir}`,
    });
    chmodSync(dataDir, 0o700);
    expect(await check()).toMatchObject({ state: "ok" });
  });
});

describe("a lost catalog", () => {
  it("is not created again over existing objects: commands and the service refuse to start", async () => {
    const dataDir = await openLibrary("lost");
    const file = join(dataDir, "dailies.db");
    for (const end of ["-wal", "-shm"]) rmSync(`${file}${end}`, { force: true });
    for (const lose of [() => truncateSync(file), () => rmSync(file)]) {
      lose();
      for (const command of [["ls"], ["serve", "--port", "0"]]) {
        const { exitCode, stderr } = await dailies(dataDir, ...command);
        expect(exitCode).toBe(1);
        expect(stderr).toMatch(
          /dailies\.db is (?:gone|empty), but there are objects .*catalog_lost/,
        );
      }
    }
    expect(readdirSync(dataDir)).not.toContain("dailies.db");
    rmSync(join(dataDir, "objects"), { recursive: true });
    expect((await dailies(dataDir, "process", join(folder, "a.mp4"))).exitCode).toBe(2);
  });

  it("makes a running service unready", async () => {
    const dataDir = await openLibrary("lost-later");
    const serving = await startServing(dataDir);
    try {
      const readiness = async () => {
        const answer = await fetch(`${serving.url}/readyz`);
        return [answer.status, await answer.json()];
      };
      await expect.poll(readiness).toEqual([200, { status: "ok" }]);
      renameSync(join(dataDir, "dailies.db"), join(dataDir, "aside.db"));
      expect(await readiness()).toEqual([
        503,
        { status: "unavailable", reasons: ["the catalog's file is gone"] },
      ]);
      writeFileSync(join(dataDir, "dailies.db"), "");
      expect(await readiness()).toMatchObject([503, { status: "unavailable" }]);
      rmSync(join(dataDir, "dailies.db"));
      renameSync(join(dataDir, "aside.db"), join(dataDir, "dailies.db"));
      expect(await readiness()).toEqual([200, { status: "ok" }]);
    } finally {
      await stopServing(serving);
    }
  });
});
