import { runEnded } from "../../../pipeline.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../open.ts";
import { statements, type Sql } from "../statements.ts";
import { mediaSorts } from "../../../catalog/pages.ts";
import { pagesContract } from "../../../catalog/pages.contract.ts";
import { createSqliteCatalog } from "./catalog.ts";
import { countQueue, jobsBefore, pageAllJobs, pageJobs, type PlacedJobQuery } from "./job-pages.ts";
import { mediaSource } from "./media-filter.ts";
import { pageMedia, type PlacedQuery } from "./media-pages.ts";
import { createReaders } from "./readers.ts";

let dir: string;
let count = 0;
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), "dailies-pages-"))));
afterAll(() => rm(dir, { recursive: true }));

pagesContract("sqlite in memory", async () =>
  createSqliteCatalog({ whenEnded: runEnded, database: openDatabase(":memory:") }),
);
pagesContract("sqlite on disk, with reader threads", async () => {
  const path = join(dir, `${(count += 1)}.db`);
  return createSqliteCatalog({
    whenEnded: runEnded,
    database: openDatabase(path),
    readers: createReaders({ path }),
  });
});

describe("how SQLite goes about a page", () => {
  /** The plan of each statement that is asked. */
  function plansOf(ask: (sql: Sql) => unknown): string[] {
    const database = openDatabase(":memory:");
    const asked: string[] = [];
    const sql = statements(database);
    ask((text) => (asked.push(text), sql(text)));
    const plans = asked.flatMap((text) => database.prepare(`EXPLAIN QUERY PLAN ${text}`).all());
    database.close();
    expect(plans.length).toBeGreaterThan(0);
    return plans.map((row) => String(row["detail"]));
  }

  const filters: Partial<PlacedQuery>[] = [
    {},
    { type: "video" },
    { state: "failed" },
    { state: "cancelled" },
    { label: "Dog", state: "cancelled" },
    { startsWith: "a/", state: "failed" },
    { createdFrom: 1, createdBefore: 2 },
    { label: "Dog" },
    { label: "Dog", type: "video", state: "ready" },
  ];
  const media = filters.flatMap((filter) =>
    mediaSorts.flatMap((sort) =>
      [false, true].map((descending) => ({ filter: { ...filter, sort, descending } })),
    ),
  );

  it.each(media)("of media with $filter", ({ filter }) => {
    const place = { value: filter.sort === "name" ? "m" : 5, name: "m" };
    const query = { owner: "me", limit: 50, countUpTo: 100, after: place, ...filter };
    const plans = plansOf((sql) => pageMedia(sql, query));
    // only a label's media by time have to be sorted
    const isSorted = "label" in filter && filter.sort !== "name";
    for (const plan of plans) {
      expect(plan).not.toMatch(/^SCAN (?!\(subquery)/);
      if (!isSorted) expect(plan).not.toMatch(/TEMP B-TREE/);
    }
  });

  const jobs: Partial<PlacedJobQuery>[] = [
    {},
    { state: "queued" },
    { state: "succeeded", after: 9 },
    { step: "gif" },
  ];
  it.each(jobs)("of jobs with %o", (filter) => {
    const plans = plansOf((sql) => pageJobs(sql, { owner: "me", limit: 5, ...filter }));
    for (const plan of plans) expect(plan).not.toMatch(/^SCAN|TEMP B-TREE/);
  });

  it("of jobs of all owners, in the order of the table", () => {
    for (const state of [undefined, "failed", "succeeded"] as const) {
      const plans = plansOf((sql) =>
        pageAllJobs(sql, { limit: 5, after: 9, ...(state && { state }) }),
      );
      for (const plan of plans) expect(plan).not.toMatch(/TEMP B-TREE/);
      if (state === "failed") expect(plans).toEqual([expect.stringMatching(/^SEARCH .*state=/)]);
    }
  });

  // Of two bounds it seeks by the first: with the prefix's, each page would begin where the first did.
  it("of media behind a place, with one bound on each side", () => {
    const where = (after: string) => mediaSource({ startsWith: "a/", after }).where;
    expect(where("a/b")).toBe("media.name < ? AND media.name > ?");
    expect(where("a")).toBe("media.name >= ? AND media.name < ? AND media.name > ?");
    for (const descending of [false, true]) {
      const query = { owner: "me", limit: 5, startsWith: "a/", sort: "name", descending } as const;
      const asked: string[] = [];
      plansOf((sql) =>
        pageMedia((text) => (asked.push(text), sql(text)), {
          ...query,
          after: { value: "a/b", name: "a/b" },
        }),
      );
      const [bounds = []] = asked.map((text) => text.match(/media\.name [<>]=? \?/g));
      expect(bounds?.toSorted()).toEqual(
        descending ? ["media.name < ?", "media.name >= ?"] : ["media.name < ?", "media.name > ?"],
      );
    }
  });

  it("of the queue's state", () => {
    for (const plan of plansOf((sql) => countQueue(sql))) expect(plan).not.toMatch(/^SCAN/);
    expect(plansOf((sql) => jobsBefore(sql, "x"))[0]).toMatch(/^SEARCH/);
  });
});
