import { join } from "node:path";
import { openDatabase } from "../../src/state/sqlite/open.ts";
import { createOutcomes } from "../../src/notify/outcome.fixture.ts";
import { readConfig } from "../../src/config/config.ts";
import { openDailies } from "../../src/runtime/local.ts";

/** A confirmed webhook of an owner's, and a message about one of that owner's media files. */
export async function subscribeOwner(
  dataDir: string,
  owner: string,
): Promise<{ readonly subscription: string; readonly notification: string }> {
  const dailies = await openDailies(readConfig({ dataDir }, {}));
  const { notices } = dailies;
  const address = `https://hooks.invalid/${owner}`;
  const wanted = { topic: "completed", kind: "webhook", address, owner } as const;
  const { subscription } = await notices.subscribe(wanted);
  const database = openDatabase(join(dataDir, "dailies.db"));
  database.exec("UPDATE subscriptions SET state = 'confirmed', confirmed_at = 1");
  const world = createOutcomes(database);
  const name = `${owner} told.mp4`;
  const version = await world.add(name, owner);
  // the library is paused, so nothing can be claimed: a run ends with its only step left out, too
  const job = world.job(name, version);
  await world.apply(name, version, [{ type: "skip", job, reason: "no_video" }]);
  const [told] = await notices.notifications({ name });
  database.close();
  await dailies.close();
  return { subscription: subscription.id, notification: told?.id ?? "" };
}
