import type { Step } from "../media/job.ts";
import type { Context } from "./context.ts";
import { work } from "./work.ts";

/** `dailies reprocess`: plans anew and does what differs; prints a ReportJson with --json. */
export async function reprocess(
  context: Context,
  names: readonly string[],
  options: { readonly only?: readonly Step[] },
): Promise<number> {
  const { only } = options;
  const { exitCode } = await work(context, (dailies, running) =>
    dailies.reprocess(names, only === undefined ? running : { ...running, only }),
  );
  return exitCode;
}
