import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolders } from "../files/durable.ts";
import { replaceFile } from "../files/replace.ts";
import type { ModelStore } from "./model-store.ts";

/** What people were told and asked about models, once for all libraries that share the folder. */
export interface Remembered {
  /** Models whose licence was shown. */
  readonly shown: readonly string[];
  /** Sets that were offered, and what the answer was. */
  readonly answers: Readonly<Record<string, "yes" | "no">>;
}

const fileOf = (dir: string): string => join(dir, ".remembered.json");

export function readRemembered(dir: string): Remembered {
  try {
    const value = JSON.parse(readFileSync(fileOf(dir), "utf8")) as Partial<Remembered>;
    const shown = Array.isArray(value.shown) ? value.shown.map(String) : [];
    return { shown, answers: { ...value.answers } };
  } catch {
    return { shown: [], answers: {} };
  }
}

/**
 * Models that were used or fetched here, and are not here any more although nobody removed them. Their licence was
 * shown at the latest when they were used first.
 */
export function vanishedModels(dir: string, store: Pick<ModelStore, "find" | "known">): string[] {
  const known = new Set(store.known().map(({ id }) => id));
  return readRemembered(dir).shown.filter((id) => known.has(id) && store.find(id) === undefined);
}

/** Models that somebody has removed are not missed. */
export async function forget(dir: string, ids: readonly string[]): Promise<void> {
  const { shown } = readRemembered(dir);
  if (!shown.some((id) => ids.includes(id))) return;
  await write(dir, {
    ...readRemembered(dir),
    shown: shown.filter((id) => !ids.includes(id)),
  });
}

/** Where nothing can be written, people are told and asked again. */
export async function remember(dir: string, more: Partial<Remembered>): Promise<void> {
  const before = readRemembered(dir);
  const after: Remembered = {
    shown: [...new Set([...before.shown, ...(more.shown ?? [])])],
    answers: { ...before.answers, ...more.answers },
  };
  await write(dir, after);
}

async function write(dir: string, after: Remembered): Promise<void> {
  try {
    await makeFolders(dir);
    const own = `${fileOf(dir)}.${process.pid}`; // another process may do the same just now
    await replaceFile(fileOf(dir), JSON.stringify(after, undefined, 2), own);
  } catch {
    // They are told and asked again.
  }
}
