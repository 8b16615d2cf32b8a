import {
  missedBy,
  type Findings,
  type Figure,
  type Row,
  type Spread,
  type Unit,
} from "./figure.ts";

function figures(value: number, unit: Unit): string {
  if (unit === "SSIM") return value.toFixed(4);
  const size = Math.abs(value);
  const digits = unit === "×" ? 3 : size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits);
}

/** Before and after the value: `0.98 ×`, `12 ms`. */
function withUnit(text: string, unit: Unit): string {
  return unit === "SSIM" ? text : `${text} ${unit}`;
}

/** The median, and the range when it was measured more than once. */
export function spreadText({ min, median, max, count }: Spread, unit: Unit): string {
  const middle = withUnit(figures(median, unit), unit);
  return count === 1 ? middle : `${middle} (${figures(min, unit)}–${figures(max, unit)})`;
}

function targetText({ target, unit }: Row): string {
  if (target === undefined) return "";
  return withUnit(`${target.bound === "at most" ? "≤" : "≥"} ${target.value}`, unit);
}

function verdict(row: Row): string {
  const missed = missedBy(row);
  if (missed === undefined) return "";
  return missed === 0 ? "met" : `**missed by ${(missed * 100).toFixed(0)} %**`;
}

function besideText({ beside, unit }: Row): string {
  return beside === undefined ? "" : `${beside.what}: ${spreadText(beside.measured, unit)}`;
}

/** A figure as Markdown. */
export function figureMarkdown(figure: Figure, { rows, remarks }: Findings): string {
  const lines = rows.map((row) => {
    const cells = [row.what, targetText(row), spreadText(row.measured, row.unit), verdict(row)];
    return `| ${[...cells, besideText(row)].join(" | ")} |`;
  });
  return [
    `## ${figure.letter}. ${figure.title}`,
    "",
    "| what | target | measured | | beside it |",
    "|---|---|---|---|---|",
    ...lines,
    "",
    ...remarks.map((remark) => `- ${remark}`),
  ].join("\n");
}

/** A figure for a terminal. */
export function figureText(figure: Figure, { rows }: Findings): string {
  const width = Math.max(...rows.map(({ what }) => what.length));
  const lines = rows.map((row) => {
    const held = row.target === undefined ? "" : `  [${targetText(row)}: ${verdict(row)}]`;
    const beside = row.beside === undefined ? "" : `  · ${besideText(row)}`;
    return `  ${row.what.padEnd(width)}  ${spreadText(row.measured, row.unit)}${held}${beside}`;
  });
  return [`${figure.letter}. ${figure.title}`, ...lines].join("\n").replaceAll("**", "");
}

/** How many targets were met, as a sentence. */
export function summary(all: readonly Findings[]): string {
  const held = all.flatMap(({ rows }) => rows).filter(({ target }) => target !== undefined);
  const met = held.filter((row) => missedBy(row) === 0).length;
  return `${met} of ${held.length} targets met.`;
}
