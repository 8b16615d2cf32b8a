import { sessionsContract } from "../../process/sessions.contract.ts";
import { openDatabase } from "./open.ts";
import { createSqliteSessions } from "./sessions.ts";

sessionsContract("SQLite", () => {
  const database = openDatabase(":memory:");
  return {
    as: (session) => createSqliteSessions(database, session),
    silence: (session, ms) =>
      void database
        .prepare(
          `UPDATE sessions SET host = 'elsewhere', boot_id = 'elsewhere', pid_namespace = 'elsewhere',
             seen_at = ? WHERE session = ?`,
        )
        .run(Date.now() - ms, session),
    close: () => database.close(),
  };
});
