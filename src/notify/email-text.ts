import { beginningWithin } from "../media/graphemes.ts";
import { outputKindOf } from "../media/keys.ts";
import type { NoticeContent, NoticeFailure, Topic } from "../media/notice.ts";
import { failureText, outcomeOf, subjectWords } from "./email-words.ts";
import type { Links } from "./links.ts";
import type { Outgoing } from "./notice.ts";
import { linkMs } from "./output-link.ts";
import { unsubscribeToken } from "./secrets.ts";

/** A part of a message, written once as text and once as HTML. */
type Part =
  | { readonly is: "title" | "line" | "quote"; readonly text: string }
  | { readonly is: "link" | "image"; readonly text: string; readonly url: string }
  | { readonly is: "list"; readonly items: readonly (string | { text: string; url: string })[] };

const topicWords: Readonly<Record<Topic, string>> = {
  completed: "a media file is ready",
  error: "a media file has failed",
};

const longestSubject = 150;
const mostOutputs = 20;

/** A text without characters that control a terminal or turn the direction of writing. Spaces and line ends stay. */
export function plain(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, " ");
}

function oneLine(text: string): string {
  return plain(text).replace(/\s+/g, " ").trim();
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const exponent = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** exponent).toFixed(1)} ${["B", "kB", "MB", "GB", "TB"][exponent]}`;
}

function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function about({ type, durationMs, sizeBytes }: NoticeContent): string {
  const length = durationMs === undefined ? [] : [clock(durationMs)];
  return [type ?? "file", ...length, size(sizeBytes)].join(", ");
}

function failureParts(failure: NoticeFailure): Part[] {
  const { remedy, lastLines } = failure;
  return [
    { is: "line", text: failureText(failure) },
    { is: "line", text: `What to do: ${remedy}` },
    ...(lastLines.length > 0
      ? ([
          { is: "line", text: "What the program said last:" },
          { is: "quote", text: lastLines.join("\n") },
        ] as const)
      : []),
  ];
}

/** The link to an output. It needs no key: a mail program cannot show one. */
function outputLink(
  { name, version, owner }: NoticeContent,
  key: string,
  { notification, subscription }: Outgoing,
  links: Links | undefined,
): string | undefined {
  const kind = outputKindOf(key, name);
  if (kind === undefined) return undefined;
  return links?.output({
    subscription: subscription.id,
    subscriptionOwner: subscription.owner,
    name,
    version,
    owner,
    kind,
    expiresAt: notification.at + linkMs,
  });
}

function outputParts(content: NoticeContent, message: Outgoing, links: Links | undefined): Part[] {
  const { outputs } = content;
  if (outputs.length === 0) return [];
  const shown = outputs.slice(0, mostOutputs).map(({ key, sizeBytes }) => {
    const text = `${key} (${size(sizeBytes)})`;
    const url = outputLink(content, key, message, links);
    return url === undefined ? text : { text, url };
  });
  const rest = outputs.length - shown.length;
  const more = rest > 0 ? [`and ${rest} more`] : [];
  return [
    { is: "line", text: "What was made:" },
    { is: "list", items: [...shown, ...more] },
  ];
}

function transcriptParts({ transcript, labels }: NoticeContent): Part[] {
  const parts: Part[] = [];
  if (transcript !== undefined) {
    const draft = transcript.draft ? ", a draft" : "";
    const text = transcript.whole ? transcript.text : `${transcript.text} …`;
    parts.push({ is: "line", text: `Transcript (${transcript.languageCode}${draft}):` });
    parts.push({ is: "quote", text });
  }
  if (labels !== undefined) parts.push({ is: "line", text: `Seen: ${labels.join(", ")}` });
  return parts;
}

function mediaParts(content: NoticeContent, message: Outgoing, links: Links | undefined): Part[] {
  const { name, failures = [], outputs } = content;
  const poster = outputs.find(({ key }) => outputKindOf(key, name) === "poster");
  const url = poster && outputLink(content, poster.key, message, links);
  return [
    { is: "title", text: `${name} ${outcomeOf(content)}` },
    ...(url === undefined ? [] : [{ is: "image", text: `Poster of ${name}`, url } as const]),
    { is: "line", text: about(content) },
    ...failures.flatMap(failureParts),
    ...outputParts(content, message, links),
    ...transcriptParts(content),
  ];
}

function confirmationParts({ subscription, token }: Outgoing, links: Links | undefined): Part[] {
  if (token === undefined) return [];
  const what = token.topics.map((topic) => topicWords[topic]).join(", and when ");
  return [
    { is: "title", text: "Do you want these messages?" },
    {
      is: "line",
      text: `Somebody asked Dailies to write to ${subscription.address} when ${what}.`,
    },
    ...(links
      ? [{ is: "link", text: "Yes, confirm", url: links.confirm(token.text) } as const]
      : [{ is: "line", text: `To confirm: dailies notify confirm ${token.text}` } as const]),
    { is: "line", text: `This can be confirmed until ${new Date(token.expiresAt).toUTCString()}.` },
    { is: "line", text: "If it was not you, do nothing: nothing more will be sent." },
  ];
}

function footer(message: Outgoing, links: Links | undefined): Part[] {
  const { id } = message.subscription;
  const [secret] = message.secrets;
  if (message.token !== undefined) return [];
  if (links === undefined || secret === undefined)
    return [{ is: "line", text: `To end these messages: dailies notify unsubscribe ${id}` }];
  return [
    { is: "link", text: "No more of these", url: links.unsubscribe(unsubscribeToken(id, secret)) },
  ];
}

function textOf(part: Part): string {
  switch (part.is) {
    case "title":
    case "line":
      return oneLine(part.text);
    case "quote":
      return plain(part.text).replace(/^/gm, "> ");
    case "link":
    case "image":
      return `${oneLine(part.text)}: ${part.url}`;
    case "list":
      return part.items
        .map((item) =>
          typeof item === "string"
            ? `- ${oneLine(item)}`
            : `- ${oneLine(item.text)}\n  ${item.url}`,
        )
        .join("\n");
  }
}

function escaped(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

function htmlLink({ text, url }: { text: string; url: string }): string {
  return `<a href="${escaped(url)}">${escaped(oneLine(text))}</a>`;
}

function htmlOf(part: Part): string {
  switch (part.is) {
    case "title":
      return `<h2>${escaped(oneLine(part.text))}</h2>`;
    case "line":
      return `<p>${escaped(oneLine(part.text))}</p>`;
    case "quote":
      return `<pre style="white-space:pre-wrap">${escaped(plain(part.text))}</pre>`;
    case "link":
      return `<p>${htmlLink(part)}</p>`;
    case "image":
      return `<p><img src="${escaped(part.url)}" alt="${escaped(oneLine(part.text))}" width="480"></p>`;
    case "list":
      return `<ul>${part.items
        .map(
          (item) =>
            `<li>${typeof item === "string" ? escaped(oneLine(item)) : htmlLink(item)}</li>`,
        )
        .join("")}</ul>`;
  }
}

function subjectOf({ notification }: Outgoing): string {
  switch (notification.topic) {
    case "completed":
      return `Ready: ${notification.content?.name ?? ""}`;
    case "error":
      return `${subjectWords[outcomeOf(notification.content ?? {})]}: ${notification.content?.name ?? ""}`;
    case "confirmation":
      return "Please confirm: messages from Dailies";
    case "test":
      return "A test message";
  }
}

/** A text of at most so many UTF-16 units, cut between graphemes. */
function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${beginningWithin(text, most - 1)}…`;
}

/** Subject, text and HTML of a message. Names and transcripts are only shown, whatever they hold. */
export function emailText(
  message: Outgoing,
  links: Links | undefined,
): { subject: string; text: string; html: string } {
  const { topic, content } = message.notification;
  const parts: Part[] = [
    ...(content === undefined ? [] : mediaParts(content, message, links)),
    ...(topic === "confirmation" ? confirmationParts(message, links) : []),
    ...(topic === "test" ? [{ is: "line", text: "This is how messages arrive." } as const] : []),
    ...footer(message, links),
  ];
  return {
    subject: shortened(oneLine(subjectOf(message)), longestSubject),
    text: `${parts.map(textOf).join("\n\n")}\n`,
    html: `<!doctype html><html><body>${parts.map(htmlOf).join("\n")}</body></html>`,
  };
}
