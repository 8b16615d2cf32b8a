import { runEnded } from "../../../pipeline.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../open.ts";
import { importsContract } from "../../../local/imports.contract.ts";
import { searchContract } from "../../../search/search.contract.ts";
import { catalogContract } from "../../../catalog/catalog.contract.ts";
import { statements } from "../statements.ts";
import type { JobFilter, MediaFilter } from "../../../catalog/catalog.ts";
import { createSqliteCatalog, type SqliteCatalog } from "./catalog.ts";
import { createReaders } from "./readers.ts";
import { createSlowReads, type SlowReads } from "./slow-reads.ts";

let dir: string;
let count = 0;
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), "dailies-catalog-"))));
afterAll(() => rm(dir, { recursive: true }));

const inMemory = async () =>
  createSqliteCatalog({ whenEnded: runEnded, database: openDatabase(":memory:") });

catalogContract("sqlite in memory", inMemory);
searchContract("sqlite in memory", inMemory);
importsContract("sqlite in memory", inMemory);
const onDisk = async () =>
  createSqliteCatalog({
    whenEnded: runEnded,
    database: openDatabase(join(dir, `${(count += 1)}.db`)),
  });

catalogContract("sqlite on disk", onDisk);
searchContract("sqlite on disk", onDisk);
importsContract("sqlite on disk", onDisk);

const withReaders = async () => {
  const path = join(dir, `${(count += 1)}.db`);
  return createSqliteCatalog({
    whenEnded: runEnded,
    database: openDatabase(path),
    readers: createReaders({ path }),
  });
};

catalogContract("sqlite on disk, with reader threads", withReaders);
searchContract("sqlite on disk, with reader threads", withReaders);

describe("reader threads", () => {
  it("tell what went wrong, and go on", async () => {
    const path = join(dir, "readers.db");
    const readers = createReaders({ path, threads: 1 });
    await expect(readers.listMedia({})).rejects.toMatchObject({ code: "internal" }); // no file yet
    const catalog = createSqliteCatalog({
      whenEnded: runEnded,
      database: openDatabase(path),
      readers,
    });
    const broken = { limit: "many" } as unknown as { limit: number };
    await expect(catalog.listMedia(broken)).rejects.toMatchObject({ code: "internal" });
    expect(await catalog.listMedia({})).toEqual([]);
    const late = [catalog.search({ words: "a" }), catalog.search({ words: "b" })];
    const ends = Promise.allSettled(late);
    await catalog.close();
    // the thread may have answered the first one before it was closed
    expect((await ends).at(-1)).toMatchObject({
      status: "rejected",
      reason: { code: "cancelled" },
    });
    await expect(catalog.listJobs({})).rejects.toMatchObject({ code: "cancelled" });
  });

  it("keep a slow search from delaying a look-up", async () => {
    const path = join(dir, "slow.db");
    const database = openDatabase(path);
    const text = `common ${"other words that are said here ".repeat(40)}common`;
    database.exec("BEGIN");
    for (let n = 0; n < 3_000; n += 1)
      database.prepare("INSERT INTO search (rowid, transcript) VALUES (?, ?)").run(n + 1, text);
    database
      .prepare(
        `INSERT INTO media (id, name, version, owner, sha256, size_bytes, state, created_at, updated_at)
         SELECT rowid, 'clip-' || rowid, rowid, 'local', '0', 1, 'ready', 0, 0 FROM search`,
      )
      .run();
    database.exec("COMMIT");
    const turn = () => new Promise((resolve) => setImmediate(resolve)); // as requests come in
    const typicalLookUp = async (catalog: SqliteCatalog) => {
      await catalog.search({ words: "common" }); // the threads have started
      const done = new AbortController();
      const search = async () => {
        for (let n = 0; n < 6; n += 1) {
          await turn();
          expect(await catalog.search({ words: "common words" })).toHaveLength(20);
        }
      };
      const searches = Promise.all([search(), search()]).then(() => done.abort());
      const times: number[] = [];
      while (!done.signal.aborted) {
        const startedAt = performance.now();
        await turn();
        await catalog.getMedia(`clip-${1 + (times.length % 3_000)}`);
        times.push(performance.now() - startedAt);
      }
      await searches;
      return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
    };
    const readers = createReaders({ path });
    const beside = await typicalLookUp(
      createSqliteCatalog({ whenEnded: runEnded, database, readers }),
    );
    await readers.close();
    const inBetween = await typicalLookUp(createSqliteCatalog({ whenEnded: runEnded, database }));
    expect(beside).toBeLessThan((inBetween ?? 0) / 2);
  });
});

describe("a page of a list", () => {
  const media: MediaFilter[] = [
    {},
    { after: "a" },
    { startsWith: "a/", after: "a/b" },
    { type: "video" },
    { owner: "me" },
    { owner: "me", type: "video", startsWith: "a/" },
    { label: "Dog" },
    { label: "Dog", startsWith: "a/", after: "a/b" },
    { label: "Dog", type: "image" },
    { label: "Dog", type: "image", owner: "me" },
  ];
  const jobs: JobFilter[] = [
    {},
    { state: "queued" },
    { state: "failed", step: "gif" },
    { name: "a" },
    { media: { name: "a", version: "v" } },
    { media: { name: "a", version: "v" }, state: "failed" },
    { name: "a", state: "running", step: "video" },
  ];

  /** How SQLite goes about what is asked of it. */
  async function plansOf(ask: (reads: SlowReads) => Promise<unknown>): Promise<string[]> {
    const database = openDatabase(":memory:");
    const asked: string[] = [];
    const sql = statements(database);
    await ask(createSlowReads((text) => (asked.push(text), sql(text))));
    const plans = asked.flatMap((text) => database.prepare(`EXPLAIN QUERY PLAN ${text}`).all());
    database.close();
    return plans.map((row) => String(row["detail"]));
  }

  it.each([
    ...media.map((filter) => ({ of: "media", filter })),
    ...jobs.map((filter) => ({ of: "jobs", filter })),
  ])("of $of $filter is read from an index, in its order", async ({ of, filter }) => {
    const plans = await plansOf((reads) =>
      of === "media"
        ? reads.listMedia({ ...(filter as MediaFilter), limit: 50 })
        : reads.listJobs({ ...(filter as JobFilter), limit: 50 }),
    );
    const isOfOneMedia = "name" in filter || "media" in filter;
    for (const plan of plans) {
      if (!isOfOneMedia) expect(plan).not.toMatch(/TEMP B-TREE/);
      // a scan in the order of the list ends with the page; with a filter it might go on for long
      if (Object.keys(filter).length > 0) expect(plan).not.toMatch(/^SCAN/);
    }
    expect(plans.length).toBeGreaterThan(0);
  });
});

describe("the database file", () => {
  it("of a newer dailies is refused", () => {
    const path = join(dir, "newer.db");
    const database = openDatabase(path);
    database.exec("PRAGMA user_version = 9999");
    database.close();
    expect(() => openDatabase(path)).toThrow(
      expect.objectContaining({ code: "catalog_newer", message: expect.stringContaining("9999") }),
    );
  });

  it("that is no database is refused in one line", () => {
    expect(() => openDatabase(dir)).toThrow(expect.objectContaining({ code: "storage_failed" }));
  });

  it("keeps each metadata table to itself", async () => {
    const database = openDatabase(":memory:");
    const one = createSqliteCatalog({ whenEnded: runEnded, database, metadataTable: "one" });
    const other = createSqliteCatalog({ whenEnded: runEnded, database, metadataTable: "other" });
    const version = "v";
    const source = {
      bucket: "uploads",
      key: "a",
      version,
      sha256: "0",
      sizeBytes: 1,
      contentType: "",
    } as const;
    const media = { name: "a", version, owner: "local", sha256: "0", sizeBytes: 1 };
    const engine = { name: "e", version: "1", model: "m" };
    await one.apply({
      expect: { name: "a", version: null },
      changes: [
        { type: "putMedia", media, source },
        {
          type: "putTranscript",
          version,
          transcript: { languageCode: "en-US", words: [], engine },
          metadata: { JsonFile: "j", transcript: "" },
        },
      ],
    });
    expect(await one.getMetadata("j")).toEqual({ JsonFile: "j", transcript: "" });
    expect(await other.getMetadata("j")).toBeUndefined();
  });
});
