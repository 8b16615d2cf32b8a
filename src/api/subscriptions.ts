import { z } from "@hono/zod-openapi";
import { asMediaError } from "../media/errors.ts";
import { topics } from "../media/notice.ts";
import type { Subscription } from "../notify/notice.ts";
import type { ApiApp, ApiOptions } from "./environment.ts";
import { time } from "./fields.ts";
import { nameAt } from "./names.ts";
import { wrongField } from "./problems.ts";
import { addOperation } from "./route.ts";
import { addSubscriptionLinks } from "./subscription-links.ts";

const tag = "Notifications";

/** The place of the id in `/v1/subscriptions/{id}`. */
const idSegment = 2;

const subscriptionSchema = z
  .object({
    id: z.string(),
    topic: z.string().openapi({
      description:
        "completed (media files that are ready), error (that failed), or a topic's ARN (aws.md)",
    }),
    kind: z.enum(["email", "webhook", "log", "sns"]),
    address: z.string(),
    madeWith: z.string().optional().openapi({ description: "The key that it ends with" }),
    state: z.enum(["pending", "confirmed", "removed"]),
    createdAt: time,
    confirmedAt: time.optional(),
    removedAt: time.optional(),
    reason: z.string().optional(),
  })
  .openapi("Subscription");

const subscriptionsSchema = z
  .object({ items: z.array(subscriptionSchema) })
  .openapi("Subscriptions");

const secret = z
  .string()
  .openapi({ description: "The secret that signs the messages; shown this once" });

const subscribedSchema = subscriptionSchema
  .extend({
    secret: secret.optional(),
    subscriptions: z
      .array(subscriptionSchema)
      .openapi({ description: "One for each topic; the first is this one" }),
  })
  .openapi("Subscribed");

const rotatedSchema = subscriptionSchema.extend({ secret }).openapi("RotatedSecret");

const optionsSchema = z
  .strictObject({
    topic: z
      .enum([...topics, "both"])
      .openapi({ description: "both: each topic, with one confirmation" }),
    kind: z.enum(["email", "webhook"]),
    address: z.string().min(1).max(2048).openapi({ description: "A mailbox, or an http(s) URL" }),
    secret: z.string().max(100).optional().openapi({
      description:
        "For a webhook: whsec_ and 24 to 64 bytes in base 64. Default: the one of this URL, else a new one",
    }),
  })
  .openapi("SubscriptionRequest");

const sentSchema = z.object({ notification: z.string() }).openapi("SentNotification");

export function subscriptionJson(subscription: Subscription) {
  const { owner: _, endpoint: __, createdAt, confirmedAt, removedAt, ...rest } = subscription;
  const iso = (field: string, at: number | undefined) =>
    at === undefined ? {} : { [field]: new Date(at).toISOString() };
  return {
    ...rest,
    ...iso("createdAt", createdAt),
    ...iso("confirmedAt", confirmedAt),
    ...iso("removedAt", removedAt),
  };
}

/** Subscriptions of the caller's user to messages about that user's media files. */
export function addSubscriptions(app: ApiApp, options: ApiOptions): void {
  const { notices } = options.dailies;
  addOperation(
    app,
    "listSubscriptions",
    {
      summary: "Who is told of your media files",
      tag,
      answers: { 200: { description: "Subscriptions, oldest first", json: subscriptionsSchema } },
    },
    async (c, { caller }) => {
      const found = await notices.subscriptions({ owner: caller.owner });
      return c.json({ items: found.map(subscriptionJson) });
    },
  );
  addOperation(
    app,
    "subscribe",
    {
      summary: "Subscribe an address; it has to confirm before it is told anything",
      description: "The subscription ends when the key that makes it is revoked or expires.",
      tag,
      body: optionsSchema,
      answers: { 201: { description: "It is asked to confirm", json: subscribedSchema } },
    },
    async (c, { caller, body }) => {
      const { secret: given, ...rest } = body;
      const { accessKeyId } = caller;
      const subscribed = await notices
        .subscribe({
          ...rest,
          owner: caller.owner,
          ...(accessKeyId !== undefined && { madeWith: accessKeyId }),
          ...(given !== undefined && { secret: given }),
        })
        .catch((thrown: unknown) => {
          const { code, message } = asMediaError(thrown);
          // without a mail server, e-mail is not a valid kind
          if (code === "invalid_config") throw wrongField({ in: "body", field: "kind", message });
          throw thrown;
        });
      const shown = {
        ...subscriptionJson(subscribed.subscription),
        ...(subscribed.secret !== undefined && { secret: subscribed.secret }),
        subscriptions: subscribed.subscriptions.map(subscriptionJson),
      };
      return c.json(shown, 201, { "cache-control": "no-store" });
    },
  );
  addSubscriptionUpkeep(app, options);
  addSubscriptionLinks(app, options);
}

/** What is done with one subscription. */
function addSubscriptionUpkeep(app: ApiApp, { dailies: { notices } }: ApiOptions): void {
  addOperation(
    app,
    "unsubscribe",
    {
      summary: "End a subscription",
      tag,
      answers: { 204: { description: "Ended" } },
      problems: [404],
    },
    async (c, { caller }) => {
      await notices.remove(nameAt(c, idSegment, "id"), { owner: caller.owner });
      return c.body(null, 204);
    },
  );
  addOperation(
    app,
    "rotateSecret",
    {
      summary: "A new signing secret; the old one signs, too, for a day",
      tag,
      answers: { 200: { description: "The new secret", json: rotatedSchema } },
      problems: [404],
    },
    async (c, { caller }) => {
      const id = nameAt(c, idSegment, "id");
      const { subscription, secret: told } = await notices.rotate(id, { owner: caller.owner });
      return c.json({ ...subscriptionJson(subscription), secret: told }, 200, {
        "cache-control": "no-store",
      });
    },
  );
  addOperation(
    app,
    "testSubscription",
    {
      summary: "Send a test message",
      tag,
      answers: { 202: { description: "On its way", json: sentSchema } },
      problems: [404],
    },
    async (c, { caller }) => {
      const id = nameAt(c, idSegment, "id");
      const notification = await notices.test(id, { owner: caller.owner });
      return c.json({ notification }, 202);
    },
  );
}
