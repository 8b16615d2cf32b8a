import type { Output } from "./output.ts";
import { growingTable, type Cell, type Column } from "./table.ts";

/** Lists that are read and printed page by page, so that memory does not grow with the library. */
export type PagesOf<T> = AsyncIterable<readonly T[]>;

/** Maps each item when its page arrives. */
export async function* eachOf<T, U>(pages: PagesOf<T>, of: (item: T) => U): AsyncGenerator<U[]> {
  for await (const page of pages) yield page.map(of);
}

/** JSON indented for this depth in a document. */
function indented(value: unknown, depth: number): string {
  // Line breaks are those of the layout: in a string they are escaped.
  return JSON.stringify(value, undefined, 2).replaceAll("\n", `\n${"  ".repeat(depth)}`);
}

/** `{"<title>": […], …rest}` as `JSON.stringify` indents it. */
async function* documentText(
  title: string,
  pages: PagesOf<unknown>,
  rest: object,
): AsyncGenerator<string> {
  const head = `{\n  ${JSON.stringify(title)}: [`;
  let before = head;
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield `${before}\n    ${page.map((item) => indented(item, 2)).join(",\n    ")}`;
    before = ",";
  }
  const more = Object.entries(rest).map(
    ([key, value]) => `,\n  ${JSON.stringify(key)}: ${indented(value, 1)}`,
  );
  yield `${before === head ? head : "\n  "}]${more.join("")}\n}\n`;
}

async function* linesText(pages: PagesOf<unknown>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((item) => `${JSON.stringify(item)}\n`).join("");
}

/**
 * Prints the same text as `output.list`. A failure before the first page prints nothing. A later failure
 * leaves half a document, which no parser accepts.
 * @param rest the fields behind the list in the document of --json
 */
export async function printPages(
  { mode, results }: Output,
  title: string,
  pages: PagesOf<unknown>,
  rest: object = {},
): Promise<void> {
  const texts = mode === "jsonl" ? linesText(pages) : documentText(title, pages, rest);
  for await (const text of texts) {
    results.write(text);
    await results.taken();
  }
}

/** A table for people; says whether it had any rows. Without any, nothing is printed. */
export async function printTable(
  { results }: Output,
  columns: readonly Column[],
  pages: PagesOf<readonly Cell[]>,
): Promise<boolean> {
  const linesOf = growingTable(columns, { style: results.style, available: results.columns() });
  let isEmpty = true;
  for await (const rows of pages) {
    if (rows.length === 0) continue;
    isEmpty = false;
    results.write(
      linesOf(rows)
        .map((line) => `${line}\n`)
        .join(""),
    );
    await results.taken();
  }
  return !isEmpty;
}
