import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createGroupCommit } from "./group-commit.ts";
import { openDatabase, transaction } from "./open.ts";

it("keeps each write of a group whole or not at all, whatever the others do", async () => {
  const database = openDatabase(":memory:");
  database.exec("CREATE TABLE numbers (n INTEGER PRIMARY KEY)");
  const commit = createGroupCommit(database);
  const add = database.prepare("INSERT INTO numbers VALUES (?)");
  const ends = await Promise.allSettled([
    commit(() => (add.run(1), "one")),
    commit(() => [2, 1].map((n) => add.run(n))),
    commit(() => (add.run(3), "three")),
  ]);
  expect(ends).toMatchObject([
    { value: "one" },
    { status: "rejected", reason: { code: "ERR_SQLITE_ERROR" } },
    { value: "three" },
  ]);
  const kept = database.prepare("SELECT n FROM numbers").all();
  expect(kept.map((row) => row["n"])).toEqual([1, 3]);
  database.close();
});

it("waits for another writer without blocking its thread, and without an error", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dailies-commit-"));
  const [one, other] = [1, 2].map(() => openDatabase(join(folder, "x.db")));
  if (one === undefined || other === undefined) throw new Error("two connections");
  other.exec("BEGIN IMMEDIATE");
  let ticks = 0;
  const ticking = setInterval(() => (ticks += 1), 10);
  const written = transaction(one, () => one.exec("INSERT INTO pauses VALUES (1)"));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(ticks).toBeGreaterThan(10);
  other.exec("COMMIT");
  await written;
  expect(other.prepare("SELECT since FROM pauses").all()).toMatchObject([{ since: 1 }]);
  clearInterval(ticking);
  for (const database of [one, other]) database.close();
  rmSync(folder, { recursive: true });
});
