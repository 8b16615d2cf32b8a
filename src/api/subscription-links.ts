import { z } from "@hono/zod-openapi";
import type { ApiOptions } from "./environment.ts";
import { addOperation, type ApiApp } from "./route.ts";

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
export function addSubscriptionLinks(app: ApiApp, { dailies: { notices } }: ApiOptions): void {
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
}
