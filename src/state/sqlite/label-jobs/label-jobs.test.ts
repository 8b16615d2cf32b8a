import { labelJobsContract } from "../../../label-jobs/label-jobs.contract.ts";
import { createSqliteTopicStore } from "../notify/topics.ts";
import { openDatabase } from "../open.ts";
import { createSqliteLabelJobs } from "./label-jobs.ts";

labelJobsContract("SQLite", (now) => {
  const database = openDatabase(":memory:");
  const topics = createSqliteTopicStore({ database, now });
  return {
    jobs: createSqliteLabelJobs({ database, now }),
    topic: async (arn) => {
      await topics.createTopic({ arn, owner: "ada", displayName: "", signatureVersion: "1" });
    },
    published: async () =>
      database
        .prepare("SELECT content ->> '$.message' AS message FROM notifications ORDER BY sequence")
        .all()
        .map(({ message }) => String(message)),
    close: () => database.close(),
  };
});
