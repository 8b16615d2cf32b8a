import type { Check } from "../doctor/check.ts";
import { checkUp } from "../runtime/doctor.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { count } from "./format.ts";
import type { Style } from "./output.ts";
import { printable, wrap } from "./text.ts";

/** The output of `doctor --json`. */
export interface DoctorJson {
  /** True when nothing that is needed is missing. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

function marks(style: Style): Readonly<Record<Check["state"], string>> {
  return { ok: style("green", "✓"), warning: style("yellow", "!"), missing: style("red", "✗") };
}

/**
 * What was found by one check. On a terminal its lines end between words and are indented below the mark; elsewhere
 * it is one line.
 */
export function checkLines(check: Check, style: Style, columns?: number): string[] {
  const found = check.found === undefined ? "" : ` ${printable(check.found)}`;
  const head = `${marks(style)[check.state]} ${style("bold", printable(check.name))}${found}`;
  const detail = check.detail === "" ? "" : `: ${printable(check.detail)}`;
  const remedy = check.remedy === undefined ? [] : [`    → ${printable(check.remedy)}`];
  const whole = head + detail;
  if (columns === undefined) return [whole, ...remedy];
  const lines = wrap(whole, Math.max(20, columns - 2));
  return [...lines.map((line, index) => (index === 0 ? line : `  ${line}`)), ...remedy];
}

/** `dailies doctor`: exits with 0 when nothing needed is missing, else with 1. */
export async function doctor(context: Context): Promise<number> {
  const { output, config } = context;
  const checks = await checkUp(config);
  const missing = checks.filter(({ state }) => state === "missing").length;
  const warnings = checks.filter(({ state }) => state === "warning").length;
  if (output.mode === "human") {
    const { style, columns } = output.results;
    output.lines(checks.flatMap((check) => checkLines(check, style, columns())));
    const also = warnings > 0 ? `, ${count(warnings, "warning")}` : "";
    output.note(missing > 0 ? `${count(missing, "thing")} missing${also}` : `All there${also}`);
  } else output.document({ ok: missing === 0, checks } satisfies DoctorJson);
  return missing === 0 ? exitCodes.done : exitCodes.couldNotRun;
}
