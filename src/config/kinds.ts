import { z } from "zod";

/**
 * The kinds of values that settings have. What each says when it is refused is read behind the setting's
 * name: `config.json: slots.light must be a positive number`.
 */

/** Refuses with these words, or as missing. */
const refusing = (words: string) => ({
  error: (issue: { readonly input?: unknown }) =>
    issue.input === undefined ? "is missing" : words,
});

/** An object with these settings and no others. */
export const section = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? "is no setting" : "must be an object"),
  });

export const flag = () => z.boolean(refusing("must be true or false"));

export const positive = () =>
  z.number(refusing("must be a positive number")).positive("must be a positive number");

/** A number from `least` to `most`. */
export const between = (least: number, most: number) => {
  const words = `must be ${least}–${most}`;
  return z.number(refusing(words)).min(least, words).max(most, words);
};

/** A whole number from `least` on. */
export const whole = (least: number) => {
  const words = `must be a whole number from ${least} on`;
  return z.int(refusing(words)).min(least, words);
};

export const port = () =>
  z.int(refusing("must be a port")).min(1, "must be a port").max(65_535, "must be a port");

export const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, refusing(`must be one of ${names.join(", ")}`));

export const matching = (pattern: RegExp, words: string) =>
  z.string(refusing(words)).regex(pattern, words);

/** A text of one line that is not empty: such texts go into protocols. */
export const line = () => matching(/^[^\p{Cc}]+$/u, "must be a text of one line");

/** A path; a relative one starts at the data directory. */
export const path = () => matching(/^[^\0]+$/, "must be a path");

export const webAddress = () => {
  const words = "must be an address such as https://host/folder";
  return matching(/^https?:\/\/[^/]/, words).refine((text) => URL.canParse(text), words);
};

/** An address that links are made with: it ends without a slash. */
export const baseUrl = () => {
  const words = "must be an http or https URL without ? and #";
  const isBase = (text: string): boolean => {
    const url = URL.parse(text);
    return url !== null && url.search === "" && url.hash === "";
  };
  return matching(/^https?:\/\/[^\p{Cc}?#]+$/u, words)
    .refine(isBase, words)
    .transform((text) => new URL(text).href.replace(/\/+$/, ""));
};

/** As browsers write it: no path, no default port. `*` is none: then any page could ask. */
export const origin = () => {
  const words = "must be an origin such as https://host";
  return z.string(refusing(words)).refine((text) => {
    const parsed = URL.parse(text)?.origin;
    return parsed === text && parsed !== "null";
  }, words);
};

export const listOf = <Item extends z.ZodType>(item: Item, of: string) =>
  z.array(item, refusing(`must be a list of ${of}`));
