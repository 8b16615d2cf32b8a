import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDatabase } from "../open.ts";
import { statements } from "../statements.ts";
import { searchMedia } from "../catalog/search.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "dailies-reindex-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const migrations = new URL("../migrations/", import.meta.url);

const timings = (count: number): Buffer => {
  const packed = Buffer.alloc(count * 8);
  for (let word = 0; word < count; word += 1) {
    packed.writeUInt32LE(word * 1_000, word * 8);
    packed.writeUInt32LE(word * 1_000 + 900, word * 8 + 4);
  }
  return packed;
};

/** A library as it was before search knew scripts, with words that were joined, and their items beside. */
function oldLibrary(path: string, copies: number): void {
  const old = new DatabaseSync(path);
  for (const file of readdirSync(migrations).toSorted())
    if (file < "0040") old.exec(readFileSync(new URL(file, migrations), "utf8"));
  old.exec("PRAGMA user_version = 30; BEGIN");
  const words = ["我们", "在", "北京", "用", "Python", "写", "代码"];
  const items = words.map((content) => ({ type: "pronunciation", alternatives: [{ content }] }));
  const spoken = ["the", "age", "of", "wisdom"];
  for (let n = 0; n < copies; n += 1) {
    old.exec(`INSERT INTO media (name, version, owner, sha256, size_bytes, state, created_at, updated_at)
      VALUES ('zh-${n}', 'zh-${n}', 'ada', 'x', 1, 'ready', 5, 5),
        ('en-${n}', 'en-${n}', 'ada', 'x', 1, 'ready', 5, 5)`);
    const add = (version: string, text: string, count: number, json: object) => {
      old
        .prepare("INSERT INTO transcripts VALUES (?, ?, ?, 'und', 0, ?)")
        .run(version, text, timings(count), version);
      old
        .prepare("INSERT INTO metadata VALUES ('m', ?, ?, ?)")
        .run(version, version, JSON.stringify(json));
      old
        .prepare(
          "INSERT INTO search (rowid, name, transcript) SELECT id, name, ? FROM media WHERE version = ?",
        )
        .run(text, version);
    };
    add(`zh-${n}`, "我们在北京用 Python 写代码", words.length, { items });
    add(`en-${n}`, spoken.join(" "), spoken.length, {});
  }
  old.exec("COMMIT");
  old.close();
}

it("indexes an earlier library anew in pieces, says so, and goes on where a process died", () => {
  const path = join(folder, "dailies.db");
  oldLibrary(path, 250);
  const told: string[] = [];
  const database = openDatabase(path, (text) => told.push(text));
  expect(told).toEqual(["search is brought up to date: 500 media files to go"]);
  const sql = statements(database);
  const hits = searchMedia(sql, { words: "python", limit: 500 });
  expect(hits).toHaveLength(250);
  expect(hits[0]?.moments).toEqual([
    { startMs: 4_000, endMs: 4_900, snippet: "我们在北京用 [Python] 写代码" },
  ]);
  expect(searchMedia(sql, { words: '"age of"', startsWith: "en-7" })).toHaveLength(11);
  // what a process that died had not reached
  database.exec("DELETE FROM search WHERE rowid > 400");
  database.exec("INSERT INTO search_waiting SELECT id FROM media WHERE id > 400");
  database.exec("INSERT INTO search_waiting VALUES (99999)"); // removed meanwhile
  database.close();
  const again = openDatabase(path);
  expect(searchMedia(statements(again), { words: "北京", limit: 500 })).toHaveLength(250);
  expect(again.prepare("SELECT count(*) AS n FROM search_waiting").get()).toEqual({ n: 0 });
  again.close();
});
