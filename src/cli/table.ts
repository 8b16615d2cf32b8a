import type { Format, Style } from "./output.ts";
import { pad, printable, truncate, widthOf } from "./text.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** May be cut down to this many columns when the terminal is narrow. Default: never cut. */
  readonly least?: number;
  /** Where it is cut; names end in what tells them apart. Default `end`. */
  readonly cut?: "end" | "middle";
}

/** Plain text, or text in a colour. Control characters are written out either way. */
export type Cell = string | { readonly text: string; readonly format: Format };

const gap = 2;

/** How wide each column may be, so that a row fits: the widest of those that may be cut gives first. */
function fit(
  wanted: readonly number[],
  columns: readonly Column[],
  available: number | undefined,
): number[] {
  const widths = [...wanted];
  if (available === undefined) return widths;
  const total = (): number => widths.reduce((sum, width) => sum + width + gap, -gap);
  const room = (index: number): number =>
    (widths[index] ?? 0) - (columns[index]?.least ?? Infinity);
  for (let over = total() - available; over > 0; over -= 1) {
    let widest = -1;
    for (const index of widths.keys())
      if (room(index) > 0 && (widths[index] ?? 0) > (widths[widest] ?? 0)) widest = index;
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/**
 * Aligned lines, titles first (none when no column has a title). With `available` columns of a
 * terminal, cells are cut to fit, and a line that still does not fit is cut at its end.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: { style: Style; available?: number | undefined },
): string[] {
  const titled = columns.some(({ title }) => title !== "");
  const titles = columns.map(({ title }): Cell => ({ text: title, format: "dim" }));
  const cells = (titled ? [titles, ...rows] : rows).map((row) =>
    row.map((cell) =>
      typeof cell === "string"
        ? { text: printable(cell) }
        : { text: printable(cell.text), format: cell.format },
    ),
  );
  const wanted = columns.map((_, index) =>
    cells.reduce((most, row) => Math.max(most, widthOf(row[index]?.text ?? "")), 0),
  );
  const widths = fit(wanted, columns, options.available);
  return cells.map((row) => {
    let left = options.available ?? Infinity;
    const parts: string[] = [];
    const last = row.findLastIndex(({ text }) => text !== "");
    for (const [index, cell] of row.slice(0, last + 1).entries()) {
      const { align = "left", cut = "end" } = columns[index] ?? {};
      const width = Math.min(widths[index] ?? 0, Math.max(0, left));
      const short = truncate(cell.text, width, cut);
      const shown = index === last && align === "left" ? short : pad(short, width, align);
      parts.push(cell.format === undefined ? shown : options.style(cell.format, shown));
      left -= width + gap;
      if (left <= 0) break;
    }
    return parts.join(" ".repeat(gap)).trimEnd();
  });
}
