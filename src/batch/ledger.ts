import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { MediaError } from "../media/errors.ts";
import { exists, writingTo } from "./files.ts";
import { lineOf, rootOf, type LedgerEntry } from "./ledger-entry.ts";
import { note, readLedger, type LedgerState } from "./ledger-state.ts";

export type { LedgerEntry } from "./ledger-entry.ts";
export type { Ended } from "./ledger-state.ts";

/** An open ledger: its state, and a way to add entries. */
export interface Ledger {
  readonly state: LedgerState;
  /** Adds entries, which are on the disk when this returns. Entries that are added meanwhile share a write. */
  add(...entries: readonly LedgerEntry[]): Promise<void>;
  /** @throws MediaError `storage_failed` when the file is missing; so does `add` */
  check(): Promise<void>;
  close(): Promise<void>;
}

async function endsInLine(path: string): Promise<boolean> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  if (size === 0) return true;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 0x0a;
}

/**
 * Adds entries one write after the other, those that wait together. What a write that failed has left
 * of a line is useless: the next write ends it first.
 */
function createWriter(file: FileHandle, folder: string): (text: string) => Promise<void> {
  let waiting = "";
  let last = Promise.resolve();
  let next: Promise<void> | undefined;
  let isWhole = true;
  const write = async (): Promise<void> => {
    const text = isWhole ? waiting : `\n${waiting}`;
    waiting = "";
    next = undefined;
    isWhole = false;
    await writingTo(folder, async () => {
      await file.appendFile(text);
      await file.datasync();
    });
    isWhole = true;
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
    const { nlink } = await file.stat(); // a removed file can still be written to
    if (nlink > 0 && (await exists(path))) return;
    throw new MediaError("storage_failed", `the output folder is gone: ${rootOf(path)}`, {
      remedy:
        "Put it back if you can, then run the same command again: it goes on, or begins anew.",
    });
  };
  if (!(await endsInLine(path))) await write("\n");
  return {
    state,
    async add(...entries) {
      if (entries.length === 0) return;
      await write(entries.map((entry) => lineOf(path, entry)).join(""));
      await check();
      for (const entry of entries) note(state, entry);
    },
    check,
    close: () => file.close(),
  };
}
