import type { SearchHit } from "../search/search.ts";
import { MediaError } from "../media/errors.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { count, formatMediaTime } from "./format.ts";
import { filterOf, type FilterOptions } from "./ls.ts";
import type { Style } from "./output.ts";
import { printable } from "./text.ts";

/** `{"hits": HitJson[]}` with --json, best first. */
export interface HitJson {
  readonly name: string;
  readonly type?: SearchHit["type"];
  /** Higher is better; comparable within one answer only. */
  readonly score: number;
  /** True when a draft engine made the transcript. */
  readonly draft: boolean;
  readonly matched: SearchHit["matched"];
  /** Where the words are said; empty when the name or a label matched. */
  readonly moments: readonly {
    readonly startMs: number;
    readonly endMs: number;
    /** The surrounding words, with the found ones between `[` and `]`. */
    readonly snippet: string;
  }[];
}

function hitJson({ name, type, score, draft, matched, moments }: SearchHit): HitJson {
  return { name, ...(type !== undefined && { type }), score, draft, matched, moments };
}

const momentsShown = 3;
const defaultLimit = 20;

/** The found words in colour where there is colour, between brackets where there is none. */
export function markSnippet(snippet: string, style: Style): string {
  return printable(snippet).replace(/\[([^[\]]+)\]/g, (bracketed, found: string) => {
    const marked = style(["bold", "yellow"], found);
    return marked === found ? bracketed : marked;
  });
}

/** What a hit is by, beside the words that are shown. */
function matchedText({ matched }: SearchHit): string {
  const others = matched.filter((one) => one !== "words");
  return others.length === 0 ? "" : `  (by ${others.join(" and ")})`;
}

function hitLines(hit: SearchHit, style: Style): string[] {
  const draft = hit.draft && hit.moments.length > 0 ? "  (draft transcript)" : "";
  const about = style("dim", `${hit.type ?? ""}${draft}${matchedText(hit)}`);
  const moments = hit.moments.slice(0, momentsShown).map(({ startMs, snippet }) => {
    const time = style("cyan", formatMediaTime(startMs));
    return `  ${time}  ${markSnippet(snippet, style)}`;
  });
  const rest = hit.moments.length - momentsShown;
  const more = rest > 0 ? [style("dim", `  and ${count(rest, "more moment")}`)] : [];
  return [`${style("bold", printable(hit.name))}  ${about}`.trimEnd(), ...moments, ...more];
}

/** What was typed: the shell has removed the quotation marks around several words of one argument. */
export function typedText(args: readonly string[]): string {
  const isPhrase = (text: string) => /\S\s+\S/u.test(text) && !/["“”„«»「」『』]/u.test(text);
  return args
    .map((text) => (isPhrase(text) ? `"${text.trim()}"` : text))
    .join(" ")
    .trim();
}

/** `dailies search` */
export async function search(
  context: Context,
  words: readonly string[],
  options: FilterOptions,
): Promise<number> {
  const { output } = context;
  const text = typedText(words);
  if (text === "") throw new MediaError("invalid_argument", "there are no words to search for");
  const query = { limit: defaultLimit, ...filterOf(options), words: text };
  const hits = await context.withDailies((dailies) => dailies.search(query));
  if (output.mode !== "human") output.list("hits", hits.map(hitJson));
  else if (hits.length === 0) output.note(`Nothing found for ${printable(text)}.`);
  else output.lines(hits.flatMap((hit) => hitLines(hit, output.results.style)));
  return exitCodes.done;
}
