import { expect, it } from "vitest";
import { bucketsContract, facts } from "../../../buckets/buckets.contract.ts";
import { runEnded } from "../../../pipeline.ts";
import { createSqliteCatalog } from "../catalog/catalog.ts";
import { openDatabase } from "../open.ts";
import { createSqliteBuckets } from "./buckets.ts";

bucketsContract("SQLite", async () => {
  const database = openDatabase(":memory:");
  let time = Date.now();
  return {
    buckets: createSqliteBuckets({ database, now: () => time }),
    setTime: (now) => (time = now),
    trashed: async () =>
      database
        .prepare("SELECT version FROM trash WHERE bucket = 'other' ORDER BY version")
        .all()
        .map((row) => String(row["version"])),
  };
});

it("bytes that an object or a part has do not become unknown ones", async () => {
  const database = openDatabase(":memory:");
  const buckets = createSqliteBuckets({ database, now: Date.now });
  const catalog = createSqliteCatalog({ database, whenEnded: runEnded });
  const upload = { id: "u", bucket: "box", key: "k", owner: "anna", createdAt: 0, facts };
  const bytes = { sha256: "00", sizeBytes: 3 };
  await buckets.createBucket({ name: "box", owner: "anna", createdAt: 0, region: "" });
  await buckets.putObject({ bucket: "box", key: "a", version: "object", ...bytes, facts });
  await buckets.startUpload(upload);
  await buckets.putPart("u", { number: 1, version: "part", etag: "e", ...bytes });
  for (const version of ["object", "part"])
    expect(await catalog.trashUnknown("other", version)).toBe(false);
  expect(await catalog.listTrash()).toEqual([]);
  expect(await catalog.trashUnknown("other", "nobody's")).toBe(true);
});
