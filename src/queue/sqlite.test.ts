import { spawnSync } from "node:child_process";
import { createSqliteCatalog } from "../catalog/sqlite/catalog.ts";
import { openDatabase } from "../database/open.ts";
import { enterSession } from "../database/session.ts";
import { createIdSource, newSession } from "../media/ids.ts";
import { jobQueueContract } from "./job-queue.contract.ts";
import { createSqliteQueue } from "./sqlite.ts";

/** The number of a process that has just ended. */
function endedProcess(): number {
  return spawnSync("true").pid;
}

jobQueueContract("sqlite in memory", async () => {
  const database = openDatabase(":memory:");
  const sessions = [newSession(), newSession()] as const;
  for (const session of sessions) enterSession(database, session);
  database
    .prepare("UPDATE sessions SET pid = ? WHERE session = ?")
    .run(endedProcess(), sessions[1]);
  const queueOf = (session: string) =>
    createSqliteQueue({ database, session, newId: createIdSource(session) });
  const catalog = createSqliteCatalog({ database });
  return {
    catalog,
    queue: queueOf(sessions[0]),
    deadQueue: queueOf(sessions[1]),
    close: () => catalog.close(),
  };
});
