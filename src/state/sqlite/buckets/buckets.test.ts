import { bucketsContract } from "../../../buckets/buckets.contract.ts";
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
