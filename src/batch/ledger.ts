import { open, type FileHandle } from "node:fs/promises";
import { extname } from "node:path";
import type { BatchRow } from "./summary.ts";

/**
 * What a batch has done, in a file of its own in the output folder: one JSON value a line, only ever
 * added to, each on the disk before the next thing is done. It outlives the library's records, and
 * is what a batch that was stopped goes on from.
 */
export type LedgerEntry =
  | { readonly type: "began"; readonly stamp: string; readonly at: number }
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
  /** A file was renamed: what comes under its old path is another one. */
  | { readonly type: "left"; readonly path: string }
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
  /** The batch that began and is not finished. */
  open?: string | undefined;
  /** The last one that is finished. */
  finished?: string;
}

export interface Ledger {
  readonly state: LedgerState;
  /** On the disk when it returns. Entries added meanwhile share a write. */
  add(...entries: readonly LedgerEntry[]): Promise<void>;
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
      return;
    case "named":
      state.names.set(entry.path, entry.job);
      if (entry.was !== undefined) state.renamed.set(entry.path, entry.was);
      if (entry.from !== undefined) goAlong(state, entry.from, entry.path);
      return;
    case "left":
      for (const map of [state.names, state.renamed, state.moving, state.ended])
        map.delete(entry.path);
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

/** A line that a crash left half written says nothing. */
function entryOf(line: string): LedgerEntry | undefined {
  try {
    return JSON.parse(line) as LedgerEntry;
  } catch {
    return undefined;
  }
}

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

async function endsInLine(path: string): Promise<boolean> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  if (size === 0) return true;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 0x0a;
}

/** Adds entries one write after the other, those that wait together. */
function createWriter(file: FileHandle): (text: string) => Promise<void> {
  let waiting = "";
  let last = Promise.resolve();
  let next: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    const text = waiting;
    waiting = "";
    next = undefined;
    await file.appendFile(text);
    await file.datasync();
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
  const write = createWriter(file);
  if (!(await endsInLine(path))) await write("\n");
  return {
    state,
    async add(...entries) {
      if (entries.length === 0) return;
      await write(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
      for (const entry of entries) note(state, entry);
    },
    close: () => file.close(),
  };
}
