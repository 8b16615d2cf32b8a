import { MediaError } from "../media/errors.ts";
import { everybody, type Topic } from "../media/notice.ts";
import type { DeliveryReport } from "../notify/delivery.ts";
import type { Subscription, SubscriptionKind } from "../notify/notice.ts";
import type { Subscribed } from "../notify/subscriptions.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { deliverNow } from "./notify-delivery.ts";
import { table } from "./table.ts";
import { printable } from "./text.ts";

const iso = (at: number): string => new Date(at).toISOString();

/** A subscription as --json prints it. */
export interface SubscriptionJson extends Pick<
  Subscription,
  "id" | "topic" | "kind" | "address" | "owner" | "state" | "reason"
> {
  readonly createdAt: string;
  readonly confirmedAt?: string;
  readonly removedAt?: string;
}

export interface SubscribedJson extends SubscriptionJson {
  /** The secret that signs the webhook's messages; printed only once. */
  readonly secret?: string;
}

function subscriptionJson(subscription: Subscription): SubscriptionJson {
  const { createdAt, confirmedAt, removedAt, endpoint: _, ...rest } = subscription;
  return {
    ...rest,
    createdAt: iso(createdAt),
    ...(confirmedAt !== undefined && { confirmedAt: iso(confirmedAt) }),
    ...(removedAt !== undefined && { removedAt: iso(removedAt) }),
  };
}

/** The kind of an address, by its form. @throws MediaError `invalid_argument` */
export function kindOf(address: string): SubscriptionKind {
  if (/^https?:\/\//i.test(address)) return "webhook";
  if (address === "stderr" || address.startsWith("/")) return "log";
  if (address.includes("@")) return "email";
  throw new MediaError(
    "invalid_argument",
    `${JSON.stringify(address)} is no e-mail address, no http(s) URL, no \`stderr\` and no absolute path`,
  );
}

function subscribedLines({ subscriptions, secret }: Subscribed, sent: DeliveryReport): string[] {
  const lines = subscriptions.map(
    ({ id, topic, address, state }) => `${id}  ${topic} → ${printable(address)}  ${state}`,
  );
  if (secret !== undefined) lines.push("", `  signing secret  ${secret}`, "");
  if (subscriptions.every(({ state }) => state === "confirmed")) return lines;
  if (sent.delivered > 0) lines.push("It was asked to confirm.");
  else
    lines.push(
      "It is yet to be asked to confirm: `dailies serve` or `dailies notify deliver` does.",
    );
  return lines;
}

export interface SubscribeOptions {
  readonly owner?: string;
  readonly secret?: string;
}

/** `dailies notify subscribe`; `{"subscriptions": SubscribedJson[]}` with --json. */
export async function subscribe(
  { output, withDailies }: Context,
  topic: Topic | "both",
  address: string,
  { owner = everybody, secret }: SubscribeOptions,
): Promise<number> {
  const kind = kindOf(address);
  const done = await withDailies(
    async (dailies) => {
      const secretGiven = secret !== undefined && { secret };
      const subscribed = await dailies.notices.subscribe({
        topic,
        kind,
        address,
        owner,
        ...secretGiven,
      });
      const sent = { delivered: 0, failed: 0, dead: 0 };
      for (const { id } of subscribed.subscriptions) {
        const report = await deliverNow(dailies, id);
        sent.delivered += report.delivered;
      }
      const now = new Map((await dailies.notices.subscriptions()).map((one) => [one.id, one]));
      const subscriptions = subscribed.subscriptions.map((one) => now.get(one.id) ?? one);
      return { ...subscribed, subscriptions, sent };
    },
    { create: true },
  );
  if (output.mode === "human") {
    output.lines(subscribedLines(done, done.sent));
    if (done.secret !== undefined) output.note("Keep the secret now: it is not shown again.");
  } else
    output.list(
      "subscriptions",
      done.subscriptions.map((subscription) => ({
        ...subscriptionJson(subscription),
        ...(done.secret !== undefined && { secret: done.secret }),
      })),
    );
  return exitCodes.done;
}

/** `dailies notify confirm`; `{"subscriptions": SubscriptionJson[]}` with --json. */
export async function confirm({ output, withDailies }: Context, token: string): Promise<number> {
  const found = await withDailies(({ notices }) => notices.confirm(token));
  if (output.mode !== "human") output.list("subscriptions", found.map(subscriptionJson));
  else
    output.lines(found.map(({ topic, address }) => `Confirmed: ${topic} → ${printable(address)}`));
  return exitCodes.done;
}

/** `dailies notify unsubscribe`, by id or by the token of a link; a SubscriptionJson with --json. */
export async function unsubscribe({ output, withDailies }: Context, id: string): Promise<number> {
  const subscription = await withDailies(({ notices }) =>
    id.includes(".") ? notices.unsubscribe(id) : notices.remove(id),
  );
  if (output.mode !== "human") output.document(subscriptionJson(subscription));
  else output.lines([`Ended: ${subscription.topic} → ${printable(subscription.address)}`]);
  return exitCodes.done;
}

/** `dailies notify rotate`: a new signing secret; a SubscribedJson with --json. */
export async function rotate({ output, withDailies }: Context, id: string): Promise<number> {
  const { subscription, secret } = await withDailies(({ notices }) => notices.rotate(id));
  if (output.mode !== "human") output.document({ ...subscriptionJson(subscription), secret });
  else {
    output.lines([`  signing secret  ${secret}`]);
    output.note("Messages are signed with the old one, too, for a day.");
  }
  return exitCodes.done;
}

/** `dailies notify list`; `{"subscriptions": SubscriptionJson[], "deliveries": {state: count}}` with --json. */
export async function list(
  { output, withDailies }: Context,
  { removed = false }: { readonly removed?: boolean },
): Promise<number> {
  const { found, counts } = await withDailies(async ({ notices }) => ({
    found: await notices.subscriptions({ removed }),
    counts: await notices.counts(),
  }));
  if (output.mode === "json")
    output.document({ subscriptions: found.map(subscriptionJson), deliveries: counts });
  else if (output.mode === "jsonl") output.list("subscriptions", found.map(subscriptionJson));
  else {
    const columns = [
      { title: "ID" },
      { title: "TOPIC" },
      { title: "ADDRESS", least: 16, cut: "middle" as const },
      { title: "WHOSE MEDIA" },
      { title: "STATE" },
    ];
    const rows = found.map(({ id, topic, address, owner, state }) => [
      id,
      topic,
      address,
      owner === everybody ? "everybody's" : owner,
      state,
    ]);
    const { style, columns: available } = output.results;
    if (found.length === 0) output.note("No subscriptions.");
    else output.lines(table(columns, rows, { style, available: available() }));
    const stand = Object.entries(counts).map(([state, n]) => `${n} ${state}`);
    if (stand.length > 0) output.note(`Messages: ${stand.join(", ")}.`);
  }
  return exitCodes.done;
}
