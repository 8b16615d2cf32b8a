import { join } from "node:path";
import type { WholeFiles } from "./files.ts";
import type { Ended } from "./ledger.ts";
import type { BatchFormat, BatchSettings } from "./settings.ts";
import type { BatchRow } from "./summary.ts";
import { transcriptDocumentApart } from "../export/docx/apart.ts";
import { exportTranscript } from "../export/transcript.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import { isWanted, type Job } from "../media/job.ts";
import type { Media } from "../media/media.ts";
import { fromTranscribeJson } from "../media/transcribe-json.ts";
import type { Transcript } from "../media/transcript.ts";
import type { Archive } from "./archive.ts";
import type { BatchInput, BatchPlaces } from "./places.ts";
import type { BatchPorts } from "./ports.ts";
import { outputJson } from "../app/read-output.ts";
import { isFatal } from "../local/process.ts";
import { outputOf } from "../catalog/outputs.ts";
import { readBytes } from "../objects/stored.ts";

/** A media file of the batch whose jobs have ended. */
export interface Ready {
  readonly input: BatchInput;
  readonly job: string;
  readonly media: Media;
  readonly jobs: readonly Job[];
  /** How the input ended the last time. */
  readonly before?: Ended | undefined;
}

/** The outcome of an input. */
interface Delivered {
  readonly row: BatchRow;
  /** The name of recording and JSON in the archive, without extension; absent without results or archive. */
  readonly stem?: string;
}

/** The steps that a batch requests for each media file. */
export const batchSteps = { only: ["transcribe"] } as const;

interface DeliveryParts {
  readonly ports: BatchPorts;
  readonly places: BatchPlaces;
  readonly settings: BatchSettings;
  readonly files: WholeFiles;
  readonly archive: Archive;
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

/** When it was taken in, when its transcription (else its first step) started, and when all jobs had ended. */
function timesOf(jobs: readonly Job[], media: Media) {
  const transcribe = jobs.filter(({ step }) => step === "transcribe");
  const ownStarts = transcribe.flatMap(({ startedAt }) => startedAt ?? []);
  const started =
    ownStarts.length > 0 ? ownStarts : jobs.flatMap(({ startedAt }) => startedAt ?? []);
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
    ...(engine.quality === "draft" ? { draft: true as const } : {}),
  };
}

/** The stored captions. */
async function captions(
  { catalog, objects }: BatchPorts,
  media: Media,
  kind: "captions-srt" | "captions-vtt",
): Promise<Buffer> {
  const object = await outputOf(catalog, media, kind);
  if (object === undefined) throw new MediaError("not_found", `${media.name} has no captions`);
  return readBytes(objects, object);
}

/** The transcript as Amazon Transcribe's JSON, under the batch's name for the job. */
async function transcriptOf(
  ports: BatchPorts,
  { job, media }: Ready,
): Promise<Record<string, unknown>> {
  const json = await outputJson(ports, media, "transcribe");
  if (json === undefined)
    throw new MediaError("not_found", `${JSON.stringify(media.name)} has no transcript`);
  const { incomplete } = media.facts ?? {};
  const known = incomplete === undefined ? {} : { incomplete };
  return { ...(json as Record<string, unknown>), jobName: job, ...known };
}

/** The results in one format. */
async function contentOf(
  { ports, signal }: DeliveryParts,
  { media, input, jobs }: Ready,
  format: BatchFormat,
  { json, transcript }: { json: string; transcript: Transcript },
): Promise<string | Uint8Array> {
  switch (format) {
    case "json":
      return json;
    case "srt":
      return captions(ports, media, "captions-srt");
    case "vtt":
      return captions(ports, media, "captions-vtt");
    case "txt":
      return exportTranscript({
        name: input.name,
        transcript,
        format,
        ...(media.facts?.incomplete !== undefined && { incomplete: media.facts.incomplete }),
      });
    case "docx": {
      const durationMs = media.facts?.durationMs;
      const transcribedAt = timesOf(jobs, media).finishedAt;
      const { incomplete } = media.facts ?? {};
      const known = {
        ...(durationMs === undefined ? {} : { durationMs }),
        ...(incomplete === undefined ? {} : { incomplete }),
      };
      return transcriptDocumentApart(
        { name: input.name, transcript, ...known, transcribedAt },
        signal,
      );
    }
  }
}

async function writeResults(delivery: DeliveryParts, ready: Ready) {
  const { ports, places, settings, files, archive } = delivery;
  const { input, job, media, before } = ready;
  const json = await transcriptOf(ports, ready);
  const transcript = fromTranscribeJson(json);
  const text = JSON.stringify(json);
  const written: string[] = [];
  for (const format of settings.formats) {
    const file = `${job}.${format}`;
    const content = await contentOf(delivery, ready, format, { json: text, transcript });
    await files.write(join(places.output, file), content);
    written.push(file);
  }
  const stem = await archive.writeJson(text, { input, job, sha256: media.sha256, before });
  return { ...figuresOf(transcript), files: written, stem };
}

/** Writes results to the output folder. */
export function createDelivery(delivery: DeliveryParts) {
  return {
    /**
     * Writes the results to the output folder (and the JSON to the archive), and returns the summary's
     * row, also when this input's results cannot be written.
     * @throws MediaError when no other input's results could be written either, or after the signal
     */
    async deliver(given: Ready): Promise<Delivered> {
      // Other steps of this media file do not belong to the batch.
      const jobs = given.jobs.filter(({ step }) => isWanted(step, batchSteps));
      const ready = { ...given, jobs };
      const { job, input, media } = ready;
      const durationMs = media.facts?.durationMs;
      const common = {
        job,
        input: input.name,
        ...(durationMs === undefined ? {} : { durationMs }),
        ...timesOf(jobs, media),
      };
      const failed = ({ code, message }: NonNullable<BatchRow["failure"]>): Delivered => ({
        row: { ...common, files: [], failure: { code, message } },
      });
      const failure = failureOf(jobs);
      if (failure !== undefined) return failed(failure);
      try {
        const { stem, ...written } = await writeResults(delivery, ready);
        const { incomplete } = media.facts ?? {};
        const known = incomplete === undefined ? {} : { incomplete };
        return {
          row: { ...common, ...written, ...known },
          ...(stem === undefined ? {} : { stem }),
        };
      } catch (thrown) {
        const error = asMediaError(thrown);
        if (isFatal(error) || delivery.signal.aborted) throw error;
        return failed(error);
      }
    },
  };
}

export type Delivery = ReturnType<typeof createDelivery>;
