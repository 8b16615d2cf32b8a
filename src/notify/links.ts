import type { OutputLink } from "./output-link.ts";

/*
 * The parameter of a link is called `code`, not `token`: a code opens one thing, while a key's token,
 * which is never taken from a URL, opens all that its user has.
 */

/** The links in messages, where people reach this Dailies. */
export interface Links {
  /** For programs, which show a key. */
  readonly media: (name: string) => string;
  /** Opens one output without a key. Undefined when it cannot be signed. */
  readonly output: (link: OutputLink) => string | undefined;
  readonly confirm: (token: string) => string;
  readonly unsubscribe: (token: string) => string;
}

/**
 * Undefined where no public address is known: messages then have no links.
 * @param sign the code of a link to an output; undefined when there is no key to sign with
 */
export function linksOf(
  publicUrl: string | undefined,
  sign: (link: OutputLink) => string | undefined,
): Links | undefined {
  if (publicUrl === undefined) return undefined;
  const base = publicUrl.replace(/\/+$/, "");
  const withCode = (path: string, code: string): string =>
    `${base}/v1/${path}?code=${encodeURIComponent(code)}`;
  return {
    media: (name) => `${base}/v1/media/${encodeURIComponent(name)}`,
    output: (link) => {
      const code = sign(link);
      return code === undefined ? undefined : withCode("outputs", code);
    },
    confirm: (token) => withCode("subscriptions/confirm", token),
    unsubscribe: (token) => withCode("subscriptions/unsubscribe", token),
  };
}
