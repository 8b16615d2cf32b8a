import type { Passage } from "./passages.ts";

/** Marks of words: `::highlight(NAME)` in the style sheet. They change no element of the page. */
type Mark = "spoken" | "unsure" | "sought" | "changed";

/** Where a word stands in the text of its passage; none when the text is another by now. */
export function rangeOf(node: Text, { from, starts, text }: Passage, word: number): Range[] {
  const start = starts[word - from];
  if (start === undefined || node.data.length < text.length) return [];
  const next = starts[word - from + 1] ?? text.length + 1;
  const range = new Range();
  range.setStart(node, start);
  range.setEnd(
    node,
    Math.max(start, Math.min(text.length, next - (text[next - 1] === " " ? 1 : 0))),
  );
  return [range];
}

/** Adds ranges to a mark (`spoken` holds only the last ones). Returns what takes them away. */
export function markWords(mark: Mark, ranges: readonly Range[]): () => void {
  const registry = (CSS as { highlights?: HighlightRegistry }).highlights;
  if (registry === undefined) return () => {}; // an old browser shows the passage alone
  let highlight = registry.get(mark);
  if (highlight === undefined) registry.set(mark, (highlight = new Highlight()));
  if (mark === "spoken") highlight.clear();
  for (const range of ranges) highlight.add(range);
  return () => {
    for (const range of ranges) highlight.delete(range);
  };
}
