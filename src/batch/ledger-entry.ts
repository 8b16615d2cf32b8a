import { open } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import type { BatchRow } from "./summary.ts";

/**
 * What a batch has done, in a file of its own in the output folder: one JSON value a line, only ever
 * added to, each on the disk before the next thing is done. It outlives the library's records, and
 * is what a batch that was stopped goes on from. Paths are absolute here, and in the file meant from
 * the output folder: a batch whose folders are moved together goes on, too.
 */
export type LedgerEntry =
  | {
      readonly type: "began";
      readonly stamp: string;
      readonly at: number;
      /** Which it is about; absent for all there are. Said again when it is about more of them. */
      readonly jobs?: readonly string[];
    }
  /** An input has a job name from now on. */
  | {
      readonly type: "named";
      readonly path: string;
      readonly job: string;
      /** What the file was called before it was renamed in place. */
      readonly was?: string;
      /** The path under which it had the name until it was renamed: what became of it goes along. */
      readonly from?: string;
    }
  /**
   * A file was renamed: what comes under its old path is another one. Or, with `from`, it was not: it
   * is still there, and `path` is nobody's.
   */
  | { readonly type: "left"; readonly path: string; readonly from?: string }
  /** An input is about to come into the library as this version, unless this process is killed before. */
  | { readonly type: "taken"; readonly name: string; readonly version: string }
  /** An input came to its end: its results are written, or it is said why not. */
  | {
      readonly type: "ended";
      readonly stamp: string;
      readonly path: string;
      /** Of the input: see `markOf`; empty when there was none. */
      readonly mark: string;
      readonly sha256: string;
      /** See `hashSettings`. */
      readonly settings: string;
      /** What recording and JSON are called in the archive, without ending; absent without results or archive. */
      readonly stem?: string;
      /** The version that stays in the library. */
      readonly kept?: string;
      readonly row: BatchRow;
    }
  /** An input that had ended without an archive has its JSON there now, under this name. */
  | { readonly type: "archived"; readonly path: string; readonly stem: string }
  /** The file of an input that is done is another with the same bytes: it was moved, or its disk was. */
  | { readonly type: "marked"; readonly path: string; readonly mark: string }
  | { readonly type: "finished"; readonly stamp: string };

/** A line that a crash left half written says nothing, nor does one that is no entry. */
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

/** The folder of the results, from which paths are meant. */
export const rootOf = (ledger: string): string => dirname(dirname(ledger));

/** An entry as it is written: a line, with paths meant from the folder of the results. */
export function lineOf(ledger: string, entry: LedgerEntry): string {
  const below = (path: string): string => relative(rootOf(ledger), path).split(sep).join("/");
  return `${JSON.stringify(withPaths(entry, below))}\n`;
}

/** What was written, in that order; nothing when there is no ledger. */
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
