import { incompleteNote } from "../media/damage.ts";
import { beginningWithin } from "../media/graphemes.ts";
import { outputKindOf } from "../media/keys.ts";
import {
  isTopicArn,
  type AnyTopic,
  type NoticeContent,
  type NoticeFailure,
  type Published,
  type Topic,
} from "../media/notice.ts";
import { htmlOf, oneLine, textOf, type Part } from "./email-parts.ts";
import { failureText, outcomeOf, subjectWords } from "./email-words.ts";
import type { Links } from "./links.ts";
import type { Outgoing } from "./notice.ts";
import { linkMs } from "./output-link.ts";
import { unsubscribeToken } from "./secrets.ts";

const topicWords: Readonly<Record<Topic, string>> = {
  completed: "a media file is ready",
  error: "a media file has failed",
};

function wordsOf(topic: AnyTopic): string {
  return isTopicArn(topic) ? `a message is published to ${topic}` : topicWords[topic];
}

const longestSubject = 150;
const mostOutputs = 20;

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
  const incomplete = incompleteNote(content.incomplete);
  const poster = outputs.find(({ key }) => outputKindOf(key, name) === "poster");
  const url = poster && outputLink(content, poster.key, message, links);
  return [
    { is: "title", text: `${name} ${outcomeOf(content)}` },
    ...(url === undefined ? [] : [{ is: "image", text: `Poster of ${name}`, url } as const]),
    { is: "line", text: about(content) },
    ...(incomplete === undefined ? [] : [{ is: "line", text: incomplete } as const]),
    ...failures.flatMap(failureParts),
    ...outputParts(content, message, links),
    ...transcriptParts(content),
  ];
}

function confirmationParts({ subscription, token }: Outgoing, links: Links | undefined): Part[] {
  if (token === undefined) return [];
  const what = token.topics.map(wordsOf).join(", and when ");
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

const publishedText = ({ message, byProtocol }: Published): string =>
  byProtocol?.["email"] ?? message;

function subjectOf({ notification, subscription }: Outgoing): string {
  if (isTopicArn(notification.topic))
    return notification.published?.subject ?? `A message of ${subscription.topic}`;
  switch (notification.topic) {
    case "completed":
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
  const { topic, content, published } = message.notification;
  const parts: Part[] = [
    ...(content === undefined ? [] : mediaParts(content, message, links)),
    ...(published ? [{ is: "message", text: publishedText(published) } as const] : []),
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
