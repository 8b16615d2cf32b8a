import { transcriptionsContract } from "../../../transcriptions/transcriptions.contract.ts";
import { openDatabase } from "../open.ts";
import { createSqliteTranscriptions } from "./transcriptions.ts";

transcriptionsContract("SQLite", async () =>
  createSqliteTranscriptions({ database: openDatabase(":memory:") }),
);
