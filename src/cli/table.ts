import type { Format, Style } from "./output.ts";
import { pad, printable, truncate, truncateWords, widthOf } from "./text.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** The cell may be cut to this many columns on a narrow terminal. Default: it is never cut. */
  readonly least?: number;
  /** Where the cell is cut. Names differ at their ends. Default: `end`, between words. */
  readonly cut?: "end" | "middle";
  /** The column is left out where a narrow terminal has no room for all: 1 goes first. Default: it stays. */
  readonly optional?: number;
}

/** Plain text, or text in a colour. Control characters are written out either way. */
export type Cell = string | { readonly text: string; readonly format: Format };

const gap = 2;

/** The width of each column so that a row fits: the widest column that may be cut gives way first. */
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

/** The columns that a terminal has room for, by index: of the optional ones as many as fit, and none that is empty. */
function roomFor(
  wanted: readonly number[],
  columns: readonly Column[],
  available = Infinity,
): Set<number> {
  const shown = new Set([...columns.keys()].filter((index) => (wanted[index] ?? 0) > 0));
  const least = (index: number): number =>
    Math.min(wanted[index] ?? 0, columns[index]?.least ?? Infinity);
  const total = (): number =>
    Array.from(shown).reduce((sum, index) => sum + least(index) + gap, -gap);
  const leaving = Array.from(columns.entries())
    .flatMap(([index, { optional }]) => (optional === undefined ? [] : [{ index, optional }]))
    .toSorted((a, b) => a.optional - b.optional);
  for (const { index } of leaving) {
    if (total() <= available) break;
    shown.delete(index);
  }
  return shown;
}

interface TableOptions {
  readonly style: Style;
  /** Columns of the terminal; undefined where lines may be of any length. */
  readonly available?: number | undefined;
}

interface PlainCell {
  readonly text: string;
  readonly format?: Format;
}

function plain(cell: Cell): PlainCell {
  if (typeof cell === "string") return { text: printable(cell) };
  return { text: printable(cell.text), format: cell.format };
}

function lineOf(
  row: readonly PlainCell[],
  columns: readonly Column[],
  { widths, style, available }: TableOptions & { readonly widths: readonly number[] },
): string {
  let left = available ?? Infinity;
  const parts: string[] = [];
  const last = row.findLastIndex(({ text }) => text !== "");
  for (const [index, cell] of row.slice(0, last + 1).entries()) {
    const { align = "left", cut = "end" } = columns[index] ?? {};
    const width = Math.min(widths[index] ?? 0, Math.max(0, left));
    const short = cut === "end" ? truncateWords(cell.text, width) : truncate(cell.text, width, cut);
    const shown = index === last && align === "left" ? short : pad(short, width, align);
    parts.push(cell.format === undefined ? shown : style(cell.format, shown));
    left -= width + gap;
    if (left <= 0) break;
  }
  return parts.join(" ".repeat(gap)).trimEnd();
}

/**
 * Aligned lines, titles first (none when no column has a title). With `available` columns of a
 * terminal, cells are cut to fit, and a line that still does not fit is cut at its end.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions,
): string[] {
  return growingTable(columns, options)(rows);
}

/**
 * A table whose rows come page by page: each call gives the lines of some rows, the first one with the
 * titles. Columns are as wide as the rows so far need, so later pages can be wider than earlier ones.
 */
export function growingTable(
  columns: readonly Column[],
  options: TableOptions,
): (rows: readonly (readonly Cell[])[]) => string[] {
  const titled = columns.some(({ title }) => title !== "");
  const wanted = columns.map(() => 0);
  let head = titled ? [columns.map(({ title }): Cell => ({ text: title, format: "dim" }))] : [];
  return (rows) => {
    const cells = [...head, ...rows].map((row) => row.map(plain));
    head = [];
    for (const row of cells)
      for (const [index, { text }] of row.entries())
        wanted[index] = Math.max(wanted[index] ?? 0, widthOf(text));
    const shown = roomFor(wanted, columns, options.available);
    const kept = <T>(all: readonly T[]): T[] => all.filter((_, index) => shown.has(index));
    const some = kept(columns);
    const widths = fit(kept(wanted), some, options.available);
    return cells.map((row) => lineOf(kept(row), some, { ...options, widths }));
  };
}
