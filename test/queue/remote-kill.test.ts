import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createIdSource, newSession } from "../../src/media/ids.ts";
import { runEnded } from "../../src/pipeline.ts";
import { createSqliteCatalog } from "../../src/state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../../src/state/sqlite/open.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import { putMedia } from "./processes.ts";
import { remoteSteps, unreliable } from "./remote-steps.ts";

const program = fileURLToPath(new URL("./remote-process.ts", import.meta.url));
const mediaFiles = 12;
const kills = 8;

describe("work that finishes elsewhere, with processes that are killed", () => {
  let folder: string;
  const children = new Set<ChildProcess>();
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "dailies-remote-kill-"))));
  afterEach(() => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  async function start(): Promise<ChildProcess> {
    const paths = ["library.db", "provider.db", "work"].map((name) => join(folder, name));
    const flags = ["--disable-warning=ExperimentalWarning"];
    const child = spawn(process.execPath, [...flags, program, ...paths], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.add(child);
    await once(child.stdout, "data");
    return child;
  }
  async function kill(child: ChildProcess): Promise<void> {
    child.kill("SIGKILL");
    await once(child, "exit");
    children.delete(child);
  }

  // An attempt whose provider is silent is given up after a minute.
  it(
    "ends each media file exactly once, and begins no attempt twice",
    { timeout: 120_000 },
    async () => {
      const provider = createFakeProvider({ path: join(folder, "provider.db"), ...unreliable });
      const database = openDatabase(join(folder, "library.db"));
      const catalog = createSqliteCatalog({ database, whenEnded: runEnded });
      const newId = createIdSource(newSession());
      const names = Array.from({ length: mediaFiles }, (_, index) => `media-${index}`);
      for (const name of names) await putMedia(catalog, { name, version: newId() }, remoteSteps);

      const pair = [await start(), await start()];
      for (let killed = 0; killed < kills; killed += 1) {
        await sleep(50 + ((killed * 83) % 300));
        const victim = pair.shift();
        if (victim !== undefined) await kill(victim);
        pair.push(await start());
      }
      const isOpen = async () =>
        (await catalog.listMedia({})).some(({ state }) => state === "processing");
      for (let waited = 0; (await isOpen()) && waited < 900; waited += 1) await sleep(100);

      for (const name of names) {
        const jobs = await catalog.listJobs({ name });
        expect(jobs.filter(({ state }) => state === "queued" || state === "running")).toEqual([]);
        const types = (await catalog.listEvents(name)).map(({ event }) => event.type);
        const ends = types.filter((type) => type === "media.ready" || type === "media.failed");
        expect(ends).toHaveLength(1);
        const succeeded = jobs.filter(({ state }) => state === "succeeded").length;
        expect(ends[0]).toBe(succeeded === jobs.length ? "media.ready" : "media.failed");
        const attempts = await catalog.listAttempts(name);
        expect(attempts.filter(({ outcome }) => outcome === undefined)).toEqual([]);
      }
      expect([...provider.calls().values()].filter((count) => count > 1)).toEqual([]);
      for (const child of pair) await kill(child);
      expect(
        database.prepare("SELECT * FROM held_slots WHERE external_id IS NOT NULL").all(),
      ).toEqual([]);
      provider.close();
      await catalog.close();
    },
  );
});
