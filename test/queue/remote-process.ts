// One of several processes that serve a library until they are killed. A provider does the library's work.
// Usage: node remote-process.ts LIBRARY PROVIDER WORKDIR
import { createIdSource, newSession } from "../../src/media/ids.ts";
import { runEnded } from "../../src/pipeline.ts";
import { createWorker } from "../../src/queue/worker.ts";
import { createSqliteCatalog } from "../../src/state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../../src/state/sqlite/open.ts";
import { createSqliteQueue } from "../../src/state/sqlite/queue/queue.ts";
import { enterSession, keepSession } from "../../src/state/sqlite/sessions.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import { followRemote, slots, stepsOn, unreliable } from "./remote-steps.ts";

const [library = "", providerPath = "", workDir = ""] = process.argv.slice(2);
const database = openDatabase(library);
const session = newSession();
const newId = createIdSource(session);
const catalog = createSqliteCatalog({ database, whenEnded: runEnded });
const queue = createSqliteQueue({ database, session, newId, whenEnded: runEnded });
await enterSession(database, session);
keepSession(database, session);

const provider = createFakeProvider({ path: providerPath, ...unreliable });
const worker = createWorker({
  queue,
  catalog,
  slots,
  steps: stepsOn(provider.engine),
  follow: followRemote,
  discard: async () => {},
  workDir,
  delayMs: () => 50,
});
setInterval(() => void queue.recover(), 100);
process.stdout.write("up\n");
await worker.run({ signal: new AbortController().signal });
