import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { count, formatSize } from "./format.ts";
import { printable } from "./text.ts";

export interface BackupCommandOptions {
  readonly verify?: boolean;
  readonly withKeys?: boolean;
}

/** `dailies backup`; its report with --json. Exits with 2 when the library itself has lost bytes. */
export async function backup(
  { output, config, withDailies }: Context,
  dir: string,
  options: BackupCommandOptions,
): Promise<number> {
  const { verify = false, withKeys = false } = options;
  const done = await withDailies((dailies) => dailies.backup(dir, { verify, withKeys }));
  if (output.mode !== "human") output.document(done);
  else {
    const all = `${count(done.objects, "object")}, ${formatSize(done.sizeBytes)}`;
    const news = `${done.copied} copied (${formatSize(done.copiedBytes)}), ${done.removed} removed`;
    output.lines([`${printable(dir)} holds ${all}: ${news}.`]);
    if (done.withKeys)
      output.note(
        "The backup holds the master key: everyone who can read it can open all secrets.",
      );
    else
      output.note(
        `The master key is not in it (--with-keys copies it): keep ${printable(config.masterKeyFile)} elsewhere.`,
      );
    output.note("Not in it: models (`dailies models pull`) and uploads that are not finished.");
    for (const key of done.missing)
      output.notes.write(`dailies: the library has lost ${printable(key)}\n`);
  }
  return done.missing.length === 0 ? exitCodes.done : exitCodes.someFailed;
}
