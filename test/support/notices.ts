import { join } from "node:path";
import { openDatabase } from "../../src/state/sqlite/open.ts";
import { createOutcomes } from "../../src/notify/outcome.fixture.ts";
import { readConfig } from "../../src/config/config.ts";
import { openDailies } from "../../src/runtime/local.ts";

/** A confirmed webhook of somebody's, and a message about a media of theirs on its way to nobody. */
export async function subscribeOwner(
  dataDir: string,
  owner: string,
): Promise<{ readonly subscription: string; readonly notification: string }> {
  const dailies = await openDailies(readConfig({ dataDir }, {}));
  const { notices } = dailies;
  const address = `https://hooks.invalid/${owner}`;
  const wish = { topic: "completed", kind: "webhook", address, owner } as const;
  const { subscription } = await notices.subscribe(wish);
  const database = openDatabase(join(dataDir, "dailies.db"));
  database.exec("UPDATE subscriptions SET state = 'confirmed', confirmed_at = 1");
  const world = createOutcomes(database);
  const name = `${owner} told.mp4`;
  const version = await world.add(name, owner);
  await world.apply(name, version, [{ type: "enqueue", job: world.job(name, version) }]);
  await world.work();
  const [told] = await notices.notifications({ name });
  database.close();
  await dailies.close();
  return { subscription: subscription.id, notification: told?.id ?? "" };
}
