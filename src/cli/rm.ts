import { asMediaError, type MediaError } from "../media/errors.ts";
import type { LocalLibrary } from "../local/library.ts";
import type { MediaDetails } from "../app/show.ts";
import type { Context } from "./context.ts";
import { errorJson, errorText, exitCodes, type ErrorJson } from "./failure.ts";
import { count, formatSize } from "./format.ts";
import { printable } from "./text.ts";

/** The output of `rm --json`. */
export interface RemovedJson {
  readonly removed: readonly {
    readonly name: string;
    readonly outputs: readonly string[];
    /** Bytes of the copy and of all its outputs. */
    readonly sizeBytes: number;
    /** The file that it was imported from; it stays. */
    readonly origin?: string;
  }[];
  readonly failed: readonly { readonly name: string; readonly error: ErrorJson }[];
}

type Removal =
  | { readonly name: string; readonly details: MediaDetails }
  | { readonly name: string; readonly error: MediaError };

async function removeOne(dailies: LocalLibrary, name: string): Promise<Removal> {
  try {
    const details = await dailies.show(name);
    // The user ordered it, so it is no half of a rename: the space is free when it returns.
    await dailies.remove(name, { keepMs: 0 });
    return { name, details };
  } catch (error) {
    return { name, error: asMediaError(error) };
  }
}

function sizeOf({ media, outputs }: MediaDetails): number {
  return outputs.reduce((sum, { sizeBytes }) => sum + sizeBytes, media.sizeBytes);
}

function removedLine(details: MediaDetails): string {
  const { media, outputs } = details;
  const what = `${count(outputs.length, "output")}, ${formatSize(sizeOf(details))}`;
  const kept = media.origin === undefined ? "" : `; ${printable(media.origin)} is left alone`;
  return `Removed ${printable(media.name)} (${what})${kept}`;
}

/** `dailies rm`: an unknown name does not stop the others. */
export async function remove(context: Context, names: readonly string[]): Promise<number> {
  const { output } = context;
  const removals = await context.withDailies(async (dailies) => {
    const all: Removal[] = [];
    for (const name of new Set(names)) all.push(await removeOne(dailies, name));
    return all;
  });
  const removed = removals.filter((removal) => "details" in removal);
  const failed = removals.filter((removal) => "error" in removal);
  if (output.mode === "human") {
    output.lines(removed.map(({ details }) => removedLine(details)));
    for (const { error } of failed) output.notes.write(`dailies: ${errorText(errorJson(error))}\n`);
  } else
    output.document({
      removed: removed.map(({ name, details }) => ({
        name,
        outputs: details.outputs.map(({ key }) => key),
        sizeBytes: sizeOf(details),
        ...(details.media.origin !== undefined && { origin: details.media.origin }),
      })),
      failed: failed.map(({ name, error }) => ({ name, error: errorJson(error) })),
    } satisfies RemovedJson);
  if (failed.length === 0) return exitCodes.done;
  return removed.length === 0 ? exitCodes.couldNotRun : exitCodes.someFailed;
}
