import { isTopicArn } from "../../../media/notice.ts";
import { parsed, type Row } from "../statements.ts";
import type { Delivery, Notification, Subscription } from "../../../notify/notice.ts";
import type { StoredSubscription } from "../../../notify/store.ts";

function time<K extends string>(field: K, value: unknown): { [P in K]?: number } {
  return typeof value === "number" ? ({ [field]: value } as { [P in K]?: number }) : {};
}

function text<K extends string>(field: K, value: unknown): { [P in K]?: string } {
  return typeof value === "string" ? ({ [field]: value } as { [P in K]?: string }) : {};
}

export function subscriptionOf(row: Row): Subscription {
  return {
    id: String(row["id"]),
    topic: row["topic"] as Subscription["topic"],
    kind: row["kind"] as Subscription["kind"],
    address: String(row["address"]),
    owner: String(row["owner"]),
    ...text("madeWith", row["made_with"]),
    ...text("endpoint", row["endpoint"]),
    state: row["state"] as Subscription["state"],
    createdAt: Number(row["created_at"]),
    ...time("confirmedAt", row["confirmed_at"]),
    ...time("removedAt", row["removed_at"]),
    ...text("reason", row["reason"]),
  };
}

export function storedOf(row: Row): StoredSubscription {
  return {
    subscription: subscriptionOf(row),
    sealed: String(row["secret"]),
    ...text("leaveHash", row["leave_hash"]),
  };
}

export function notificationOf(row: Row): Notification {
  const topic = row["topic"] as Notification["topic"];
  return {
    sequence: Number(row["sequence"]),
    id: String(row["id"]),
    at: Number(row["at"]),
    topic,
    owner: String(row["owner"]),
    ...(isTopicArn(topic) && { published: parsed(row["content"]) }),
    ...(row["version"] !== null && { content: parsed(row["content"]) }),
  };
}

/** A row of `deliveries` with its notification's topic and name and its subscription's kind and address. */
export function deliveryOf(row: Row): Delivery {
  const waits = row["state"] === "waiting";
  return {
    notification: String(row["notification"]),
    subscription: String(row["subscription"]),
    topic: row["topic"] as Delivery["topic"],
    ...text("name", row["name"]),
    kind: row["kind"] as Delivery["kind"],
    address: String(row["address"]),
    state: row["state"] as Delivery["state"],
    attempts: Number(row["attempts"]),
    ...(waits && time("nextAt", row["next_at"])),
    ...time("endedAt", row["ended_at"]),
    ...text("lastError", row["last_error"]),
  };
}
