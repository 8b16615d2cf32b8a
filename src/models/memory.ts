import { mkdirSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

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

/** Where nothing can be written, people are told and asked again. */
export async function remember(dir: string, more: Partial<Remembered>): Promise<void> {
  const before = readRemembered(dir);
  const after: Remembered = {
    shown: [...new Set([...before.shown, ...(more.shown ?? [])])],
    answers: { ...before.answers, ...more.answers },
  };
  try {
    mkdirSync(dir, { recursive: true });
    await writeFile(`${fileOf(dir)}.${process.pid}`, JSON.stringify(after, undefined, 2));
    await rename(`${fileOf(dir)}.${process.pid}`, fileOf(dir));
  } catch {
    // They are told and asked again.
  }
}
