import { open, type FileHandle } from "node:fs/promises";
import { dirname, extname, relative, resolve, sep } from "node:path";
import { MediaError } from "../media/errors.ts";
import { exists, writingTo } from "./files.ts";
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
      /** Of the input: see `markOf`; empty when it could not be taken in. */
      readonly mark: string;
      readonly sha256: string;
      readonly settings: string;
      /** What recording and JSON are called in the archive, without ending; absent without results or archive. */
      readonly stem?: string;
      /** The version that stays in the library. */
      readonly kept?: string;
      readonly row: BatchRow;
    }
  /** An input that had ended without an archive has its JSON there now, under this name. */
  | { readonly type: "archived"; readonly path: string; readonly stem: string }
  | { readonly type: "finished"; readonly stamp: string };

/** What is kept in memory of an input's last end. */
export interface Ended {
  readonly stamp: string;
  readonly succeeded: boolean;
  readonly mark: string;
  readonly sha256: string;
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
  /** Versions that were taken into the library: whatever else has a name there is somebody else's. */
  readonly taken: Set<string>;
  /** Those of them that are to stay there. */
  readonly kept: Set<string>;
  /** The batch that began and is not finished. */
  open?: string | undefined;
  /** The jobs that it is about; absent for all there are. */
  extent?: ReadonlySet<string> | undefined;
  /** The last one that is finished. */
  finished?: string;
}

export interface Ledger {
  readonly state: LedgerState;
  /** On the disk when it returns. Entries added meanwhile share a write. */
  add(...entries: readonly LedgerEntry[]): Promise<void>;
  /** @throws MediaError `storage_failed` when it is there no more; so does `add` */
  check(): Promise<void>;
  close(): Promise<void>;
}

function goAlong(state: LedgerState, from: string, to: string): void {
  const ended = state.ended.get(from);
  if (ended !== undefined) state.ended.set(to, ended);
  state.moving.set(from, to);
}

/** What was archived before a recording ends anew, under another name or none. */
function earlierStems(before: Ended | undefined, stem?: string): Pick<Ended, "earlier"> {
  if (before === undefined) return {};
  if (before.stem !== undefined && before.stem !== stem)
    return { earlier: new Map(before.earlier).set(before.stem, before.sha256) };
  return before.earlier === undefined ? {} : { earlier: before.earlier };
}

function note(state: LedgerState, entry: LedgerEntry): void {
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
      state.taken.add(entry.version);
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
        succeeded: row.failure === undefined,
      });
      return;
    }
    case "archived": {
      const ended = state.ended.get(entry.path);
      if (ended !== undefined) state.ended.set(entry.path, { ...ended, stem: entry.stem });
      return;
    }
    case "finished":
      if (state.open === entry.stamp) state.open = undefined;
      state.finished = entry.stamp;
  }
}

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
const rootOf = (ledger: string): string => dirname(dirname(ledger));

async function* entriesIn(path: string): AsyncGenerator<LedgerEntry> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return;
  for await (const line of file.readLines()) {
    const entry = entryOf(line);
    if (entry !== undefined) yield entry;
  }
}

/** What a ledger says, without a mark on the disk: nothing when there is none. */
export async function readLedger(path: string): Promise<LedgerState> {
  const state: LedgerState = {
    names: new Map(),
    renamed: new Map(),
    moving: new Map(),
    ended: new Map(),
    taken: new Set(),
    kept: new Set(),
  };
  const absolute = (given: string): string => resolve(rootOf(path), given); // older ones are absolute
  for await (const entry of entriesIn(path)) note(state, withPaths(entry, absolute));
  return state;
}

/** How the inputs of a batch ended, by job name. */
export async function rowsIn(path: string, stamp: string): Promise<BatchRow[]> {
  const rows = new Map<string, BatchRow>();
  for await (const entry of entriesIn(path))
    if (entry.type === "ended" && entry.stamp === stamp) rows.set(entry.row.job, entry.row);
  return [...rows.values()].toSorted((a, b) => (a.job < b.job ? -1 : 1));
}

async function endsInLine(path: string): Promise<boolean> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  if (size === 0) return true;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 0x0a;
}

/** Adds entries one write after the other, those that wait together. */
function createWriter(file: FileHandle, folder: string): (text: string) => Promise<void> {
  let waiting = "";
  let last = Promise.resolve();
  let next: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    const text = waiting;
    waiting = "";
    next = undefined;
    await writingTo(folder, async () => {
      await file.appendFile(text);
      await file.datasync();
    });
  };
  return (text) => {
    waiting += text;
    next ??= last = last.then(write, write);
    return next;
  };
}

/** Opens a ledger, or makes an empty one. Only one process may have it open. */
export async function openLedger(path: string): Promise<Ledger> {
  const state = await readLedger(path);
  const file = await open(path, "a");
  const write = createWriter(file, dirname(path));
  const check = async (): Promise<void> => {
    const { nlink } = await file.stat(); // what is removed can still be written to
    if (nlink > 0 && (await exists(path))) return;
    throw new MediaError("storage_failed", `the output folder is gone: ${rootOf(path)}`, {
      remedy:
        "Put it back if you can, then run the same command again: it goes on, or begins anew.",
    });
  };
  if (!(await endsInLine(path))) await write("\n");
  const below = (given: string): string => relative(rootOf(path), given).split(sep).join("/");
  const lineOf = (entry: LedgerEntry) => `${JSON.stringify(withPaths(entry, below))}\n`;
  return {
    state,
    async add(...entries) {
      if (entries.length === 0) return;
      await write(entries.map(lineOf).join(""));
      await check();
      for (const entry of entries) note(state, entry);
    },
    check,
    close: () => file.close(),
  };
}
