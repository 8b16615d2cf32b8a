import { z } from "@hono/zod-openapi";
import type { Delivery, Notification } from "../notify/notice.ts";
import type { ApiApp, ApiOptions } from "./environment.ts";
import { nameAt } from "./names.ts";
import { addOperation } from "./route.ts";

const tag = "Notifications";
const time = z.iso.datetime().openapi({ description: "UTC" });
const limit = z.coerce.number().int().min(1).max(1000).optional();
const defaultLimit = 100;

/** The place of the id in `/v1/notifications/{id}`. */
const idSegment = 2;

const topic = z
  .string()
  .openapi({ description: "completed, error, confirmation, test, or a topic's ARN (aws.md)" });
const state = z.enum(["waiting", "sending", "delivered", "dead"]);

const deliverySchema = z
  .object({
    notification: z.string(),
    subscription: z.string(),
    topic,
    name: z.string().optional().openapi({ description: "The media file it tells of" }),
    kind: z.enum(["email", "webhook", "log", "sns"]),
    address: z.string(),
    state: state.openapi({ description: "dead: given up; a replay tries again" }),
    attempts: z.int(),
    nextAt: time.optional(),
    endedAt: time.optional(),
    lastError: z.string().optional(),
  })
  .openapi("Delivery");

const deliveriesSchema = z.object({ items: z.array(deliverySchema) }).openapi("Deliveries");

const contentSchema = z
  .looseObject({ name: z.string(), version: z.string(), sizeBytes: z.int() })
  .openapi("NotificationContent");

const notificationSchema = z
  .object({
    id: z.string().openapi({ description: "The same in every sending: webhook-id, Message-ID" }),
    at: time,
    topic,
    content: contentSchema.optional(),
  })
  .openapi("Notification");

const notificationPageSchema = z
  .object({ items: z.array(notificationSchema), next: z.string().optional() })
  .openapi("NotificationPage");

const toldSchema = notificationSchema
  .extend({ deliveries: z.array(deliverySchema) })
  .openapi("NotificationWithDeliveries");

const pageQuery = z.object({
  name: z.string().max(1024).optional().openapi({ description: "Of this media file" }),
  limit,
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .openapi({ description: "`next` of the page before" }),
});

const deliveryQuery = z.object({ state: state.optional(), limit });

const replaySchema = z
  .strictObject({ since: time.optional() })
  .openapi("ReplayRequest", { description: "Without `since`, everything that was given up" });

const waitingSchema = z
  .object({ waiting: z.int().openapi({ description: "Deliveries that wait again" }) })
  .openapi("ReplayedDeliveries");

function notificationJson({ id, at, topic: about, content }: Notification) {
  const { owner: _, ...shown } = content ?? { owner: "" };
  return {
    id,
    at: new Date(at).toISOString(),
    topic: about,
    ...(content !== undefined && { content: shown }),
  };
}

function deliveryJson({ nextAt, endedAt, ...rest }: Delivery) {
  return {
    ...rest,
    ...(nextAt !== undefined && { nextAt: new Date(nextAt).toISOString() }),
    ...(endedAt !== undefined && { endedAt: new Date(endedAt).toISOString() }),
  };
}

/** Messages about the caller's media files, and their delivery to the caller's addresses. */
export function addNotifications(app: ApiApp, options: ApiOptions): void {
  addMessages(app, options);
  addDeliveries(app, options);
}

function addMessages(app: ApiApp, { dailies: { notices } }: ApiOptions): void {
  addOperation(
    app,
    "listNotifications",
    {
      summary: "Messages about your media files, newest first",
      tag,
      query: pageQuery,
      answers: { 200: { description: "A page of messages", json: notificationPageSchema } },
    },
    async (c, { caller, query }) => {
      const { name, cursor, limit: wanted = defaultLimit } = query;
      const found = await notices.notifications({
        owner: caller.owner,
        limit: wanted + 1,
        ...(name !== undefined && { name }),
        ...(cursor !== undefined && { before: Number(cursor) }),
      });
      const items = found.slice(0, wanted);
      const next = found.length > wanted ? String(items.at(-1)?.sequence) : undefined;
      return c.json({
        items: items.map(notificationJson),
        ...(next !== undefined && { next }),
      });
    },
  );
  addOperation(
    app,
    "getNotification",
    {
      summary: "One message, and how its delivery goes",
      tag,
      answers: { 200: { description: "The message", json: toldSchema } },
      problems: [404],
    },
    async (c, { caller: { owner } }) => {
      const notification = await notices.notification(nameAt(c, idSegment, "id"), { owner });
      const deliveries = await notices.deliveries({ owner, notification: notification.id });
      return c.json({
        ...notificationJson(notification),
        deliveries: deliveries.map(deliveryJson),
      });
    },
  );
  addOperation(
    app,
    "replayNotification",
    {
      summary: "Deliver a message once more, under the same id",
      tag,
      answers: { 202: { description: "Waiting", json: waitingSchema } },
      problems: [404],
    },
    async (c, { caller: { owner } }) => {
      const waiting = await notices.replay({ id: nameAt(c, idSegment, "id"), owner });
      return c.json({ waiting }, 202);
    },
  );
}

function addDeliveries(app: ApiApp, { dailies: { notices } }: ApiOptions): void {
  addOperation(
    app,
    "listDeliveries",
    {
      summary: "Messages on their way, or given up",
      tag,
      query: deliveryQuery,
      answers: { 200: { description: "Newest messages first", json: deliveriesSchema } },
    },
    async (c, { caller: { owner }, query }) => {
      const found = await notices.deliveries({
        owner,
        limit: query.limit ?? defaultLimit,
        ...(query.state !== undefined && { state: query.state }),
      });
      return c.json({ items: found.map(deliveryJson) });
    },
  );
  addOperation(
    app,
    "replayDeliveries",
    {
      summary: "Deliver once more what was given up, or everything since a time",
      tag,
      body: replaySchema,
      answers: { 202: { description: "Waiting", json: waitingSchema } },
    },
    async (c, { caller: { owner }, body: { since } }) => {
      const what = since === undefined ? ({ dead: true } as const) : { since: Date.parse(since) };
      return c.json({ waiting: await notices.replay({ ...what, owner }) }, 202);
    },
  );
}
