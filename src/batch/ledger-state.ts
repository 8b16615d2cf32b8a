import { extname } from "node:path";
import { entriesIn, type LedgerEntry } from "./ledger-entry.ts";
import type { BatchRow } from "./summary.ts";

/** How an input ended the last time, as far as memory keeps it. */
export interface Ended {
  readonly stamp: string;
  /** The code of its failure; absent when its results are written. */
  readonly failure?: string;
  /** Not all of it could be decoded: it is not archived. */
  readonly incomplete?: boolean;
  readonly mark: string;
  readonly sha256: string;
  /** See `hashSettings`. */
  readonly settings: string;
  /** The formats in which its results were written. */
  readonly formats: readonly string[];
  readonly stem?: string;
  /** The hashes of other recordings that had this path, by the names of their JSON in the archive. */
  readonly earlier?: ReadonlyMap<string, string>;
}

export interface LedgerState {
  /** Job names by path. */
  readonly names: Map<string, string>;
  /** Old names of files, by path. */
  readonly renamed: Map<string, string>;
  /** New paths by old paths, of files whose renaming started and is not recorded as done. */
  readonly moving: Map<string, string>;
  readonly ended: Map<string, Ended>;
  /**
   * Names by version of the media files that the batch took into the library. Other media files there
   * belong to somebody else.
   */
  readonly taken: Map<string, string>;
  /** The batch that has started and not finished. */
  open?: string | undefined;
  /** The jobs of that batch; absent for all. */
  extent?: ReadonlySet<string> | undefined;
  /** The last finished batch. */
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

/** Applies an entry to the state. */
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
      const { stamp, mark, sha256, settings, stem, row } = entry;
      state.ended.set(entry.path, {
        stamp,
        mark,
        sha256,
        settings,
        formats: row.files.map((file) => extname(file).slice(1)),
        ...(stem === undefined ? {} : { stem }),
        ...earlierStems(state.ended.get(entry.path), stem),
        ...(row.failure === undefined ? {} : { failure: row.failure.code }),
        ...(row.incomplete === undefined ? {} : { incomplete: true }),
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
