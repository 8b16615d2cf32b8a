import type { Check } from "../doctor/check.ts";
import { checkUp } from "../runtime/doctor.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { count } from "./format.ts";
import type { Style } from "./output.ts";
import { printable } from "./text.ts";

/** The output of `doctor --json`. */
export interface DoctorJson {
  /** True when nothing that is needed is missing. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

function marks(style: Style): Readonly<Record<Check["state"], string>> {
  return { ok: style("green", "✓"), warning: style("yellow", "!"), missing: style("red", "✗") };
}

function checkLines(check: Check, style: Style): string[] {
  const found = check.found === undefined ? "" : ` ${printable(check.found)}`;
  const head = `${marks(style)[check.state]} ${style("bold", printable(check.name))}${found}`;
  const detail = check.detail === "" ? "" : `: ${printable(check.detail)}`;
  const remedy = check.remedy === undefined ? [] : [`    → ${printable(check.remedy)}`];
  return [head + detail, ...remedy];
}

/** `dailies doctor`: exits with 0 when nothing needed is missing, else with 1. */
export async function doctor(context: Context): Promise<number> {
  const { output, config } = context;
  const checks = await checkUp(config);
  const missing = checks.filter(({ state }) => state === "missing").length;
  const warnings = checks.filter(({ state }) => state === "warning").length;
  if (output.mode === "human") {
    output.lines(checks.flatMap((check) => checkLines(check, output.results.style)));
    const also = warnings > 0 ? `, ${count(warnings, "warning")}` : "";
    output.note(missing > 0 ? `${count(missing, "thing")} missing${also}` : `All there${also}`);
  } else output.document({ ok: missing === 0, checks } satisfies DoctorJson);
  return missing === 0 ? exitCodes.done : exitCodes.couldNotRun;
}
