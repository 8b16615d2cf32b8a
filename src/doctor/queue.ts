import { existsSync } from "node:fs";
import { join } from "node:path";
import { openForReading } from "../state/sqlite/open.ts";
import type { Finding } from "./doctor.ts";

/** Whether jobs are begun at all: somebody may have paused the queue and forgotten it. */
export function checkQueue(dataDir: string): Finding {
  const file = join(dataDir, "dailies.db");
  if (!existsSync(file)) return { state: "ok", detail: "jobs are begun as they come" };
  const database = openForReading(file);
  try {
    const hasPauses = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'pauses'").get();
    const since =
      hasPauses === undefined
        ? undefined
        : database.prepare("SELECT min(since) AS since FROM pauses").get()?.["since"];
    if (typeof since !== "number") return { state: "ok", detail: "jobs are begun as they come" };
    const found = "paused";
    const detail = `no job is begun since ${new Date(since).toISOString()}`;
    return { state: "warning", found, detail, remedy: "`dailies jobs --resume` goes on." };
  } finally {
    database.close();
  }
}
