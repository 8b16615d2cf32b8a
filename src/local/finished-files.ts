import { look, markOf, type SeenFile } from "./watched-folder.ts";
import { canSeeWriters, openForWriting } from "./writers.ts";

/** Files that have changed, until it is clear that no program goes on writing to them. */
export interface FinishedFiles {
  readonly size: number;
  has(path: string): boolean;
  /** Something happened to it. */
  touch(path: string): void;
  /** It was found, and may have been finished long ago. */
  found(file: SeenFile): void;
  /** Not before this time, if it does not change. */
  postpone(path: string, mark: string, ms: number): void;
  /** Those that are finished by now, and those that are not there any more; neither is waited for further. */
  take(): Promise<{ finished: SeenFile[]; gone: string[] }>;
}

interface Waiting {
  /** As it looked last; empty before the first look. */
  mark: string;
  /** By the clock of the process. */
  ripeAt: number;
}

/**
 * A file is finished when it has been still for `quietMs` and no program has it open for writing; where
 * that cannot be seen, when it has been still for `blindQuietMs`.
 */
export function createFinishedFiles(options: {
  quietMs: number;
  blindQuietMs: number;
}): FinishedFiles {
  const { quietMs, blindQuietMs } = options;
  const waiting = new Map<string, Waiting>();
  const now = (): number => performance.now();
  const quietOf = (file: SeenFile): number => (canSeeWriters(file) ? quietMs : blindQuietMs);

  /** Those that have not changed for long enough. */
  const still = async (): Promise<{ files: SeenFile[]; gone: string[] }> => {
    const files: SeenFile[] = [];
    const gone: string[] = [];
    for (const [path, known] of waiting) {
      if (known.mark !== "" && now() < known.ripeAt) continue;
      const file = await look(path);
      if (file === undefined) gone.push(path);
      else if (markOf(file) === known.mark) files.push(file);
      else Object.assign(known, { mark: markOf(file), ripeAt: now() + quietOf(file) });
    }
    return { files, gone };
  };

  return {
    get size() {
      return waiting.size;
    },
    has: (path) => waiting.has(path),
    touch(path) {
      if (!waiting.has(path)) waiting.set(path, { mark: "", ripeAt: 0 });
    },
    found(file) {
      const quiet = quietOf(file);
      const stillMs = Date.now() - Number(file.modifiedNs / 1_000_000n);
      // a time in the future says nothing
      const waitMs = Math.min(Math.max(0, quiet - stillMs), quiet);
      waiting.set(file.path, { mark: markOf(file), ripeAt: now() + waitMs });
    },
    postpone: (path, mark, ms) => void waiting.set(path, { mark, ripeAt: now() + ms }),
    async take() {
      const { files, gone } = await still();
      const written = await openForWriting(files);
      for (const { path } of files) {
        const known = waiting.get(path);
        if (written.has(path) && known !== undefined) known.ripeAt = now() + quietMs / 2;
        else waiting.delete(path);
      }
      for (const path of gone) waiting.delete(path);
      return { finished: files.filter(({ path }) => !written.has(path)), gone };
    },
  };
}
