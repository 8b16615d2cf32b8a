import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/**
 * Text for a terminal. A media file's name may hold any character, so text from outside reaches a
 * terminal only through `printable`.
 */

/**
 * What must not reach a terminal: control characters, lone surrogates, line and paragraph
 * separators, and characters that reorder or hide text (bidi controls, zero-width ones, tags).
 * The joiners U+200C and U+200D stay: Persian words and emoji families need them.
 */
const unprintable =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

const shortEscapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escaped(character: string): string {
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, "0")}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** The text on one line, with everything that could steer a terminal written out: `\x1b`, `\u202e`. */
export function printable(text: string): string {
  return text.replace(unprintable, escaped);
}

/** A name as it is typed in a shell: quoted where it must be. */
export function shellWord(name: string): string {
  if (/^[\w@%+=:,./-]+$/.test(name)) return name;
  if (printable(name) === name) return `'${name.replaceAll("'", "'\\''")}'`;
  return `$'${printable(name.replaceAll("\\", "\\\\").replaceAll("'", "\\'"))}'`;
}

const ascii = /^[\x20-\x7e]*$/;

let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): string[] {
  // Made when first needed: most names are ASCII, and the first one costs milliseconds.
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** How many columns a printable, unstyled text takes. */
export const widthOf = (text: string): number =>
  ascii.test(text) ? text.length : stringWidth(text, { countAnsiEscapeCodes: true });

/** The whole graphemes, in their order, that fit. */
function fitting(parts: Iterable<string>, columns: number): string[] {
  let used = 0;
  const fit: string[] = [];
  for (const part of parts) {
    used += widthOf(part);
    if (used > columns) break;
    fit.push(part);
  }
  return fit;
}

/** The text in at most that many columns, `…` where something was left out. */
export function truncate(text: string, columns: number, where: "end" | "middle" = "end"): string {
  if (widthOf(text) <= columns) return text;
  if (columns < 1) return "";
  const parts = graphemes(text);
  const back = where === "end" ? 0 : Math.floor((columns - 1) / 2);
  const head = fitting(parts, columns - 1 - back);
  const tail = fitting(parts.toReversed(), back).toReversed();
  return `${head.join("")}…${tail.join("")}`;
}

/** The same as `truncate` at the end, between words where the text has any. */
export function truncateWords(text: string, columns: number): string {
  const cut = truncate(text, columns);
  const space = cut === text ? -1 : cut.lastIndexOf(" ", cut.length - 2);
  return space > 0 ? `${cut.slice(0, space).trimEnd()} …` : cut;
}

/** The text filled up with spaces to that many columns. */
export function pad(text: string, columns: number, align: "left" | "right" = "left"): string {
  const space = " ".repeat(Math.max(0, columns - widthOf(text)));
  return align === "left" ? text + space : space + text;
}

/** Words on lines of at most that many columns; a longer word goes on in the next line. */
export function wrap(text: string, columns: number): string[] {
  return text.trim() === "" ? [] : wrapAnsi(text.trim(), columns, { hard: true }).split("\n");
}
