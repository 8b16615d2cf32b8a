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
  if (unit === "files") return String(value);
  const size = Math.abs(value);
  const digits = unit === "×" ? 3 : size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits);
}

/** The value with its unit: `0.98 ×`, `12 ms`. */
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
  const value = Number(target.value.toPrecision(4));
  return withUnit(`${target.bound === "at most" ? "≤" : "≥"} ${value}`, unit);
}

function verdict(row: Row): string {
  const missed = missedBy(row);
  if (missed === undefined) return "";
  if (missed === 0) return "met";
  // There is no share of nothing.
  if (!Number.isFinite(missed)) return "**missed**";
  return `**missed by ${(missed * 100).toFixed(0)} %**`;
}

function comparisonText({ comparison, unit }: Row): string {
  return comparison === undefined
    ? ""
    : `${comparison.what}: ${spreadText(comparison.measured, unit)}`;
}

/** A figure as Markdown. */
export function figureMarkdown(figure: Figure, { rows, remarks }: Findings): string {
  const lines = rows.map((row) => {
    const cells = [row.what, targetText(row), spreadText(row.measured, row.unit), verdict(row)];
    return `| ${[...cells, comparisonText(row)].join(" | ")} |`;
  });
  return [
    `## ${figure.letter}. ${figure.title}`,
    "",
    "| figure | target | measured | | comparison |",
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
    const target = row.target === undefined ? "" : `  [${targetText(row)}: ${verdict(row)}]`;
    const comparison = row.comparison === undefined ? "" : `  · ${comparisonText(row)}`;
    return `  ${row.what.padEnd(width)}  ${spreadText(row.measured, row.unit)}${target}${comparison}`;
  });
  return [`${figure.letter}. ${figure.title}`, ...lines].join("\n").replaceAll("**", "");
}

/** How many targets were met, as a sentence. */
export function summary(all: readonly Findings[]): string {
  const withTarget = all.flatMap(({ rows }) => rows).filter(({ target }) => target !== undefined);
  const met = withTarget.filter((row) => missedBy(row) === 0).length;
  return `${met} of ${withTarget.length} targets met.`;
}
