import type { Step } from "../media/job.ts";
import type { Context } from "./context.ts";
import { work } from "./work.ts";

/** `dailies retry`: runs failed and cancelled steps again; a ReportJson with --json. */
export async function retry(
  context: Context,
  name: string | undefined,
  options: { readonly step?: Step },
): Promise<number> {
  const { step } = options;
  const { exitCode } = await work(context, (dailies, running) =>
    dailies.retry(name, step === undefined ? running : { ...running, step }),
  );
  return exitCode;
}
