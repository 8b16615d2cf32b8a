import { asMediaError, MediaError } from "../media/errors.ts";
import type { Step } from "../media/job.ts";
import type { LocalPorts } from "./ports.ts";
import type { ProcessReport, WorkOptions } from "../app/processing.ts";
import { never, newRun, refuse, waitForReceived, type Run } from "../app/run.ts";
import { checkedOptions, type SpeechOptions } from "../app/transcription-options.ts";
import { workWhile } from "../app/work.ts";
import { filesOf, type FoundFile } from "./files.ts";
import { createOutputWriter } from "./outputs.ts";
import { receiveFile } from "./receive-file.ts";

export interface ProcessOptions extends WorkOptions {
  /** Writes the outputs below this folder, by their keys. */
  readonly out?: string;
  /** Only these steps, and what they need. Default: all that fit the media file. */
  readonly only?: readonly Step[];
  /** How speech is transcribed. Default: as asked for before, else as the library is set. */
  readonly speech?: SpeechOptions;
  /** The media file's name, when there is one input that is a file. Default: base name, or path below the folder given. */
  readonly name?: string;
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
async function findFiles(run: Run, paths: readonly string[]): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  for (const path of paths)
    try {
      for await (const file of filesOf(path)) {
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

/**
 * Receives every file; one that is refused does not stop the others.
 * @throws MediaError when no other can be received either: `disk_full`, or what the catalog throws
 */
async function receiveAll(
  ports: LocalPorts,
  run: Run,
  paths: readonly string[],
  { name, replace = false }: Pick<ProcessOptions, "name" | "replace">,
  onFirst: () => void,
): Promise<void> {
  const { signal, request, speech } = run;
  for (const file of await findFiles(run, paths)) {
    if (signal.aborted) return;
    try {
      const options = { name: name ?? file.name, replace, signal, request, speech };
      const received = await receiveFile(ports, { path: file.path, ...options });
      await waitForReceived(ports, run, received);
      onFirst();
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
  { signal = never, speech: given, out, only, onUpdate, ...options }: ProcessOptions = {},
): Promise<ProcessReport> {
  const speech = given && (await checkedOptions(ports, given));
  const writer = out === undefined ? undefined : createOutputWriter(ports.objects, out);
  await writer?.check();
  await ports.enter();
  const stop = new AbortController();
  const run = newRun(ports, {
    signal: AbortSignal.any([signal, stop.signal]),
    speech,
    out: writer,
    ...(only && { only }),
    ...(onUpdate && { onUpdate }),
  });
  return workWhile(ports, run, stop, (onFirst) => receiveAll(ports, run, paths, options, onFirst));
}
