import { z } from "@hono/zod-openapi";
import { MediaError } from "../media/errors.ts";
import { outputKey } from "../media/keys.ts";
import { isTopicArn, type AnyTopic, type Topic } from "../media/notice.ts";
import type { Subscription } from "../notify/notice.ts";
import type { OutputLink } from "../notify/output-link.ts";
import { sendObject } from "./bytes.ts";
import type { ApiApp, ApiOptions } from "./environment.ts";
import { addOperation } from "./route.ts";
import { downloadQuerySchema } from "./fields.ts";

const tag = "Notifications";

const codeQuery = z.object({ code: z.string().min(1).max(200) });
/** The code contains a media file's name, which may be 900 bytes long. */
const outputCodeQuery = z.object({ code: z.string().min(1).max(8192) });

const topicWords: Readonly<Record<Topic, string>> = {
  completed: "media files that are ready",
  error: "media files that failed",
};

function wordsOf(topic: AnyTopic): string {
  return isTopicArn(topic) ? `what is published to ${topic}` : topicWords[topic];
}

function topicsOf(subscriptions: readonly Subscription[]): string {
  return subscriptions.map(({ topic }) => wordsOf(topic)).join(", and about ");
}

function addressOf([first]: readonly Subscription[]): string {
  return first?.address ?? "";
}

function confirmed(subscriptions: readonly Subscription[]): string {
  return `Confirmed: messages to ${addressOf(subscriptions)} about ${topicsOf(subscriptions)}`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A page with at most one button, which posts to the page's own address. */
function page(words: string, button?: string): string {
  const form =
    button === undefined ? "" : `<form method="post"><button>${escaped(button)}</button></form>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Dailies</title><p>${escaped(words)}</p>${form}</html>`;
}

const pageHeaders = {
  "cache-control": "no-store",
  // the button posts to the page's own address, and the browser has to send its origin
  "content-security-policy":
    "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "referrer-policy": "same-origin",
};
const html = ["text/html"];

/**
 * The pages and outputs that links in messages open. Opening an e-mail's link changes nothing, because
 * mail programs open links by themselves. A webhook's receiver may confirm by visiting, as with Amazon SNS.
 */
export function addSubscriptionLinks(app: ApiApp, options: ApiOptions): void {
  addConfirmation(app, options);
  addUnsubscribing(app, options);
  addSharedOutput(app, options);
}

function addConfirmation(app: ApiApp, { dailies: { notices } }: ApiOptions): void {
  addOperation(
    app,
    "showConfirmation",
    {
      summary: "Confirms a webhook; for an e-mail address, a page that asks",
      tag,
      query: codeQuery,
      answers: { 200: { description: "A page", types: html } },
    },
    async (c, { query }) => {
      const awaiting = await notices.awaiting(query.code);
      if (awaiting.every(({ kind }) => kind === "webhook")) {
        await notices.confirm(query.code);
        return c.html(page(confirmed(awaiting)), 200, pageHeaders);
      }
      const words = `Messages to ${addressOf(awaiting)} about ${topicsOf(awaiting)}?`;
      return c.html(page(words, "Yes, confirm"), 200, pageHeaders);
    },
  );
  addOperation(
    app,
    "confirmSubscription",
    {
      summary: "Confirm a subscription with the token that was sent to its address",
      tag,
      query: codeQuery,
      answers: { 200: { description: "Confirmed", types: html } },
    },
    async (c, { query }) => {
      return c.html(page(confirmed(await notices.confirm(query.code))), 200, pageHeaders);
    },
  );
}

function addUnsubscribing(app: ApiApp, { dailies: { notices } }: ApiOptions): void {
  addOperation(
    app,
    "showUnsubscribing",
    {
      summary: "A page that asks whether to end a subscription",
      tag,
      query: codeQuery,
      answers: { 200: { description: "A page", types: html } },
    },
    (c) => c.html(page("No more of these messages?", "Yes, end them"), 200, pageHeaders),
  );
  addOperation(
    app,
    "unsubscribeByLink",
    {
      summary: "End a subscription by the link in its messages (RFC 8058)",
      tag,
      query: codeQuery,
      answers: { 200: { description: "Ended", types: html } },
      problems: [404],
    },
    async (c, { query }) => {
      const { address, topic } = await notices.unsubscribe(query.code);
      const words = `Ended: no more messages to ${address} about ${wordsOf(topic)}`;
      return c.html(page(words), 200, pageHeaders);
    },
  );
}

function addSharedOutput(app: ApiApp, options: ApiOptions): void {
  const { dailies } = options;
  /** The output, if the media file still has this owner and this version. */
  const outputOf = async ({ name, owner, version, kind }: OutputLink) => {
    const media = await dailies.find(name, owner);
    const outputs = media.version === version ? await dailies.outputsOf(media) : [];
    return outputs.find(({ key }) => key === outputKey(kind, name));
  };
  addOperation(
    app,
    "getSharedOutput",
    {
      summary: "An output, by the link in a message",
      description:
        "For seven days, as long as the subscription and this version of the media file exist.",
      tag,
      query: outputCodeQuery.extend(downloadQuerySchema.shape),
      answers: {
        200: { description: "The bytes", types: ["application/octet-stream"] },
        206: { description: "The part asked for", types: ["application/octet-stream"] },
        304: { description: "The client has it already" },
      },
      problems: [404, 416],
    },
    async (c, { query }) => {
      const output = await outputOf(await dailies.notices.openLink(query.code)).catch(
        () => undefined,
      );
      if (output !== undefined) return sendObject(c, options, output);
      // the same words whatever the reason: a refusal tells nothing of what exists
      throw new MediaError("not_found", "the link is not known, or not good any more");
    },
  );
}
