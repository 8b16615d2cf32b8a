// What a tormented library has to be like in the end.
import { lookAt, withCatalog } from "../test/support/library.ts";
import type { Audience, Told } from "./chaos-server-receivers.ts";

/** Everything that was put in has ended, and every message has reached its receiver or is dead. */
export function isOver(dataDir: string, expected: number): boolean {
  return withCatalog(dataDir, (all) => {
    const count = (sql: string) => Number(all(sql)[0]);
    return (
      count("SELECT count(*) FROM media WHERE state <> 'processing'") === expected &&
      count("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running') AND current = 1") ===
        0 &&
      count("SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'sending')") === 0
    );
  });
}

/** About one subject a receiver may be told by one message alone, which may come again. */
function toldTwice(told: readonly Told[]): string[] {
  const ids = Map.groupBy(told, ({ subject }) => subject);
  return [...ids].flatMap(([subject, all]) =>
    new Set(all.map(({ id }) => id)).size > 1 ? [subject] : [],
  );
}

/** How each message came to each receiver, as the outbox has it: `id kind state`. */
const deliveries = `
  SELECT notifications.id || ' ' || subscriptions.kind || ' ' || deliveries.state FROM notifications
  JOIN subscriptions ON subscriptions.topic = notifications.topic
  LEFT JOIN deliveries
    ON deliveries.notification = notifications.id AND deliveries.subscription = subscriptions.id
  WHERE notifications.topic IN ('completed', 'error')`;

function without(all: readonly string[], some: readonly string[]): string[] {
  return all.filter((one) => !some.includes(one));
}

export interface Verdict {
  readonly wrong: readonly string[];
  readonly messages: number;
  readonly dead: number;
}

/** Compares what lies there with what was put in, and what receivers were told with the outbox. */
export function judge(dataDir: string, audience: Audience, names: readonly string[]): Verdict {
  const wrong: string[] = [];
  const none = (what: string, left: readonly string[]): void => {
    if (left.length > 0) wrong.push(`${what}: ${left.join(", ")}`);
  };
  const found = lookAt(dataDir);
  if (found.integrity !== "ok") wrong.push(`integrity: ${found.integrity}`);
  none("open jobs", found.open);
  none("bytes of nobody", found.orphans);
  none("bytes that are missing", found.missing);
  none("working folders", found.work);
  const there = found.media.map((line) => line.slice(0, line.lastIndexOf(" ")));
  none("not there", without(names, there));
  none("not asked for", without(there, names));
  const ends = found.media.filter(
    (line) => !/broken\.mp4 failed$|(?<!broken\.mp4) ready$/.test(line),
  );
  none("did not end as it should", ends);

  const [rows, twice, about] = withCatalog(dataDir, (all) => [
    all(deliveries),
    all("SELECT name FROM notifications WHERE run > '' GROUP BY version, run HAVING count(*) > 1"),
    all("SELECT name FROM notifications WHERE topic IN ('completed', 'error')"),
  ]) as [string[], string[], string[]];
  none("no message about", without(names, about));
  none("told as two messages", twice);
  none("a webhook was told twice", toldTwice(audience.webhooks));
  none("a mailbox was told twice", toldTwice(audience.mails()));
  const taken = new Set([
    ...audience.webhooks.map(({ id }) => `${id} webhook`),
    ...audience.mails().map(({ id }) => `${id} email`),
  ]);
  const isTrue = (row: string): boolean =>
    row.endsWith(" dead") || (row.endsWith(" delivered") && taken.has(row.replace(/ \w+$/, "")));
  none(
    "neither delivered nor dead",
    rows.filter((row) => !isTrue(row)),
  );
  if (rows.length !== 2 * about.length)
    wrong.push(`${rows.length} deliveries of ${about.length} messages to two receivers each`);
  const dead = rows.filter((row) => row.endsWith(" dead")).length;
  return { wrong, messages: about.length, dead };
}
