import { asMediaError, type MediaError } from "../media/errors.ts";
import type { Context } from "./context.ts";
import { errorJson, errorText, exitCodes, type ErrorJson } from "./failure.ts";
import { count } from "./format.ts";
import { printable } from "./text.ts";

/** The output of `cancel --json`. */
export interface CancelledJson {
  /** `steps`: how many were cancelled; 0 where nothing was left to do. */
  readonly cancelled: readonly { readonly name: string; readonly steps: number }[];
  readonly failed: readonly { readonly name: string; readonly error: ErrorJson }[];
}

interface Cancellation {
  readonly name: string;
  readonly steps: number;
  readonly error?: MediaError;
}

/** `dailies cancel`: an unknown name does not stop the others. */
export async function cancel(context: Context, names: readonly string[]): Promise<number> {
  const { output } = context;
  const all = await context.withDailies((dailies) =>
    Promise.all(
      [...new Set(names)].map(async (name): Promise<Cancellation> =>
        dailies.cancel(name).then(
          (steps) => ({ name, steps }),
          (error: unknown) => ({ name, steps: 0, error: asMediaError(error) }),
        ),
      ),
    ),
  );
  const done = all.filter(({ error }) => error === undefined);
  const failed = all.flatMap(({ name, error }) =>
    error === undefined ? [] : [{ name, error: errorJson(error) }],
  );
  if (output.mode === "human") {
    output.lines(
      done.map(({ name, steps }) =>
        steps === 0
          ? `Nothing is left to do for ${printable(name)}`
          : `Cancelled ${count(steps, "step")} of ${printable(name)}; \`dailies retry\` does them after all`,
      ),
    );
    for (const { error } of failed) output.notes.write(`dailies: ${errorText(error)}\n`);
  } else
    output.document({
      cancelled: done.map(({ name, steps }) => ({ name, steps })),
      failed,
    } satisfies CancelledJson);
  if (failed.length === 0) return exitCodes.done;
  return done.length === 0 ? exitCodes.couldNotRun : exitCodes.someFailed;
}
