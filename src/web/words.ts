import { english, type Said } from "./english.ts";

type Catalogue = Readonly<Record<Said, string>>;

let catalogue: Catalogue = english;
/** BCP 47: how numbers and dates are written. */
export const language = { value: "en" };

const loaders: Readonly<Record<string, () => Promise<Catalogue>>> = {
  de: async () => (await import("./german.ts")).german,
};

/** Loads the language of the browser, where there is a catalogue for it; else it is English. */
export async function loadLanguage(): Promise<void> {
  const [code = "en"] = navigator.language.split("-");
  const loader = loaders[code];
  if (loader === undefined) return;
  catalogue = await loader();
  language.value = code;
  document.documentElement.lang = code;
}

/** What the page says, in the language in use. A text `one|many` goes by `count`. */
export function say(id: Said, values: Readonly<Record<string, string | number>> = {}): string {
  const [one = "", many] = catalogue[id].split("|");
  const text = many === undefined || values["count"] === 1 ? one : many;
  return text.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const value = values[name] ?? "";
    return typeof value === "number" ? value.toLocaleString(language.value) : value;
  });
}
