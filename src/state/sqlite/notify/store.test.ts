import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSeal } from "../../../access/seal.ts";
import { createIdSource, newSession } from "../../../media/ids.ts";
import { notificationStoreContract } from "../../../notify/store.contract.ts";
import { createSqliteAccess } from "../access.ts";
import { openDatabase, transaction } from "../open.ts";
import { enterSession } from "../sessions.ts";
import { statements } from "../statements.ts";
import { recordMessage } from "./messages.ts";
import { createSqliteNotificationStore } from "./store.ts";

notificationStoreContract("SQLite", async (now) => {
  const folder = mkdtempSync(join(tmpdir(), "dailies-notifications-"));
  const database = openDatabase(":memory:");
  const seal = createSeal({ keyFile: join(folder, "master.key") });
  const access = createSqliteAccess({ database, seal, now });
  await access.addUser("ada");
  const open = async () => {
    const session = newSession();
    await enterSession(database, session);
    const newId = createIdSource(session);
    return createSqliteNotificationStore({ database, session, newId, now });
  };
  const sql = statements(database);
  return {
    store: await open(),
    other: open,
    record: (message) => transaction(database, () => recordMessage(sql, message, now())),
    key: async (expiresAt) => {
      const ends = expiresAt === undefined ? {} : { expiresAt };
      return (await access.createKey({ name: "k", user: "ada", ...ends })).accessKeyId;
    },
    revoke: async (accessKeyId) => void (await access.revokeKey(accessKeyId)),
    close: async () => {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
});
