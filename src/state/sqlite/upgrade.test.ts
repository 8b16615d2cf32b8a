import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSqliteNotificationStore } from "./notify/store.ts";
import { openDatabase } from "./open.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "dailies-upgrade-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const migrations = new URL("./migrations/", import.meta.url);
const published = (number: string) =>
  readFileSync(
    new URL(readdirSync(migrations).find((file) => file.startsWith(number)) ?? "", migrations),
    "utf8",
  );

/** A library as the first dailies left it. */
function oldLibrary(path: string): void {
  const old = new DatabaseSync(path);
  old.exec("PRAGMA journal_mode = WAL");
  old.exec(published("0001"));
  old.exec("PRAGMA user_version = 1");
  old.exec(`INSERT INTO media (name, version, owner, sha256, size_bytes, state, created_at, updated_at)
    VALUES ('old.mp4', 'v1', 'ada', 'x', 1, 'ready', 5, 5)`);
  old.close();
}

it("keeps the old catalog before it upgrades it, once, and what was in it stays", () => {
  const path = join(folder, "dailies.db");
  oldLibrary(path);
  for (const _time of [1, 2]) {
    const database = openDatabase(path);
    expect(database.prepare("SELECT name FROM media").all()).toMatchObject([{ name: "old.mp4" }]);
    // who owned media before users had a table is a user
    expect(database.prepare("SELECT id FROM users ORDER BY id").all()).toMatchObject([
      { id: "ada" },
      { id: "local" },
    ]);
    database.close();
  }
  expect(readdirSync(join(folder, "before-upgrade"))).toEqual(["dailies-schema-1.db"]);
  const copy = join(folder, "before-upgrade", "dailies-schema-1.db");
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  const kept = new DatabaseSync(copy, { readOnly: true });
  expect(kept.prepare("PRAGMA user_version").get()).toMatchObject({ user_version: 1 });
  expect(kept.prepare("SELECT name, owner FROM media").all()).toMatchObject([
    { name: "old.mp4", owner: "ada" },
  ]);
  expect(kept.prepare("PRAGMA integrity_check").get()).toMatchObject({ integrity_check: "ok" });
  kept.close();
});

it("copies nothing for a new catalog", () => {
  openDatabase(join(folder, "dailies.db")).close();
  expect(readdirSync(folder)).toEqual(["dailies.db"]);
});

it("keeps the subscriptions that were there before keys were noted, and their open confirmations", async () => {
  const path = join(folder, "dailies.db");
  const old = new DatabaseSync(path);
  old.exec("PRAGMA journal_mode = WAL");
  for (const file of readdirSync(migrations).toSorted())
    if (file < "0008") old.exec(readFileSync(new URL(file, migrations), "utf8"));
  old.exec("PRAGMA user_version = 7");
  old.exec(`INSERT INTO subscriptions (id, topic, kind, address, owner, state, secret, created_at)
    VALUES ('s1', 'error', 'email', 'a@b.c', 'ada', 'confirmed', 'sealed', 5),
           ('s2', 'completed', 'webhook', 'https://a.example/', 'ada', 'pending', 'sealed', 5);
    INSERT INTO confirmation_tokens VALUES ('hash', 's2', 10);
    INSERT INTO notifications VALUES (7, 'msg_1', 5, 'test', 'ada', NULL, NULL, NULL, '{}'),
                                     (9, 'msg_2', 5, 'test', 'ada', NULL, NULL, NULL, '{}');
    DELETE FROM notifications WHERE sequence = 9`);
  old.close();
  const database = openDatabase(path);
  expect(database.prepare("SELECT id, state, made_with FROM subscriptions").all()).toMatchObject([
    { id: "s1", state: "confirmed", made_with: null },
    { id: "s2", state: "pending", made_with: null },
  ]);
  // a number that was given out is not given out again
  database.exec(
    "INSERT INTO notifications (id, at, topic, owner, content) VALUES ('m', 5, 'test', 'ada', '{}')",
  );
  const numbers = database
    .prepare("SELECT sequence, id FROM notifications ORDER BY sequence")
    .all();
  expect(numbers).toMatchObject([
    { sequence: 7, id: "msg_1" },
    { sequence: 10, id: "m" },
  ]);
  expect(database.prepare("SELECT * FROM confirmation_tokens").all()).toMatchObject([
    { hash: "hash", subscription: "s2", expires_at: 10 },
  ]);
  const store = createSqliteNotificationStore({
    database,
    session: "s",
    newId: () => "id",
    now: () => 9,
  });
  expect(await store.confirm("hash")).toMatchObject([{ id: "s2", state: "confirmed" }]);
  database.close();
});

it("gives every job to the owner of its media file, and assumes no owner for any row", () => {
  const path = join(folder, "dailies.db");
  const old = new DatabaseSync(path);
  for (const number of [1, 2, 3, 4, 5, 6, 7]) old.exec(published(`000${number}`));
  old.exec("PRAGMA user_version = 7");
  const job = (id: string, state: string, current: number) =>
    `INSERT INTO jobs (id, name, version, step, part, settings, kind, priority, state, current, enqueued_at)
     VALUES ('${id}', 'a.mp4', 'v1', 'gif', 'gif', '{}', 'transcode', 3, '${state}', ${current}, 5);`;
  old.exec(`INSERT INTO media (name, version, owner, sha256, size_bytes, state, created_at, updated_at)
    VALUES ('a.mp4', 'v1', 'ada', 'x', 1, 'ready', 5, 5);
    ${job("current", "succeeded", 1)} ${job("replaced", "cancelled", 0)}`);
  old.close();
  const database = openDatabase(path);
  expect(database.prepare("SELECT id, owner FROM jobs").all()).toMatchObject([
    { id: "current", owner: "ada" },
  ]);
  for (const table of ["media", "jobs", "events"]) {
    const owner = database
      .prepare(
        `SELECT "notnull", dflt_value FROM pragma_table_info('${table}') WHERE name = 'owner'`,
      )
      .get();
    expect(owner, table).toMatchObject({ notnull: 1, dflt_value: null });
  }
  database.close();
});
