import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDatabase } from "./open.ts";
import type { Access } from "../../access/access.ts";
import { accessContract } from "../../access/access.contract.ts";
import { createSeal } from "../../access/seal.ts";
import { createSqliteAccess } from "./access.ts";

let folder: string;
let time: number;
let database: ReturnType<typeof openDatabase>;
let access: Access;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-access-"));
  time = Date.UTC(2026, 10, 20);
  database = openDatabase(join(folder, "dailies.db"));
  const seal = createSeal({ keyFile: join(folder, "keys/master.key") });
  access = createSqliteAccess({ database, seal, now: () => time });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

accessContract("SQLite", async (now) => {
  const dir = mkdtempSync(join(tmpdir(), "dailies-access-"));
  const opened = openDatabase(":memory:");
  const seal = createSeal({ keyFile: join(dir, "keys/master.key") });
  return {
    access: createSqliteAccess({ database: opened, seal, now }),
    own: async (user, files) => {
      opened.prepare("DELETE FROM media WHERE owner = ?").run(user);
      const insert = opened.prepare(
        `INSERT INTO media (name, version, owner, sha256, size_bytes, state, created_at, updated_at)
         VALUES (?, ?, ?, 'x', 1, 'ready', 0, 0)`,
      );
      for (let n = 0; n < files; n += 1) insert.run(`${n}.mp4`, `v${n}`, user);
    },
    close: async () => {
      opened.close();
      rmSync(dir, { recursive: true });
    },
  };
});

/** Every column of every table, as text. */
function everythingKept(): string {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const named = tables.map((row) => String(row["name"])).filter((name) => !/search/.test(name));
  const rows = named.flatMap((name) => database.prepare(`SELECT * FROM ${name}`).all());
  const text = (value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value);
  return rows.map((row) => Object.values(row).map(text).join("\n")).join("\n");
}

it("keeps none of a key's secrets readable", async () => {
  const key = await access.createKey({ name: "player", scopes: ["read"] });
  const kept = everythingKept();
  expect(kept).toContain(key.accessKeyId);
  expect(kept).not.toContain(key.secretAccessKey);
  expect(kept).not.toContain(key.token.split(".")[1]);
});

it("ends a user's subscriptions with it", async () => {
  await access.addUser("ada");
  database.exec(`INSERT INTO subscriptions (id, topic, kind, address, owner, state, secret, created_at)
    VALUES ('s', 'error', 'email', 'ada@example.org', 'ada', 'confirmed', '', 0)`);
  await access.removeUser("ada");
  expect(database.prepare("SELECT state, reason FROM subscriptions").all()).toEqual([
    { state: "removed", reason: "its user was removed" },
  ]);
});

it("notes when a key was last used, and does not write for every request", async () => {
  const key = await access.createKey({ name: "busy" });
  const changes = () => Number(database.prepare("SELECT total_changes() AS n").get()?.["n"]);
  const before = changes();
  for (let n = 0; n < 100; n += 1) await access.authenticate(key.token);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(changes() - before).toBe(1);
  expect((await access.listKeys())[0]?.lastUsedAt).toBe(time);
});

it("refuses to tell a signing secret without the master key it was sealed with", async () => {
  const key = await access.createKey({ name: "x" });
  const keyFile = join(folder, "other.key");
  createSeal({ keyFile }).seal("x");
  const elsewhere = createSqliteAccess({
    database,
    seal: createSeal({ keyFile }),
    now: () => time,
  });
  await expect(elsewhere.signer(key.accessKeyId)).rejects.toThrow(/not the key/);
  expect(await elsewhere.authenticate(key.token)).toBeDefined();
});
