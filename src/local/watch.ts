import { realpath } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { createFinishedFiles } from "./finished-files.ts";
import {
  defaultQuietMs,
  now,
  type WatchEvent,
  type WatchOptions,
  type Watched,
} from "./watched.ts";
import { compare, passOver, scan, takeFinished } from "./watched-arrivals.ts";
import { deviceOf, identityOf, isWanted, look, mayBeFootage } from "./watched-folder.ts";
import { removeGone } from "./watched-removals.ts";

export type { WatchEvent } from "./watched.ts";

/** Of `watch`: new and changed files are received, and files that go are removed. */
export interface WatchFolderOptions {
  /** What the names begin with, before the path below the folder. Default: nothing. */
  readonly prefix?: string;
  /** Default: `local`. */
  readonly owner?: string;
  /** Whether the removal of a file removes its media file. Default: true. */
  readonly removals?: boolean;
  /** How long a file must have been still before it counts as written whole. Default: 2 s. */
  readonly quietMs?: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: WatchEvent) => void;
}

export interface FolderWatcher {
  /** Watches until the signal. @throws MediaError when the catalog fails; it can be called again */
  run(signal: AbortSignal): Promise<void>;
}

const tickMs = 200;

/** Listens to the folder; returns when no change will be missed from then on. */
async function listen(watched: Watched, onUnclear: () => void): Promise<() => Promise<void>> {
  const { root, files, handled, signal } = watched;
  const { watch } = await import("chokidar");
  const watcher = watch(root, {
    followSymlinks: false,
    ignoreInitial: true,
    atomic: false,
    ignored: (path) => !isWanted(root, path),
  });
  const touch = async (path: string): Promise<void> => {
    if (!isWanted(root, path)) return;
    if (handled.has(path) || (await mayBeFootage(path))) files.touch(path);
  };
  watcher.on("add", touch).on("change", touch).on("unlink", touch);
  watcher.on("addDir", onUnclear).on("unlinkDir", onUnclear).on("error", onUnclear);
  const ready = new Promise<void>((resolve) => watcher.once("ready", () => resolve()));
  const waiting = new AbortController();
  const patience = AbortSignal.any([signal, waiting.signal]);
  await Promise.race([ready, sleep(readyMs, undefined, { signal: patience }).catch(() => {})]);
  waiting.abort();
  return () => watcher.close();
}

/** A very large folder takes a while to be listened to; the scan finds what was missed. */
const readyMs = 60_000;

/** Works until the signal, or until the folder is away. */
async function follow(watched: Watched, rescan: { at: number }): Promise<void> {
  const { root, identity, files, handled, signal, options } = watched;
  const { rescanMs = 60_000 } = options;
  while (!signal.aborted) {
    await takeFinished(watched);
    await removeGone(watched);
    if ((await identityOf(root)) !== identity)
      return options.onEvent({ type: "away", folder: root });
    if (now() > rescan.at) {
      const startedAt = now();
      rescan.at = Infinity;
      await scan(watched);
      for (const path of handled.keys()) if ((await look(path)) === undefined) files.touch(path);
      rescan.at = Math.min(rescan.at, now() + Math.max(rescanMs, 20 * (now() - startedAt)));
    }
    await sleep(tickMs, undefined, { signal }).catch(() => {});
  }
}

/** Watches the folder that is there now; returns when it is away. */
async function watchOnce(watched: Watched): Promise<void> {
  const { root, identity, gone, underWay, options } = watched;
  const { imports, onEvent, rescanMs = 60_000 } = options;
  const rescan = { at: now() + rescanMs };
  const close = await listen(watched, () => {
    rescan.at = Math.min(rescan.at, now() + 1_000);
  });
  try {
    const { known, lost } = await compare(watched);
    const isOther = (await imports.watchedFolder(root)) !== identity;
    watched.isStranger = known > 0 && lost.length === known && isOther;
    if (watched.isStranger) onEvent({ type: "away", folder: root });
    else {
      await imports.noteWatchedFolder(root, identity);
      onEvent({ type: "watching", folder: root });
      for (const path of lost) gone.set(path, now());
    }
    await passOver(watched);
    await scan(watched);
    await follow(watched, rescan);
  } finally {
    await close();
    await Promise.all(underWay);
  }
}

/**
 * Keeps the catalog in step with a folder: what is in it comes in when it is finished, what changes
 * comes in again, what goes is removed. Links are not followed.
 */
export function createFolderWatcher(options: WatchOptions): FolderWatcher {
  const { quietMs = defaultQuietMs, blindQuietMs = 5 * defaultQuietMs, onEvent } = options;
  return {
    async run(signal) {
      let isAway = false;
      while (!signal.aborted) {
        const root = await realpath(options.dir).catch(() => undefined);
        const identity = root === undefined ? undefined : await identityOf(root);
        if (root !== undefined && identity !== undefined)
          await watchOnce({
            options,
            signal,
            root,
            identity,
            files: createFinishedFiles({ quietMs, blindQuietMs }),
            gone: new Map(),
            handled: new Map(),
            folders: new Map([[root, deviceOf(identity)]]),
            told: new Map(),
            underWay: new Set(),
            isStranger: false,
          });
        else if (!isAway) onEvent({ type: "away", folder: options.dir });
        isAway = true; // if it was watched, that it is not any more was said
        await sleep(1_000, undefined, { signal }).catch(() => {});
      }
    },
  };
}
