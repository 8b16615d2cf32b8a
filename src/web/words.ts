import { english, type Said } from "./english.ts";

/** BCP 47: how numbers and dates are written. */
export const language = { value: "en" };

/** What the page says. A text `one|many` goes by `count`. */
export function say(id: Said, values: Readonly<Record<string, string | number>> = {}): string {
  const [one = "", many] = english[id].split("|");
  const text = many === undefined || values["count"] === 1 ? one : many;
  return text.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const value = values[name] ?? "";
    return typeof value === "number" ? value.toLocaleString(language.value) : value;
  });
}
