import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/**
 * The pronunciations of words in a dictionary of CMU's form (`read R EH D`, `read(2) R IY D`). The
 * file is read line by line each time: it has 3 MB, and takes ten times that when it is kept.
 * @param words small letters
 */
export async function pronunciationsOf(
  dictionary: string,
  words: ReadonlySet<string>,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  if (words.size === 0) return found;
  for await (const line of createInterface({ input: createReadStream(dictionary) })) {
    const end = line.indexOf(" ");
    const entry = line.slice(0, end);
    const variant = entry.indexOf("(");
    const word = variant > 0 ? entry.slice(0, variant) : entry;
    if (!words.has(word)) continue;
    const phones = line.slice(end + 1).trim();
    const known = found.get(word);
    if (known === undefined) found.set(word, [phones]);
    else known.push(phones);
  }
  return found;
}
