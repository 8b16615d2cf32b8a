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

/**
 * Two columns wide: East Asian Width W and F (Unicode Standard Annex 11), as blocks, and what is
 * an emoji by itself or by the selector U+FE0F.
 */
const wide =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2fb}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u;
const widthless = /^(?:\p{Mn}|\p{Me}|\u200c|\u200d)*$/u;
const ascii = /^[\x20-\x7e]*$/;

let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): string[] {
  // Made when first needed: most names are ASCII, and the first one costs milliseconds.
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function graphemeWidth(grapheme: string): number {
  if (widthless.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}

/** How many columns a printable, unstyled text takes. */
export function widthOf(text: string): number {
  if (ascii.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
}

/** As many whole graphemes from the start as fit. */
function head(parts: readonly string[], columns: number): string {
  let used = 0;
  let text = "";
  for (const part of parts) {
    used += graphemeWidth(part);
    if (used > columns) break;
    text += part;
  }
  return text;
}

function tail(parts: readonly string[], columns: number): string {
  let used = 0;
  let text = "";
  for (const part of parts.toReversed()) {
    used += graphemeWidth(part);
    if (used > columns) break;
    text = part + text;
  }
  return text;
}

/** The text in at most that many columns, `…` where something was left out. */
export function truncate(text: string, columns: number, where: "end" | "middle" = "end"): string {
  if (widthOf(text) <= columns) return text;
  if (columns < 1) return "";
  const parts = graphemes(text);
  if (where === "end") return `${head(parts, columns - 1)}…`;
  const back = Math.floor((columns - 1) / 2);
  return `${head(parts, columns - 1 - back)}…${tail(parts, back)}`;
}

/** The text filled up with spaces to that many columns. */
export function pad(text: string, columns: number, align: "left" | "right" = "left"): string {
  const space = " ".repeat(Math.max(0, columns - widthOf(text)));
  return align === "left" ? text + space : space + text;
}

/** Words on lines of at most that many columns; a longer word stands alone, cut. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").filter((part) => part !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && widthOf(longer) > columns) {
      lines.push(line);
      line = truncate(word, columns);
    } else line = line === "" ? truncate(word, columns) : longer;
  }
  return line === "" ? lines : [...lines, line];
}
