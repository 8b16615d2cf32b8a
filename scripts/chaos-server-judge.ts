// Checks the library and the receivers after all disturbances.
import { lookAt, withCatalog } from "../test/support/library.ts";
import type { Receivers, Delivered } from "./chaos-server-receivers.ts";

/** Whether every upload has ended, and every message has reached its receiver or is a dead letter. */
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

/** Subjects with more than one message. A receiver may get one message repeatedly, but not two about one subject. */
function deliveredTwice(received: readonly Delivered[]): string[] {
  const ids = Map.groupBy(received, ({ subject }) => subject);
  return [...ids].flatMap(([subject, all]) =>
    new Set(all.map(({ id }) => id)).size > 1 ? [subject] : [],
  );
}

/** The state of each delivery in the outbox: `id kind state`. */
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

/** Compares the library with the uploads, and the received messages with the outbox. */
export function judge(dataDir: string, receivers: Receivers, names: readonly string[]): Verdict {
  const wrong: string[] = [];
  const none = (what: string, left: readonly string[]): void => {
    if (left.length > 0) wrong.push(`${what}: ${left.join(", ")}`);
  };
  const found = lookAt(dataDir);
  if (found.integrity !== "ok") wrong.push(`integrity: ${found.integrity}`);
  none("open jobs", found.open);
  none("bytes without a record", found.orphans);
  none("missing bytes", found.missing);
  none("working folders", found.work);
  const there = found.media.map((line) => line.slice(0, line.lastIndexOf(" ")));
  none("missing", without(names, there));
  none("never uploaded", without(there, names));
  const ends = found.media.filter(
    (line) => !/broken\.mp4 failed$|(?<!broken\.mp4) ready$/.test(line),
  );
  none("ended wrongly", ends);

  const [rows, twice, about] = withCatalog(dataDir, (all) => [
    all(deliveries),
    all("SELECT name FROM notifications WHERE run > '' GROUP BY version, run HAVING count(*) > 1"),
    all("SELECT name FROM notifications WHERE topic IN ('completed', 'error')"),
  ]) as [string[], string[], string[]];
  none("no message about", without(names, about));
  none("two messages for one run", twice);
  none("two messages to a webhook about one subject", deliveredTwice(receivers.webhooks));
  none("two messages to a mailbox about one subject", deliveredTwice(receivers.mails()));
  const taken = new Set([
    ...receivers.webhooks.map(({ id }) => `${id} webhook`),
    ...receivers.mails().map(({ id }) => `${id} email`),
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
