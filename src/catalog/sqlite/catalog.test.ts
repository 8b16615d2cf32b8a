import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../database/open.ts";
import { catalogContract } from "../catalog.contract.ts";
import { createSqliteCatalog } from "./catalog.ts";

let dir: string;
let count = 0;
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), "dailies-catalog-"))));
afterAll(() => rm(dir, { recursive: true }));

catalogContract("sqlite in memory", async () =>
  createSqliteCatalog({ database: openDatabase(":memory:") }),
);
catalogContract("sqlite on disk", async () =>
  createSqliteCatalog({ database: openDatabase(join(dir, `${(count += 1)}.db`)) }),
);

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
    const one = createSqliteCatalog({ database, metadataTable: "one" });
    const other = createSqliteCatalog({ database, metadataTable: "other" });
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
