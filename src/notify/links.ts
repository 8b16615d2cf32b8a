/*
 * What a link carries is good for one subscription and nothing else, unlike a key's token, which is
 * never taken from a URL: so it is called by another name.
 */

/** Where people reach this Dailies, for the links in messages. */
export interface Links {
  readonly media: (name: string) => string;
  /** An output by its key: `output/<what>/…`. */
  readonly output: (name: string, key: string) => string;
  readonly confirm: (token: string) => string;
  readonly unsubscribe: (token: string) => string;
}

/** Undefined where no public address is known: messages then have no links. */
export function linksOf(publicUrl: string | undefined): Links | undefined {
  if (publicUrl === undefined) return undefined;
  const base = publicUrl.replace(/\/+$/, "");
  const media = (name: string): string => `${base}/v1/media/${encodeURIComponent(name)}`;
  return {
    media,
    output: (name, key) => `${media(name)}/${whereIs(key)}`,
    confirm: (token) => `${base}/v1/subscriptions/confirm?code=${encodeURIComponent(token)}`,
    unsubscribe: (token) =>
      `${base}/v1/subscriptions/unsubscribe?code=${encodeURIComponent(token)}`,
  };
}

/** Where the API has an output: words and labels have formats of their own, the rest are renditions. */
function whereIs(key: string): string {
  const [, kind = ""] = key.split("/");
  if (kind === "transcribe") return "transcript";
  if (kind === "captions") return `transcript.${key.endsWith(".srt") ? "srt" : "vtt"}`;
  return kind === "labels" ? kind : `renditions/${encodeURIComponent(kind)}`;
}
