import { z } from "@hono/zod-openapi";
import { MediaError } from "../media/errors.ts";
import { sendObject } from "./bytes.ts";
import type { ApiApp, ApiOptions } from "./environment.ts";
import { addOperation } from "./route.ts";
import { downloadQuerySchema } from "./fields.ts";

const tag = "Notifications";

const codeQuery = z.object({ code: z.string().min(1).max(200) });

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A page with at most one button, which posts to where it is. */
function page(words: string, button?: string): string {
  const form =
    button === undefined ? "" : `<form method="post"><button>${escaped(button)}</button></form>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Dailies</title><p>${escaped(words)}</p>${form}</html>`;
}

const pageHeaders = {
  "cache-control": "no-store",
  // the button posts to where the page is, and has to say so
  "content-security-policy":
    "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "referrer-policy": "same-origin",
};
const html = ["text/html"];

/**
 * What the links in messages lead to. Looking changes nothing where people look: mail programs visit
 * links by themselves. A webhook's receiver may confirm by visiting, as with Amazon SNS.
 */
export function addSubscriptionLinks(app: ApiApp, options: ApiOptions): void {
  const { dailies } = options;
  const { notices } = dailies;
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
      const { kind, address, topic } = await notices.awaiting(query.code);
      if (kind === "webhook") await notices.confirm(query.code);
      const done = kind === "webhook";
      const words = done ? `Confirmed: ${address}` : `Messages about ${topic} media to ${address}?`;
      return c.html(page(words, done ? undefined : "Yes, confirm"), 200, pageHeaders);
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
      const { address } = await notices.confirm(query.code);
      return c.html(page(`Confirmed: ${address}`), 200, pageHeaders);
    },
  );
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
      const { address } = await notices.unsubscribe(query.code);
      return c.html(page(`Ended: no more messages to ${address}`), 200, pageHeaders);
    },
  );
  addOperation(
    app,
    "getSharedOutput",
    {
      summary: "An output, by the link in a message",
      description:
        "For seven days, as long as the subscription and this version of the media last.",
      tag,
      query: codeQuery.extend(downloadQuerySchema.shape),
      answers: {
        200: { description: "The bytes", types: ["application/octet-stream"] },
        206: { description: "The part asked for", types: ["application/octet-stream"] },
        304: { description: "The client has it already" },
      },
      problems: [404, 416],
    },
    async (c, { query }) => {
      const { owner, name, version, key } = await notices.shared(query.code);
      const media = await dailies.find(name, owner);
      const outputs = media.version === version ? await dailies.outputsOf(media) : [];
      const output = outputs.find((one) => one.key === key);
      if (output !== undefined) return sendObject(c, options, output);
      throw new MediaError("not_found", "what the link leads to is not there any more");
    },
  );
}
