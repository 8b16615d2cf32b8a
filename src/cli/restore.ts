import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { count, formatMoment, formatSize } from "./format.ts";
import { printable } from "./text.ts";

/** `dailies restore`; its report with --json. Exits with 2 when some bytes could not be restored. */
export async function restore({ output, config }: Context, from: string): Promise<number> {
  const { restoreLibrary } = await import("../runtime/backup.ts");
  const done = await restoreLibrary(config, from);
  if (output.mode !== "human") output.document(done);
  else {
    const all = `${count(done.objects, "object")}, ${formatSize(done.sizeBytes)}`;
    const since = formatMoment(Date.parse(done.madeAt));
    output.lines([
      `${printable(done.dataDir)} holds ${all}, as of ${since}; all hashes are right.`,
    ]);
    if (!done.withKeys)
      output.note(
        `The master key was not in the backup: put it at ${printable(config.masterKeyFile)}.`,
      );
    for (const key of done.missing)
      output.notes.write(`dailies: the backup has not, or not unchanged, ${printable(key)}\n`);
  }
  return done.missing.length === 0 ? exitCodes.done : exitCodes.someFailed;
}
