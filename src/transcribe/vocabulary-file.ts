import { createHash } from "node:crypto";
import { MediaError } from "../media/errors.ts";
import { canonicalJson } from "../media/job.ts";
import type { Vocabulary, VocabularyPhrase } from "../media/speech.ts";

/** As Amazon Transcribe's: a phrase has at most 256 characters, a file 50 KB. */
export const vocabularyLimits = { phraseLength: 256, fileBytes: 50 * 1024 };

/** A row of a table, and the line on which it begins. */
interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

type Refuse = (line: number, why: string) => never;

const columnNames = ["phrase", "soundslike", "ipa", "displayas"] as const;
type Column = (typeof columnNames)[number];
/** Without a header. */
const usualColumns: readonly Column[] = ["phrase", "soundslike", "displayas"];

/** `"a ""quoted"" field"`, or a plain one; lines may end within quotes. */
function commaRows(text: string, refuse: Refuse): Row[] {
  const rows: Row[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/y;
  let cells: string[] = [];
  let line = 1;
  let begins = 1;
  for (field.lastIndex = 0; ;) {
    const at = field.lastIndex;
    const found = field.exec(text);
    if (found === null) {
      const why = text.startsWith('"', at) ? "a quote is not closed" : "a quote within a field";
      return refuse(line, `${why}; quotes are doubled and whole fields are quoted`);
    }
    const [whole, quoted, plain = "", end] = found;
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
    line += whole.split("\n").length - 1;
    if (end === ",") continue;
    rows.push({ line: begins, cells });
    [cells, begins] = [[], line];
    if (end === "" || field.lastIndex >= text.length) return rows;
  }
}

const lineRows = (text: string, separator: string | undefined): Row[] =>
  text.split("\n").map((line, index) => ({
    line: index + 1,
    cells: separator === undefined ? [line] : line.split(separator),
  }));

/** Tabs make it Amazon's table; else commas make it CSV; else each line is a phrase. */
function rowsOf(text: string, refuse: Refuse): Row[] {
  const all = text.includes("\t")
    ? lineRows(text, "\t")
    : /[",]/.test(text)
      ? commaRows(text, refuse)
      : lineRows(text, undefined);
  const isFilled = ({ cells }: Row) => cells.some((cell) => cell.trim() !== "");
  return all.filter(isFilled);
}

/** The columns of a header; undefined when the first row is none. */
function headerOf(row: Row | undefined, refuse: Refuse): Column[] | undefined {
  const names = row?.cells.map((cell) => cell.toLowerCase().replace(/[^a-z]/g, "")) ?? [];
  if (row === undefined || !names.includes("phrase")) return undefined;
  return names.map((name, index) => {
    const column = columnNames.find((one) => one === name);
    const cell = JSON.stringify(row.cells[index]);
    if (column === undefined)
      return refuse(row.line, `${cell} is no column; there are Phrase, SoundsLike, DisplayAs`);
    if (names.indexOf(name) !== index) refuse(row.line, `the column ${cell} is there twice`);
    return column;
  });
}

function phraseOf({ line, cells }: Row, columns: readonly Column[], refuse: Refuse) {
  if (cells.slice(columns.length).some((cell) => cell.trim() !== ""))
    refuse(line, `${cells.length} fields, but there are ${columns.length} columns`);
  const read = (column: Column): string => {
    const text = (cells[columns.indexOf(column)] ?? "").trim();
    if (/\p{Cc}/u.test(text)) refuse(line, "a control character");
    if ([...text].length > vocabularyLimits.phraseLength)
      refuse(line, `more than ${vocabularyLimits.phraseLength} characters`);
    return text;
  };
  const [phrase, soundsLike, displayAs] = [read("phrase"), read("soundslike"), read("displayas")];
  if (!/[\p{L}\p{N}]/u.test(phrase)) refuse(line, "there is no phrase");
  return {
    phrase,
    ...(soundsLike !== "" && { soundsLike }),
    ...(displayAs !== "" && { displayAs }),
  };
}

/** Phrases under their hash. */
export function vocabularyOf(phrases: readonly VocabularyPhrase[]): Vocabulary {
  return { sha256: createHash("sha256").update(canonicalJson(phrases)).digest("hex"), phrases };
}

/**
 * Reads a vocabulary: lines of phrases, CSV (`phrase,sounds-like,display-as`) or a table of Amazon
 * Transcribe (tabs; columns Phrase, SoundsLike, IPA, DisplayAs in any order). A header may be left out
 * where the columns are the usual ones. IPA is read over: no engine here takes it.
 * @param name of the file, for messages
 * @throws MediaError `invalid_argument` with the file and the line
 */
export function readVocabulary(bytes: Uint8Array, name: string): Vocabulary {
  const refuse: Refuse = (line, why) => {
    throw new MediaError("invalid_argument", `${name}, line ${line}: ${why}`);
  };
  if (bytes.length > vocabularyLimits.fileBytes)
    throw new MediaError("invalid_argument", `${name}: more than 50 KB are no vocabulary`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r\n?/g, "\n");
  } catch (cause) {
    throw new MediaError("invalid_argument", `${name}: it must be UTF-8 text`, { cause });
  }
  const rows = rowsOf(text, refuse);
  const header = headerOf(rows[0], refuse);
  const seen = new Map<string, number>();
  const isAmazons = text.includes("\t");
  const phrases = rows.slice(header === undefined ? 0 : 1).map((row) => {
    const read = phraseOf(row, header ?? usualColumns, refuse);
    // Their tables write `Los-Angeles` for two words; who means the hyphen says so by DisplayAs.
    const phrase = isAmazons ? { ...read, phrase: read.phrase.replaceAll("-", " ").trim() } : read;
    const key = phrase.phrase.toLowerCase();
    const earlier = seen.get(key);
    if (earlier !== undefined)
      refuse(row.line, `${JSON.stringify(phrase.phrase)} is there already, on line ${earlier}`);
    seen.set(key, row.line);
    return phrase;
  });
  if (phrases.length === 0)
    throw new MediaError("invalid_argument", `${name}: there are no phrases`);
  return vocabularyOf(phrases);
}
