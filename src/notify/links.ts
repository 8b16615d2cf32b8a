/*
 * What a link carries is good for one subscription and nothing else, unlike a key's token, which is
 * never taken from a URL: so it is called by another name.
 */

/** Where people reach this Dailies, for the links in messages. */
export interface Links {
  /** For programs: who follows it shows a key. */
  readonly media: (name: string) => string;
  /** One output, to whoever has the link. */
  readonly output: (code: string) => string;
  readonly confirm: (token: string) => string;
  readonly unsubscribe: (token: string) => string;
}

/** Undefined where no public address is known: messages then have no links. */
export function linksOf(publicUrl: string | undefined): Links | undefined {
  if (publicUrl === undefined) return undefined;
  const base = publicUrl.replace(/\/+$/, "");
  return {
    media: (name) => `${base}/v1/media/${encodeURIComponent(name)}`,
    output: (code) => `${base}/v1/outputs?code=${encodeURIComponent(code)}`,
    confirm: (token) => `${base}/v1/subscriptions/confirm?code=${encodeURIComponent(token)}`,
    unsubscribe: (token) =>
      `${base}/v1/subscriptions/unsubscribe?code=${encodeURIComponent(token)}`,
  };
}
