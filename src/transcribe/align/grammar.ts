import type { SpokenPart } from "./parts.ts";
import type { Pronounce } from "./pronounce.ts";

/** Readings and pronunciations of one numeral: more only slow the search down. */
const mostPronunciations = 12;
/** Phones of one entry. */
const mostPhones = 300;

/**
 * The words of a dictionary for one run, under names of our own: what is said never gets into a file
 * that a program reads.
 */
export function createRunDictionary(pronounce: Pronounce) {
  const names = new Map<string, string>();
  const lines: string[] = [];

  function nameOf(pronunciations: readonly string[]): string | undefined {
    const usable = pronunciations.filter((one) => one.split(" ").length <= mostPhones);
    if (usable.length === 0) return undefined;
    const key = usable.join("|");
    const known = names.get(key);
    if (known !== undefined) return known;
    const name = `w${names.size}`;
    names.set(key, name);
    for (const [index, phones] of usable.slice(0, mostPronunciations).entries())
      lines.push(`${name}${index === 0 ? "" : `(${index + 1})`} ${phones}`);
    return name;
  }
  /** How several words sound that are said without a pause: each with its first two pronunciations. */
  function joined(words: readonly string[]): string[] {
    let all = [""];
    for (const word of words) {
      const own = pronounce(word).slice(0, 2);
      if (own.length === 0) return [];
      all = all.flatMap((before) => own.map((phones) => `${before} ${phones}`.trim())).slice(0, 4);
    }
    return all.filter((phones) => phones !== "");
  }
  return {
    /** The names of what is said for a word; undefined when a part of it has no pronunciation. */
    namesOf(parts: readonly SpokenPart[]): string[] | undefined {
      const said = parts.flatMap((part) =>
        part.kind === "words"
          ? part.words.map((word) => nameOf(pronounce(word)))
          : [nameOf(part.readings.flatMap(joined))],
      );
      const named = said.filter((name) => name !== undefined);
      return named.length === said.length && named.length > 0 ? named : undefined;
    },
    text: (): string => [...lines, "um_ AH M", "uh_ AH", ""].join("\n"),
  };
}

/** How likely it is that somebody says um before a word, and it is not in the text. */
const hesitation = 0.001;

/**
 * A grammar by which nothing can be said but these words in this order, with hesitations between them.
 * @param names of the run's dictionary
 */
export function linearGrammar(id: string, names: readonly string[]): string {
  const loops = (state: number): string =>
    ["um_", "uh_"].map((name) => `TRANSITION ${state} ${state} ${hesitation} ${name}\n`).join("");
  const steps = names.map(
    (name, state) => `TRANSITION ${state} ${state + 1} 1.0 ${name}\n${loops(state)}`,
  );
  const head = `FSG_BEGIN ${id}\nNUM_STATES ${names.length + 1}\nSTART_STATE 0\nFINAL_STATE ${names.length}\n`;
  return `${head}${steps.join("")}${loops(names.length)}FSG_END\n`;
}
