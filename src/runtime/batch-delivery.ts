import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { unlink } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { exists, type WholeFiles } from "../batch/files.ts";
import type { BatchFormat, BatchSettings } from "../batch/settings.ts";
import type { BatchRow } from "../batch/summary.ts";
import { transcriptDocumentApart } from "../export/docx/apart.ts";
import { exportTranscript } from "../export/transcript.ts";
import { MediaError } from "../media/errors.ts";
import type { Job } from "../media/job.ts";
import { outputKey } from "../media/keys.ts";
import type { Media, StoredObject } from "../media/media.ts";
import { fromTranscribeJson } from "../media/transcribe-json.ts";
import type { Transcript } from "../media/transcript.ts";
import type { BatchInput, BatchPlaces } from "./batch-places.ts";
import type { Parts } from "./embedded.ts";

/** A media of the batch whose jobs are at their end. */
export interface Ready {
  readonly input: BatchInput;
  readonly job: string;
  readonly media: Media;
  readonly jobs: readonly Job[];
}

interface DeliveryParts {
  readonly parts: Parts;
  readonly places: BatchPlaces;
  readonly settings: BatchSettings;
  readonly files: WholeFiles;
  readonly signal: AbortSignal;
}

/** Why there are no results; undefined when there are. */
function failureOf(jobs: readonly Job[]): BatchRow["failure"] {
  const failed = jobs.find(({ state }) => state === "failed");
  if (failed !== undefined)
    return failed.failure ?? { code: "internal", message: `the step ${failed.step} failed` };
  if (jobs.some(({ state }) => state === "cancelled"))
    return { code: "cancelled", message: "it was cancelled" };
  const transcribe = jobs.find(({ step }) => step === "transcribe");
  if (transcribe?.state === "succeeded") return undefined;
  return { code: "unsupported_media", message: "it has no sound that could be transcribed" };
}

/** When it came in, when its transcription began (else its first step), and when all was done. */
function timesOf(jobs: readonly Job[], media: Media) {
  const transcribe = jobs.filter(({ step }) => step === "transcribe");
  const begun = transcribe.flatMap(({ startedAt }) => startedAt ?? []);
  const started = begun.length > 0 ? begun : jobs.flatMap(({ startedAt }) => startedAt ?? []);
  const finished = jobs.flatMap(({ finishedAt }) => finishedAt ?? []);
  return {
    createdAt: media.createdAt,
    ...(started.length === 0 ? {} : { startedAt: Math.min(...started) }),
    finishedAt: finished.length === 0 ? media.updatedAt : Math.max(...finished),
  };
}

function figuresOf({ languageCode, words, engine }: Transcript) {
  const rated = words.flatMap(({ confidence }) => confidence ?? []);
  const mean = rated.reduce((sum, one) => sum + one, 0) / rated.length;
  return {
    languageCode,
    words: words.length,
    ...(rated.length === 0 ? {} : { meanConfidence: mean }),
    engine: [engine.name, engine.version, engine.model].join(" "),
  };
}

/** Writes results to the output folder and moves what is finished to the archive. */
export function createDelivery({ parts, places, settings, files, signal }: DeliveryParts) {
  const { catalog, objects } = parts;

  async function bytesOf(object: StoredObject): Promise<Buffer> {
    return Buffer.concat(await (await objects.read(object)).toArray());
  }

  async function stored(kind: "captions-srt" | "captions-vtt", name: string): Promise<Buffer> {
    const object = await catalog.findObject("outputs", outputKey(kind, name));
    if (object === undefined) throw new MediaError("not_found", `${name} has no captions`);
    return bytesOf(object);
  }

  async function write(ready: Ready, format: BatchFormat, json: string, transcript: Transcript) {
    const { job, media, input } = ready;
    const file = `${job}.${format}`;
    const content = async (): Promise<string | Uint8Array> => {
      switch (format) {
        case "json":
          return json;
        case "srt":
          return stored("captions-srt", media.name);
        case "vtt":
          return stored("captions-vtt", media.name);
        case "txt":
          return exportTranscript({ name: input.name, transcript, format });
        case "docx": {
          const durationMs = media.facts?.durationMs;
          return transcriptDocumentApart(
            {
              name: input.name,
              transcript,
              ...(durationMs === undefined ? {} : { durationMs }),
              transcribedAt: timesOf(ready.jobs, media).finishedAt,
            },
            signal,
          );
        }
      }
    };
    await files.write(join(places.output, file), await content());
    return file;
  }

  /** The transcript as Amazon Transcribe's JSON, under the batch's name for the job. */
  async function transcriptOf({ job, media }: Ready): Promise<Record<string, unknown>> {
    const object = await catalog.findObject("outputs", outputKey("transcribe", media.name));
    if (object === undefined)
      throw new MediaError("not_found", `${JSON.stringify(media.name)} has no transcript`);
    const json: Record<string, unknown> = JSON.parse((await bytesOf(object)).toString("utf8"));
    return { ...json, jobName: job };
  }

  /** A place in the archive that is free, or has the same bytes already. */
  function archived({ input, job }: { input: BatchInput; job: string }, sha256: string) {
    const ending = extname(input.path).toLowerCase();
    const usual = join(places.archive, job + ending);
    return { usual, other: join(places.archive, `${job}-${sha256.slice(0, 8)}${ending}`) };
  }

  return {
    /** Results in the output folder (and the JSON in the archive), and what the summary says of it. */
    async deliver(ready: Ready): Promise<BatchRow> {
      const { job, input, media, jobs } = ready;
      const durationMs = media.facts?.durationMs;
      const common = {
        job,
        input: input.name,
        ...(durationMs === undefined ? {} : { durationMs }),
        ...timesOf(jobs, media),
      };
      const failure = failureOf(jobs);
      if (failure !== undefined) {
        const { code, message } = failure;
        return { ...common, files: [], failure: { code, message } };
      }
      const json = await transcriptOf(ready);
      const transcript = fromTranscribeJson(json);
      const text = JSON.stringify(json);
      const written: string[] = [];
      for (const format of settings.formats)
        written.push(await write(ready, format, text, transcript));
      if (settings.archive !== "none") await files.write(join(places.archive, `${job}.json`), text);
      return { ...common, ...figuresOf(transcript), files: written };
    },

    /** The input into the archive; nothing is ever overwritten there. Done already: does nothing. */
    async archive(input: BatchInput, job: string, sha256: string): Promise<void> {
      if (settings.archive === "none") return;
      const { usual, other } = archived({ input, job }, sha256);
      for (const to of [usual, other]) {
        if (!(await exists(to))) return files.bring(input.path, to, settings.archive);
        if ((await sha256Of(to)) !== sha256) continue;
        if (settings.archive === "move") await unlink(input.path);
        return;
      }
      throw new MediaError(
        "storage_failed",
        `${basename(usual)} and ${basename(other)} are in the archive already`,
      );
    },
  };
}

/** Of a file's bytes, read bit by bit. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

export type Delivery = ReturnType<typeof createDelivery>;
