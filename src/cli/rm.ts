import { asMediaError, MediaError } from "../media/errors.ts";
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
  /** What is in the library now. */
  readonly left: Left;
}

export interface RemoveCommandOptions {
  readonly all?: boolean;
  readonly yes?: boolean;
}

interface Left {
  readonly media: number;
  readonly jobs: number;
  /** Uploads and outputs whose bytes are stored, and how many bytes these are. */
  readonly objects: number;
  readonly sizeBytes: number;
}

async function total(pages: AsyncIterable<readonly unknown[]>): Promise<number> {
  let sum = 0;
  for await (const page of pages) sum += page.length;
  return sum;
}

/** Counts what is left, in the catalog and in the store, to prove what was removed. */
async function countLeft(dailies: LocalLibrary): Promise<Left> {
  const { objects, sizeBytes, orphanCount, orphanBytes } = await dailies.reconcile();
  return {
    media: await total(dailies.allMedia()),
    jobs: await total(dailies.allJobs()),
    objects: objects + orphanCount,
    sizeBytes: sizeBytes + orphanBytes,
  };
}

function leftLine({ media, jobs, objects, sizeBytes }: Left): string {
  const stored = `${count(objects, "stored object")} (${formatSize(sizeBytes)})`;
  return `Left in the library: ${count(media, "media file")}, ${count(jobs, "job")}, ${stored}.`;
}

/** @throws MediaError `invalid_argument` when neither or both of names and `all` are given, or `all` without `yes` */
async function namesOf(
  dailies: LocalLibrary,
  names: readonly string[],
  { all = false, yes = false }: RemoveCommandOptions,
): Promise<readonly string[]> {
  if (all === names.length > 0)
    throw new MediaError("invalid_argument", "rm needs either NAME… or --all");
  if (!all) return names;
  const found: string[] = [];
  for await (const page of dailies.allMedia()) found.push(...page.map(({ media }) => media.name));
  if (yes) return found;
  const what = count(found.length, "media file");
  throw new MediaError("invalid_argument", `--all would remove ${what} with all outputs`, {
    remedy: "Add --yes if you mean it; imported originals stay.",
  });
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
export async function remove(
  context: Context,
  given: readonly string[],
  options: RemoveCommandOptions = {},
): Promise<number> {
  const { output } = context;
  const { removals, left } = await context.withDailies(async (dailies) => {
    const all: Removal[] = [];
    for (const name of new Set(await namesOf(dailies, given, options)))
      all.push(await removeOne(dailies, name));
    return { removals: all, left: await countLeft(dailies) };
  });
  const removed = removals.filter((removal) => "details" in removal);
  const failed = removals.filter((removal) => "error" in removal);
  if (output.mode === "human") {
    output.lines(removed.map(({ details }) => removedLine(details)));
    output.note(leftLine(left));
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
      left,
    } satisfies RemovedJson);
  if (failed.length === 0) return exitCodes.done;
  return removed.length === 0 ? exitCodes.couldNotRun : exitCodes.someFailed;
}
