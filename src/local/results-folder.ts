import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asMediaError, type MediaError } from "../media/errors.ts";
import { isStreamFile, outputKey, outputKinds, streamKey } from "../media/keys.ts";
import type { LocalPorts } from "./ports.ts";
import { createOutputWriter } from "./outputs.ts";

/** Results of a media file that could not be written; they are tried again. */
export interface ResultsRefused {
  readonly name: string;
  readonly error: MediaError;
}

/** Of `keepResults`. */
export interface KeepResultsOptions {
  readonly signal: AbortSignal;
  readonly onRefused: (refused: ResultsRefused) => void;
}

type Kept = Pick<LocalPorts, "catalog" | "objects">;

const tickMs = 1_000;
/** What could not be written, for lack of space say, is tried again after this time. */
const againMs = 30_000;
const pageSize = 500;

/** The names in events after one, and the number of the last; what is removed meanwhile counts, too. */
async function namesAfter({ catalog }: Kept, after: number, onlyRemoved = false) {
  const names = new Set<string>();
  for (let last = after; ;) {
    const events = await catalog.listEventsAfter({ after: last, limit: pageSize });
    for (const { event } of events)
      if (!onlyRemoved || event.type === "media.removed") names.add(event.name);
    last = events.at(-1)?.sequence ?? last;
    if (events.length < pageSize) return { names, last };
  }
}

async function* allNames({ catalog }: Kept): AsyncGenerator<string> {
  for (let after: string | undefined; ;) {
    const page = await catalog.listMedia({
      limit: pageSize,
      ...(after !== undefined && { after }),
    });
    for (const { name } of page) yield name;
    after = page.at(-1)?.name;
    if (page.length < pageSize) return;
  }
}

/** Removes files of a stream that the library does not have (any more). */
async function removeParts(root: string, name: string, keys: ReadonlySet<string>): Promise<void> {
  const folder = join(root, streamKey(name, ""));
  const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files = found.filter((one) => one.isFile() && isStreamFile(one.name));
  for (const { name: file } of files)
    if (!keys.has(streamKey(name, file))) await rm(join(folder, file), { force: true });
  if (files.length > 0) await rmdir(folder).catch(() => {}); // only where it is empty
}

/**
 * Keeps a folder of results in step with the library, until the signal: every output is a file under its
 * key; a new one takes the place of the old, and what is removed from the library goes. What is there
 * already is left alone, so that it can be called again and again.
 * @throws MediaError `storage_failed` when the folder cannot be written to; what the catalog throws
 */
export async function keepResults(
  ports: Kept,
  dir: string,
  { signal, onRefused }: KeepResultsOptions,
): Promise<void> {
  const writer = createOutputWriter(ports.objects, dir);
  await writer.check();
  /** Names that are to be looked at again, and when. */
  const again = new Map<string, number>();
  const told = new Map<string, string>();

  const write = async (name: string): Promise<void> => {
    const media = await ports.catalog.getMedia(name);
    const outputs = media === undefined ? [] : await ports.catalog.listOutputs(media);
    const keys = new Set(outputs.map(({ key }) => key));
    if (outputs.length > 0) writer.checkName(name);
    for (const kind of outputKinds) {
      const key = outputKey(kind, name);
      if (!keys.has(key)) await rm(join(writer.folder, key), { force: true });
    }
    await removeParts(writer.folder, name, keys);
    await writer.write(outputs, signal);
  };
  const bringInStep = async (name: string): Promise<void> => {
    again.delete(name);
    try {
      await write(name);
      told.delete(name);
    } catch (thrown) {
      if (signal.aborted) return;
      const error = asMediaError(thrown);
      // An output that went meanwhile has an event of its own.
      if (error.code !== "invalid_name") again.set(name, performance.now() + againMs);
      if (error.code !== "not_found" && told.get(name) !== error.code) onRefused({ name, error });
      told.set(name, error.code);
    }
  };

  const removed = await namesAfter(ports, 0, true);
  let { last } = removed;
  for (const name of removed.names)
    if (!signal.aborted && (await ports.catalog.getMedia(name)) === undefined)
      await bringInStep(name);
  for await (const name of allNames(ports)) {
    if (signal.aborted) return;
    await bringInStep(name);
  }
  while (!signal.aborted) {
    const news = await namesAfter(ports, last);
    last = news.last;
    const due = Array.from(again).filter(([, at]) => performance.now() > at);
    for (const name of new Set([...news.names, ...due.map(([one]) => one)]))
      if (!signal.aborted) await bringInStep(name);
    await sleep(tickMs, undefined, { signal }).catch(() => {});
  }
}
