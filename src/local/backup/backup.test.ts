import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSeal } from "../../access/seal.ts";
import { sqliteCopies } from "../../state/sqlite/copies.ts";
import { openDatabase, transaction } from "../../state/sqlite/open.ts";
import { enterSession, surveySessions } from "../../state/sqlite/sessions.ts";
import { createIdSource, newSession } from "../../media/ids.ts";
import type { ObjectRef } from "../../media/media.ts";
import { createFilesystemObjectStore } from "../../objects/filesystem.ts";
import { putText } from "../../objects/stored.ts";
import { backUp } from "./backup.ts";
import { restore } from "./restore.ts";

const session = newSession();
const newVersion = createIdSource(session);
const storeIn = (dir: string) => createFilesystemObjectStore({ dir, newVersion });
const stores = { storeIn, copies: sqliteCopies };

let folder: string;
let database: ReturnType<typeof openDatabase>;
const at = (...path: string[]) => join(folder, ...path);
const library = () => ({
  databaseFile: at("lib", "dailies.db"),
  objects: storeIn(at("lib", "objects")),
  configFile: at("lib", "config.json"),
  masterKeyFile: at("lib", "keys", "master.key"),
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-backup-"));
  database = openDatabase(at("lib", "dailies.db"));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

async function add(key: string, text: string): Promise<ObjectRef> {
  const store = storeIn(at("lib", "objects"));
  const ref = await putText(store, { bucket: "uploads", key }, text, "video/mp4");
  const { sha256, sizeBytes } = ref;
  await transaction(database, () =>
    database
      .prepare("INSERT INTO objects VALUES ('uploads', ?, ?, ?, ?, 'video/mp4', ?, 0)")
      .run(key, ref.version, sha256, sizeBytes, ref.version),
  );
  return ref;
}

/** As the application does it: the catalog first, the bytes after. */
async function remove(ref: ObjectRef): Promise<void> {
  await transaction(database, () =>
    database.prepare("DELETE FROM objects WHERE key = ?").run(ref.key),
  );
  await storeIn(at("lib", "objects")).remove(ref);
}

/** Every key of a library and its bytes. */
async function contents(dir: string): Promise<Record<string, string>> {
  const copy = openDatabase(join(dir, "dailies.db"));
  const rows = copy.prepare("SELECT key, version FROM objects ORDER BY key").all();
  copy.close();
  const all: Record<string, string> = {};
  for (const row of rows) {
    const key = String(row["key"]);
    const store = storeIn(join(dir, "objects"));
    const path = await store.localPath({ bucket: "uploads", key, version: String(row["version"]) });
    all[key] = await readFile(path, "utf8");
  }
  return all;
}

it("brings a library back as it was, settings too, and the master key only when asked", async () => {
  await add("a/talk.mp4", "talk");
  await add("ü.mp4", "");
  await writeFile(at("lib", "config.json"), "{}");
  const sealed = createSeal({ keyFile: at("lib", "keys", "master.key") }).seal("secret");
  const first = await backUp(library(), at("backup"), stores);
  expect(first).toMatchObject({ objects: 2, copied: 2, missing: [], withKeys: false });
  await expect(stat(at("backup", "keys"))).rejects.toThrow("ENOENT");
  const restored = await restore(at("backup"), at("again"), stores);
  expect(restored).toMatchObject({ objects: 2, sizeBytes: 4, missing: [], withKeys: false });
  expect(await contents(at("again"))).toEqual({ "a/talk.mp4": "talk", "ü.mp4": "" });
  expect(await readFile(at("again", "config.json"), "utf8")).toBe("{}");
  expect((await readdir(at("again"))).toSorted()).toEqual(["config.json", "dailies.db", "objects"]);

  const withKeys = await backUp(library(), at("backup"), stores, { withKeys: true });
  expect(withKeys).toMatchObject({ copied: 0, withKeys: true });
  await restore(at("backup"), at("whole"), stores);
  const keyFile = at("whole", "keys", "master.key");
  expect(createSeal({ keyFile }).open(sealed)).toBe("secret");
});

it("copies only what is new, and lets go of what the library has no more", async () => {
  const first = await add("a.mp4", "aaaa");
  await add("b.mp4", "bb");
  await backUp(library(), at("backup"), stores);
  await remove(first);
  await add("c.mp4", "cc");
  const second = await backUp(library(), at("backup"), stores);
  expect(second).toMatchObject({ objects: 2, copied: 1, copiedBytes: 2, removed: 1 });
  await restore(at("backup"), at("again"), stores);
  expect(await contents(at("again"))).toEqual({ "b.mp4": "bb", "c.mp4": "cc" });
});

it("is of one moment while others write and remove all the time", async () => {
  const stop = new AbortController();
  let number = 0;
  const there: ObjectRef[] = [];
  const addNext = async () => {
    there.push(await add(`n${number}.mp4`, `bytes ${number}`));
    number += 1;
  };
  for (let first = 0; first < 20; first += 1) await addNext();
  const busy = (async () => {
    while (!stop.signal.aborted) {
      await addNext();
      const oldest = there.shift();
      if (oldest !== undefined) await remove(oldest);
      // Not faster than they can be copied: what is gone in every round is missing.
      await sleep(25);
    }
  })();
  try {
    for (let round = 0; round < 2; round += 1) {
      await sleep(60);
      const report = await backUp(library(), at("backup"), stores);
      expect(report.missing).toEqual([]);
      await restore(at("backup"), at(`again${round}`), stores);
      const found = await contents(at(`again${round}`));
      // what was written one after the other is there without a gap
      const numbers = Object.keys(found).map((key) => Number(key.slice(1, -4)));
      const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
      expect(numbers.length).toBe(most - least + 1);
      for (const [key, text] of Object.entries(found)) expect(key).toBe(`n${text.slice(6)}.mp4`);
    }
  } finally {
    stop.abort();
    await busy;
  }
});

it("looks again when objects were removed and others came while it copied", async () => {
  const refs = [await add("a.mp4", "a"), await add("b.mp4", "b"), await add("c.mp4", "c")];
  let calls = 0;
  const disturbed = (dir: string) => {
    const store = storeIn(dir);
    return {
      ...store,
      restoreFile: async (...args: Parameters<typeof store.restoreFile>) => {
        calls += 1;
        if (calls === 1) {
          for (const ref of refs.filter(({ version }) => version !== args[0].version))
            await remove(ref);
          await add("d.mp4", "d");
        }
        return store.restoreFile(...args);
      },
    };
  };
  const report = await backUp(library(), at("backup"), { ...stores, storeIn: disturbed });
  expect(report).toMatchObject({ objects: 2, copied: 2, missing: [] });
  await restore(at("backup"), at("again"), stores);
  expect(Object.keys(await contents(at("again")))).toContain("d.mp4");
});

it("holds the processes of the library that was copied for dead, though they live", async () => {
  await enterSession(database, session);
  expect(surveySessions(database).dead).toEqual([]);
  await backUp(library(), at("backup"), stores);
  await restore(at("backup"), at("again"), stores);
  const again = openDatabase(at("again", "dailies.db"));
  expect(surveySessions(again)).toEqual({ living: new Set(), dead: [session] });
  again.close();
});

describe("what is not as it should be", () => {
  it("is told when the library itself has lost or changed bytes", async () => {
    const lost = await add("lost.mp4", "lost");
    const changed = await add("changed.mp4", "right");
    await add("good.mp4", "good");
    const store = storeIn(at("lib", "objects"));
    await store.remove(lost);
    await writeFile(await store.localPath(changed), "wrong");
    const report = await backUp(library(), at("backup"), stores);
    expect(report.missing.toSorted()).toEqual(["changed.mp4", "lost.mp4"]);
    const restored = await restore(at("backup"), at("again"), stores);
    expect(restored.missing.toSorted()).toEqual(["changed.mp4", "lost.mp4"]);
    expect(restored.objects).toBe(1);
  });

  it("is found by the hashes of a backup that was changed, and mended by the next with --verify", async () => {
    const ref = await add("a.mp4", "right");
    await backUp(library(), at("backup"), stores);
    const store = storeIn(at("backup", "objects"));
    await writeFile(await store.localPath(ref), "wrong");
    const restored = await restore(at("backup"), at("again"), stores);
    expect(restored.missing).toEqual(["a.mp4"]);
    expect(await backUp(library(), at("backup"), stores)).toMatchObject({ copied: 0 });
    const mended = await backUp(library(), at("backup"), stores, { verify: true });
    expect(mended).toMatchObject({ copied: 1, missing: [] });
    expect((await restore(at("backup"), at("mended"), stores)).missing).toEqual([]);
  });

  it("is refused: no backup, half a backup, a changed catalog", async () => {
    const refused = { code: "backup_damaged" };
    await expect(restore(at("none"), at("x"), stores)).rejects.toMatchObject(refused);
    await backUp(library(), at("backup"), stores);
    const file = (await readdir(at("backup"))).find((name) => name.endsWith(".db")) ?? "";
    truncateSync(at("backup", file), 8192);
    await expect(restore(at("backup"), at("x"), stores)).rejects.toMatchObject(refused);
    await writeFile(at("backup", "backup.json"), `{"format":1,"database":{"file":"../x"}}`);
    await expect(restore(at("backup"), at("x"), stores)).rejects.toMatchObject(refused);
    await rm(at("backup", "backup.json"));
    await expect(restore(at("backup"), at("x"), stores)).rejects.toMatchObject(refused);
  });

  it("never overwrites: not a library, not somebody's folder", async () => {
    const refused = { code: "invalid_argument" };
    await backUp(library(), at("backup"), stores);
    await expect(restore(at("backup"), at("lib"), stores)).rejects.toMatchObject(refused);
    await mkdir(at("photos"));
    await writeFile(at("photos", "holiday.jpg"), "x");
    await expect(restore(at("backup"), at("photos"), stores)).rejects.toMatchObject(refused);
    await expect(backUp(library(), at("photos"), stores)).rejects.toMatchObject(refused);
    expect(await readFile(at("photos", "holiday.jpg"), "utf8")).toBe("x");
  });
});

it("goes on where an interrupted one ended, and keeps the earlier backup whole until then", async () => {
  for (let n = 0; n < 8; n += 1) await add(`${n}.mp4`, `old ${n}`);
  await backUp(library(), at("backup"), stores);
  for (let n = 8; n < 16; n += 1) await add(`${n}.mp4`, `new ${n}`);
  const stop = new AbortController();
  let calls = 0;
  const stopping = (dir: string) => {
    const store = storeIn(dir);
    return {
      ...store,
      restoreFile: (...args: Parameters<typeof store.restoreFile>) => {
        calls += 1;
        if (calls === 4) stop.abort();
        return store.restoreFile(...args);
      },
    };
  };
  const interrupted = backUp(
    library(),
    at("backup"),
    { ...stores, storeIn: stopping },
    { signal: stop.signal },
  );
  await expect(interrupted).rejects.toMatchObject({ code: "cancelled" });
  const old = await restore(at("backup"), at("old"), stores);
  expect(old).toMatchObject({ objects: 8, missing: [] });
  const rest = await backUp(library(), at("backup"), stores);
  expect(rest).toMatchObject({ objects: 16, missing: [] });
  expect(rest.copied).toBeLessThan(8);

  const stopAgain = new AbortController();
  calls = 0;
  const half = (dir: string) => {
    const store = storeIn(dir);
    return {
      ...store,
      restoreFile: (...args: Parameters<typeof store.restoreFile>) => {
        calls += 1;
        if (calls === 10) stopAgain.abort();
        return store.restoreFile(...args);
      },
    };
  };
  const broken = restore(
    at("backup"),
    at("again"),
    { ...stores, storeIn: half },
    { signal: stopAgain.signal },
  );
  await expect(broken).rejects.toMatchObject({ code: "cancelled" });
  expect(await restore(at("backup"), at("again"), stores)).toMatchObject({ objects: 16 });
  expect(Object.keys(await contents(at("again")))).toHaveLength(16);
});
