import { asMediaError, MediaError } from "../media/errors.ts";
import type { JobSettings, Step } from "../media/job.ts";
import type { LocalPorts } from "./ports.ts";
import type { ProcessReport, WorkOptions } from "../app/processing.ts";
import { never, newRun, refuse, waitForReceived, type Run } from "../app/run.ts";
import type { Received } from "../app/receive.ts";
import { checkedOptions, type SpeechOptions } from "../app/transcription-options.ts";
import { workWhile } from "../app/work.ts";
import { filesOf, type FoundFile } from "./files.ts";
import { nameFiles, prefixOf, type NamedFile } from "./names.ts";
import { createOutputWriter, type FolderWriter } from "./outputs.ts";
import { receiveFile } from "./receive-file.ts";

export interface ProcessOptions extends WorkOptions {
  /** Writes the outputs below this folder, by their keys. */
  readonly out?: string;
  /** Only these steps, and what they need. Default: all that fit the media file. */
  readonly only?: readonly Step[];
  /** How speech is transcribed. Default: as asked for before, else as the library is set. */
  readonly speech?: SpeechOptions;
  /** The time of a film that its poster is taken at; `best`, the default: where its best frame is. */
  readonly posterAtMs?: number | "best";
  /** The profile of the renditions. Default: the library's. */
  readonly profile?: JobSettings;
  /** The media file's name, when there is one input that is a file. Default: base name, or path below the folder given. */
  readonly name?: string;
  /** What all names begin with: `day2` makes `day2/clip.mp4`. Default: nothing. */
  readonly prefix?: string;
  /** Other bytes under an existing name are replaced. Default: `name_conflict`. */
  readonly replace?: boolean;
}

/** Whether this machine and not one file is at fault: the next file would fare no better. */
export function isFatal(error: MediaError): boolean {
  return error.code === "disk_full" || "sqlite" in error.details;
}

function ignore(run: Run, path: string, reason: string): void {
  run.report.ignored.push({ path, reason });
  run.tell({ type: "ignored", path, reason });
}

/** The media files that the paths stand for; other files are named and left out. */
async function findFiles(
  run: Run,
  paths: readonly string[],
  out: FolderWriter | undefined,
): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  const passOver = (folder: string) => (out?.isOwn(folder) === true ? "results" : undefined);
  for (const path of paths)
    try {
      for await (const file of filesOf(path, { passOver })) {
        if (file.unreadable !== undefined) refuse(run, file.path, file.unreadable);
        else if (file.ignored === undefined) files.push(file);
        else ignore(run, file.path, file.ignored);
      }
    } catch (error) {
      refuse(run, path, error);
    }
  run.tell({ type: "found", files: files.length });
  return files;
}

interface Receiving extends Pick<ProcessOptions, "name" | "prefix" | "replace"> {
  readonly out: FolderWriter | undefined;
  readonly onFirst: () => void;
}

/**
 * Receives a file under its name, or under the next one when another file has that.
 * @throws MediaError what `receiveFile` throws; `invalid_name` when its results could not be written
 */
async function receiveNamed(
  ports: LocalPorts,
  run: Run,
  { path, name, otherNames }: NamedFile,
  options: Receiving,
): Promise<Received> {
  const { signal, request, speech } = run;
  const { replace = false, out } = options;
  out?.checkName(name);
  try {
    return await receiveFile(ports, { path, name, replace, signal, request, speech });
  } catch (error) {
    const [next, ...others] = otherNames;
    if (next === undefined || asMediaError(error).code !== "name_conflict") throw error;
    return receiveNamed(ports, run, { path, name: next, otherNames: others }, options);
  }
}

/**
 * Receives every file; one that is refused does not stop the others.
 * @throws MediaError when no other can be received either: `disk_full`, or what the catalog throws
 */
async function receiveAll(
  ports: LocalPorts,
  run: Run,
  paths: readonly string[],
  options: Receiving,
): Promise<void> {
  const { signal } = run;
  const found = await findFiles(run, paths, options.out);
  const named = await nameFiles(ports.catalog, found, prefixOf(options.prefix));
  for (const file of named) {
    if (signal.aborted) return;
    try {
      const { name = file.name } = options;
      const received = await receiveNamed(ports, run, { ...file, name }, options);
      await waitForReceived(ports, run, received);
      options.onFirst();
    } catch (error) {
      if (!(error instanceof MediaError)) ports.markUnclean();
      if (isFatal(asMediaError(error))) throw asMediaError(error);
      if (!signal.aborted) refuse(run, file.path, error);
    }
  }
}

/** Receives files and folders, does all that follows from them, and returns when it is done. */
export async function processFiles(
  ports: LocalPorts,
  paths: readonly string[],
  {
    signal = never,
    speech: given,
    out,
    only,
    posterAtMs,
    profile,
    onUpdate,
    ...options
  }: ProcessOptions = {},
): Promise<ProcessReport> {
  const speech = given && (await checkedOptions(ports, given));
  if (profile) await (await ports.engines()).checkProfile(profile);
  const writer = out === undefined ? undefined : createOutputWriter(ports.objects, out);
  await writer?.check();
  await ports.enter();
  const stop = new AbortController();
  const run = newRun(ports, {
    signal: AbortSignal.any([signal, stop.signal]),
    speech,
    out: writer,
    ...(only && { only }),
    ...(posterAtMs !== undefined && { posterAtMs }),
    ...(profile && { profile }),
    ...(onUpdate && { onUpdate }),
  });
  return workWhile(ports, run, stop, (onFirst) =>
    receiveAll(ports, run, paths, { ...options, out: writer, onFirst }),
  );
}
