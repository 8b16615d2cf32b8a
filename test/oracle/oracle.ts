import type { Write } from "../../src/catalog/write.ts";
import type { Bucket } from "../../src/media/media.ts";
import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { createGroupCommit } from "../../src/state/sqlite/group-commit.ts";
import { disownSession, enterSession } from "../../src/state/sqlite/sessions.ts";
import { statements } from "../../src/state/sqlite/statements.ts";
import { applyWrite, checkWrite } from "./catalog/apply.ts";
import { createTrash } from "./catalog/trash.ts";
import { createSqliteQueue } from "./queue/queue.ts";
import type { Write as OldWrite } from "./catalog-port.ts";

const slots = { light: 2, picture: 2, transcode: 1, speech: 1, vision: 1 };

const migrations = new URL("../../src/state/sqlite/migrations/", import.meta.url);

/** The tables as they were before the rules stood in one place. */
function openOld(): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  for (const file of readdirSync(migrations).toSorted())
    if (file < "0008") database.exec(readFileSync(new URL(file, migrations), "utf8"));
  return database;
}

/** The rules as they stood in SQL: what the rules in one place are compared with. */
export function createOracle() {
  const database = openOld();
  const sql = statements(database);
  const commit = createGroupCommit(database);
  const trash = createTrash(sql, commit, () => Date.now());
  const queues = new Map<string, ReturnType<typeof createSqliteQueue>>();
  const any = () => [...queues.values()][0];
  return {
    database,
    async enter(session: string, newId: () => string) {
      await enterSession(database, session);
      queues.set(session, createSqliteQueue({ database, session, newId, random: () => 1 }));
    },
    apply: ({ expect, changes }: Write) => {
      const put = changes.find((change) => change.type === "putMedia");
      const version = put?.media.version ?? expect.version ?? "";
      const write = { expect, changes: [...changes, { type: "settle", version }] };
      checkWrite(write as OldWrite);
      return commit(() =>
        applyWrite(sql, write as OldWrite, { metadataTable: "metadata", now: Date.now() }),
      );
    },
    claim: (session: string, wanted?: string) => queues.get(session)?.claim({ slots, wanted }),
    handBack: (attempt: string) => any()?.handBack(attempt),
    disown: (session: string) => {
      disownSession(database, session);
      queues.delete(session);
    },
    async recover(session: string) {
      const found = await queues.get(session)?.recover();
      await queues.get(session)?.forget(found?.deadSessions ?? []);
    },
    takeTrash: (bucket: Bucket, version: string) => trash.takeTrash(bucket, version),
    pause: () => any()?.pause(),
    resume: () => any()?.resume(),
    close: () => database.close(),
  };
}
export type Oracle = ReturnType<typeof createOracle>;
