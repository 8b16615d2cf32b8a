import { rename } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { exists } from "./files.ts";
import type { Ledger, LedgerEntry } from "./ledger.ts";
import { acceptableName, type JobNames } from "./names.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import { nameBelow, type BatchInput, type BatchPlaces } from "./places.ts";
import type { BatchProblem } from "./report.ts";

/** The new path of a file that needs an acceptable name; undefined when it has one. */
async function acceptablePath(path: string, isTaken: (path: string) => boolean) {
  const extension = extname(path).toLowerCase();
  const base = basename(path).slice(0, basename(path).length - extension.length);
  const plain = acceptableName(base);
  if (plain + extension === basename(path)) return undefined;
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? extension : `-${number}${extension}`;
    const target = join(dirname(path), plain + ending);
    if (!isTaken(target) && !(await exists(target))) return target;
  }
}

/**
 * Completes the ledger after renamings: records which files have their new paths (a new file under the
 * old path is another input), and which were not renamed.
 */
export async function settleRenames(ledger: Ledger): Promise<void> {
  const left: LedgerEntry[] = [];
  for (const [from, to] of ledger.state.moving) {
    const isThere = !(await exists(to)) && (await exists(from));
    left.push(isThere ? { type: "left", path: to, from } : { type: "left", path: from });
  }
  await ledger.add(...left);
}

interface Renaming {
  readonly ledger: Ledger;
  readonly names: JobNames;
  readonly problems: BatchProblem[];
}

/**
 * Gives files acceptable names in their folders; the names of their jobs stay. The ledger has the old
 * names on the disk before the first file is renamed, so a killed process loses none.
 * @param problems gets the files that cannot be renamed; they keep their names
 */
export async function renameInPlace(
  { input }: BatchPlaces,
  files: readonly BatchInput[],
  { ledger, names: jobs, problems }: Renaming,
): Promise<BatchInput[]> {
  const targets = new Map<string, BatchInput>();
  const kept: BatchInput[] = [];
  for (const file of files) {
    const target = await acceptablePath(file.path, (path) => targets.has(path));
    if (target === undefined) kept.push(file);
    else targets.set(target, file);
  }
  const { names, renamed } = ledger.state;
  await ledger.add(
    ...Array.from(targets, ([path, { path: from, name }]) => {
      const job = names.get(from) ?? jobs.nameFor(path);
      const was = renamed.get(from) ?? name;
      return { type: "named", path, job, was, from } as const;
    }),
  );
  for (const [path, file] of targets)
    try {
      await rename(file.path, path);
      kept.push({ path, name: nameBelow(input, path), sizeBytes: file.sizeBytes });
    } catch (cause) {
      const { code, message } = asMediaError(cause);
      const why = `${file.path} cannot be renamed: ${message}`;
      const remedy = "Let this user write to its folder, or leave out --rename-in-place.";
      const error = new MediaError(code, why, { cause, remedy });
      problems.push({ path: file.path, input: file.name, error });
      kept.push(file);
    }
  await settleRenames(ledger);
  return kept;
}
