import { open } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import type { BatchRow } from "./summary.ts";

/**
 * The ledger records the work of a batch in a file in the output folder: one JSON value a line, only
 * appended, each on the disk before the next action. It outlives the library's records, and a stopped
 * batch continues from it. Paths are absolute here, but relative to the output folder in the file, so
 * that a batch continues also when its folders were moved together.
 */
export type LedgerEntry =
  | {
      readonly type: "began";
      readonly stamp: string;
      readonly at: number;
      /** The jobs of the batch; absent for all. Written again when the batch gets more jobs. */
      readonly jobs?: readonly string[];
    }
  /** An input got its job name. */
  | {
      readonly type: "named";
      readonly path: string;
      readonly job: string;
      /** The file's name before it was renamed in place. */
      readonly was?: string;
      /** The path before the renaming. The input's outcome moves to the new path. */
      readonly from?: string;
    }
  /**
   * A file was renamed: a new file under its old path is another input. Or, with `from`, the file was not
   * renamed: it is still there, and no file has `path`.
   */
  | { readonly type: "left"; readonly path: string; readonly from?: string }
  /** An input is about to be committed to the library as this version. */
  | { readonly type: "taken"; readonly name: string; readonly version: string }
  /** An input ended: its results are written, or it failed. */
  | {
      readonly type: "ended";
      readonly stamp: string;
      readonly path: string;
      /** The input's fingerprint: see `markOf`; empty when there was no file. */
      readonly mark: string;
      readonly sha256: string;
      /** See `hashSettings`. */
      readonly settings: string;
      /** The name of recording and JSON in the archive, without extension; absent without results or archive. */
      readonly stem?: string;
      readonly row: BatchRow;
    }
  /** The archive now has the JSON of an input that had ended without an archive, under this name. */
  | { readonly type: "archived"; readonly path: string; readonly stem: string }
  /** The file of a finished input has another fingerprint but the same bytes: the file or its disk was moved. */
  | { readonly type: "marked"; readonly path: string; readonly mark: string }
  | { readonly type: "finished"; readonly stamp: string };

/** Reads a line. Undefined for an incomplete line after a crash, and for a line that is no entry. */
function entryOf(line: string): LedgerEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isEntry = typeof value === "object" && value !== null && "type" in value;
    return isEntry ? (value as LedgerEntry) : undefined;
  } catch {
    return undefined;
  }
}

/** An entry with its paths changed. */
function withPaths(entry: LedgerEntry, change: (path: string) => string): LedgerEntry {
  if (!("path" in entry)) return entry;
  const changed = { ...entry, path: change(entry.path) };
  if (!("from" in changed) || changed.from === undefined) return changed;
  return { ...changed, from: change(changed.from) };
}

/** The folder of the results, to which paths are relative. */
export const rootOf = (ledger: string): string => dirname(dirname(ledger));

/** An entry as a line of the file, with paths relative to the folder of the results. */
export function lineOf(ledger: string, entry: LedgerEntry): string {
  const below = (path: string): string => relative(rootOf(ledger), path).split(sep).join("/");
  return `${JSON.stringify(withPaths(entry, below))}\n`;
}

/** The entries in the order of writing; none when there is no ledger. */
export async function* entriesIn(ledger: string): AsyncGenerator<LedgerEntry> {
  const file = await open(ledger, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return;
  const absolute = (path: string): string => resolve(rootOf(ledger), path); // older ones are absolute
  for await (const line of file.readLines()) {
    const entry = entryOf(line);
    if (entry !== undefined) yield withPaths(entry, absolute);
  }
}
