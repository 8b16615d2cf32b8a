import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../open.ts";
import { statements, type Sql } from "../statements.ts";
import { createReaders } from "./readers.ts";
import { termsOf } from "../../../search/terms.ts";
import { matchExpression } from "../search/match.ts";
import { searchMedia } from "./search.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-search-"));
const path = join(folder, "dailies.db");
const common = Array.from({ length: 224 }, (_, n) => `w${n}`);

/** Media files of two owners in which every word is common. */
function fill(): Sql {
  const database = openDatabase(path);
  const insert = database.prepare("INSERT INTO search (rowid, transcript) VALUES (?, ?)");
  database.exec("BEGIN");
  for (let n = 1; n <= 1_000; n += 1) insert.run(n, [...common, ...common].join(" "));
  database.exec(
    `INSERT INTO media (id, name, version, owner, sha256, size_bytes, state, created_at, updated_at)
     SELECT rowid, 'clip-' || rowid, rowid, iif(rowid % 2, 'ada', 'bob'), '0', 1, 'ready', 0, 0 FROM search`,
  );
  database.exec("COMMIT");
  return statements(database);
}

let sql: Sql;
beforeAll(() => {
  sql = fill();
});
afterAll(() => rmSync(folder, { recursive: true }));

const words = common.slice(0, 32).join(" ");

describe("a search", () => {
  it("looks each word up once, and not too many of them", () => {
    const match = (typed: string) => matchExpression(termsOf(typed));
    expect(match("lake Lake LAKE river")).toBe('"lake" AND "river"');
    expect(match('"to be" or "to be"')).toBe('"to be" AND "or"');
    expect(match("the ".repeat(200))).toBe('"the"');
    expect(match("sol* COVID-19")).toBe('"sol"* AND ("covid19" OR "covid 19")');
    expect(() => match(common.join(" "))).toThrow(
      expect.objectContaining({ code: "invalid_argument" }) as Error,
    );
  });

  it("finds common words, best first, and no more than is asked for", () => {
    const hits = searchMedia(sql, { words: "w1 w2", limit: 3, owner: "ada" });
    expect(hits.map(({ name }) => name)).toEqual(["clip-1", "clip-101", "clip-103"]);
  });

  it("ends at its deadline", () => {
    const startedAt = performance.now();
    expect(() => searchMedia(sql, { words }, 2)).toThrow(
      expect.objectContaining({ code: "request_timeout" }) as Error,
    );
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(searchMedia(sql, { words: "w1", limit: 1 })).toHaveLength(1);
  });
});

describe("searches in reader threads", () => {
  it("take turns between owners", async () => {
    const readers = createReaders({ path });
    const ended: string[] = [];
    const search = async (owner: string) => {
      await readers.search({ words: "w1 w2 w3 w4", owner });
      ended.push(owner);
    };
    await Promise.all([...Array.from({ length: 12 }, () => search("ada")), search("bob")]);
    expect(ended.indexOf("bob")).toBeLessThan(3);
    await readers.close();
  });

  it("are given up with their thread when they do not end", async () => {
    const readers = createReaders({ path, giveUpMs: 1 });
    await expect(readers.search({ words })).rejects.toMatchObject({ code: "request_timeout" });
    await expect(readers.search({ words })).rejects.toMatchObject({ code: "request_timeout" });
    expect(await readers.listMedia({ limit: 2 })).toHaveLength(2);
    await readers.close();
  });
});
