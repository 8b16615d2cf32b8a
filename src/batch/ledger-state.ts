import { extname } from "node:path";
import { entriesIn, type LedgerEntry } from "./ledger-entry.ts";
import type { BatchRow } from "./summary.ts";

/** What is kept in memory of an input's last end. */
export interface Ended {
  readonly stamp: string;
  /** The code of its failure; absent when its results are written. */
  readonly failure?: string;
  readonly mark: string;
  readonly sha256: string;
  /** See `hashSettings`. */
  readonly settings: string;
  /** In which its results were written. */
  readonly formats: readonly string[];
  readonly stem?: string;
  /** What the JSON of other recordings under this path is called in the archive: their hashes by stem. */
  readonly earlier?: ReadonlyMap<string, string>;
}

export interface LedgerState {
  /** Job names by path. */
  readonly names: Map<string, string>;
  /** What files were called before, by path. */
  readonly renamed: Map<string, string>;
  /** New paths by old ones, of files whose renaming began and of which it is not written that it is done. */
  readonly moving: Map<string, string>;
  readonly ended: Map<string, Ended>;
  /**
   * Names by version, of what was taken into the library: whatever else has a name there is somebody
   * else's.
   */
  readonly taken: Map<string, string>;
  /** Those of them that are to stay there. */
  readonly kept: Set<string>;
  /** The batch that began and is not finished. */
  open?: string | undefined;
  /** The jobs that it is about; absent for all there are. */
  extent?: ReadonlySet<string> | undefined;
  /** The last one that is finished. */
  finished?: string;
}

function goAlong(state: LedgerState, from: string, to: string): void {
  const ended = state.ended.get(from);
  if (ended !== undefined) state.ended.set(to, ended);
  state.moving.set(from, to);
}

/** What was archived before a recording ended again, under another name or none. */
function earlierStems(before: Ended | undefined, stem?: string): Pick<Ended, "earlier"> {
  if (before === undefined) return {};
  if (before.stem !== undefined && before.stem !== stem)
    return { earlier: new Map(before.earlier).set(before.stem, before.sha256) };
  return before.earlier === undefined ? {} : { earlier: before.earlier };
}

/** What is known once more of it was written. */
export function note(state: LedgerState, entry: LedgerEntry): void {
  switch (entry.type) {
    case "began":
      state.open = entry.stamp;
      state.extent = entry.jobs && new Set(entry.jobs);
      return;
    case "named":
      state.names.set(entry.path, entry.job);
      if (entry.was !== undefined) state.renamed.set(entry.path, entry.was);
      if (entry.from !== undefined) goAlong(state, entry.from, entry.path);
      return;
    case "left":
      for (const map of [state.names, state.renamed, state.moving, state.ended])
        map.delete(entry.path);
      if (entry.from !== undefined) state.moving.delete(entry.from);
      return;
    case "taken":
      state.taken.set(entry.version, entry.name);
      return;
    case "ended": {
      const { stamp, mark, sha256, settings, stem, kept, row } = entry;
      if (kept !== undefined) state.kept.add(kept);
      state.ended.set(entry.path, {
        stamp,
        mark,
        sha256,
        settings,
        formats: row.files.map((file) => extname(file).slice(1)),
        ...(stem === undefined ? {} : { stem }),
        ...earlierStems(state.ended.get(entry.path), stem),
        ...(row.failure === undefined ? {} : { failure: row.failure.code }),
      });
      return;
    }
    case "archived": {
      const ended = state.ended.get(entry.path);
      if (ended !== undefined) state.ended.set(entry.path, { ...ended, stem: entry.stem });
      return;
    }
    case "marked": {
      const ended = state.ended.get(entry.path);
      if (ended !== undefined) state.ended.set(entry.path, { ...ended, mark: entry.mark });
      return;
    }
    case "finished":
      if (state.open === entry.stamp) state.open = undefined;
      state.finished = entry.stamp;
  }
}

/** Reads a ledger and leaves the disk as it is; empty when there is none. */
export async function readLedger(path: string): Promise<LedgerState> {
  const state: LedgerState = {
    names: new Map(),
    renamed: new Map(),
    moving: new Map(),
    ended: new Map(),
    taken: new Map(),
    kept: new Set(),
  };
  for await (const entry of entriesIn(path)) note(state, entry);
  return state;
}

/** How the inputs of a batch ended, by job name. */
export async function rowsIn(path: string, stamp: string): Promise<BatchRow[]> {
  const rows = new Map<string, BatchRow>();
  for await (const entry of entriesIn(path))
    if (entry.type === "ended" && entry.stamp === stamp) rows.set(entry.row.job, entry.row);
  return [...rows.values()].toSorted((a, b) => (a.job < b.job ? -1 : 1));
}
