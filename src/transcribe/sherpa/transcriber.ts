import { availableParallelism } from "node:os";
import { MediaError } from "../../media/errors.ts";
import type { BeginOptions } from "../../media/engine.ts";
import { timeLimitMs } from "../../media/limits.ts";
import type { Limits } from "../../media/limits.ts";
import type { Word } from "../../media/transcript.ts";
import type { InstalledModel, ModelStore } from "../../models/model-store.ts";
import { withLocalFile } from "../../objects/local-file.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import { createChildPool } from "../../sandbox/child-pool.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { decodeSound } from "../decode-sound.ts";
import type { TranscribeRequest, TranscribeResult, Transcriber } from "../transcriber.ts";
import { engineName, startHearer } from "./hearer.ts";
import type { Hearer, HearerSetup } from "./hearer.ts";
import { findSherpa } from "./install.ts";
import { languageScores } from "./languages.ts";
import { frameMsOf, kindOf, requireLanguage } from "./models.ts";
import type { HeardPiece } from "./protocol.ts";
import { createProgress, wholeSamples } from "./progress.ts";
import { hotwordsOf, setupOf } from "./setup.ts";
import { withSpeakers } from "./speakers.ts";
import { hasTimes, wordsOf } from "./words.ts";

export interface SherpaOptions {
  readonly sandbox: Sandbox;
  readonly objects: ObjectStore;
  readonly limits: Limits;
  readonly models: ModelStore;
  /** The speech model to hear with. Must be installed. */
  readonly model: InstalledModel;
  /** The detector of voice. Absent: the room's own gate. */
  readonly voice?: InstalledModel | undefined;
  /** Processor threads of one child. Default: half of the cores, at most four. */
  readonly threads?: number;
  /** A child without work ends after this long, ms. Default: 30 s. */
  readonly idleMs?: number;
}

/** A transcriber whose child processes end by themselves, or at `close`. */
export type SherpaTranscriber = Transcriber & {
  /** Process ids of the children that live, for tests and `doctor`. */
  readonly pids: () => readonly number[];
  /** Ends the child processes. Work under way fails with `cancelled`. */
  close(): Promise<void>;
};

/** Part of the id: to be raised when what is found as speech or made of tokens changes. */
const recipe = 1;

/** The id of the engine with its models: others make other jobs. */
export function sherpaId(model: InstalledModel, voice: InstalledModel | undefined): string {
  const found = voice === undefined ? "gate" : `${voice.manifest.id}-${voice.fingerprint}`;
  return `sherpa/${model.manifest.id}-${model.fingerprint}/${found}/${recipe}`;
}

/**
 * The quality engine: sherpa-onnx with a model of the model store, in child processes in the sandbox
 * that are kept between jobs and may die without taking anything along. The sound is streamed to the
 * child, which finds speech (silero, else the room's own gate) and hears it in pieces of at most half
 * a minute cut at pauses; words come back as they are understood. Memory does not grow with the
 * recording, except for speakers: those are told apart in parts of ten minutes.
 *
 * `begin` throws MediaError `engine_missing` (no package), `model_missing` (speakers or languages
 * asked for without their models, with the command that gets them), `model_invalid` (a model that
 * cannot be loaded), `unsupported_language`, `engine_failed` when the child dies, `damaged_media`,
 * `limit_time`, `cancelled`.
 */
export function createSherpaTranscriber(options: SherpaOptions): SherpaTranscriber {
  const { sandbox, model, voice, models } = options;
  const pool = createChildPool<HearerSetup, Hearer>({
    name: engineName,
    start: async (setup, signal) => startHearer(sandbox, findSherpa(), setup, signal),
    idleMs: options.idleMs ?? 30_000,
  });
  const threads =
    options.threads ?? Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));

  return {
    id: sherpaId(model, voice),
    async begin(request, beginOptions) {
      kindOf(model); // refuses what cannot be loaded before a child is started for it
      requireSpoken(model, request);
      const setup = setupOf({
        models,
        model,
        voice,
        request,
        threads,
        package: findSherpa().package,
      });
      const result = await withinTime(options.limits, request, beginOptions, (within) =>
        pool.use(setup, within.signal, (hearer) => transcribe(options, hearer, request, within)),
      );
      return { state: "done", result };
    },
    pids: () => pool.pids(),
    close: () => pool.close(),
  };
}

/** @throws MediaError `unsupported_language` when the model knows none of what may be spoken */
function requireSpoken(model: InstalledModel, request: TranscribeRequest): void {
  const { languageCode, identifyLanguage } = request;
  if (identifyLanguage === undefined) return requireLanguage(model, languageCode);
  for (const candidate of identifyLanguage.candidates ?? []) requireLanguage(model, candidate);
}

/** Work that is ended, with `limit_time`, when it takes longer than the limits allow. */
async function withinTime<T>(
  limits: Limits,
  { durationMs }: TranscribeRequest,
  options: BeginOptions,
  work: (within: BeginOptions) => Promise<T>,
): Promise<T> {
  const limitMs = timeLimitMs(limits, durationMs);
  const timeUp = new AbortController();
  const timer = setTimeout(() => timeUp.abort(), Math.min(limitMs, 2 ** 31 - 1));
  const signal = AbortSignal.any([options.signal, timeUp.signal]);
  try {
    return await work({ ...options, signal });
  } catch (thrown) {
    if (!timeUp.signal.aborted || options.signal.aborted) throw thrown;
    throw new MediaError("limit_time", `transcribing took longer than ${limitMs} ms`, {
      cause: thrown,
    });
  } finally {
    clearTimeout(timer);
  }
}

interface Heard {
  readonly pieces: readonly HeardPiece[];
  readonly end: Awaited<ReturnType<Hearer["end"]>>;
  readonly soundMs: number;
  /** Of the source. */
  readonly notes: readonly string[];
}

/** Streams a recording's sound through a child. */
async function hearAll(
  { sandbox, objects, limits }: SherpaOptions,
  hearer: Hearer,
  request: TranscribeRequest,
  options: BeginOptions,
  hotwords: string | undefined,
): Promise<Heard> {
  const { durationMs, track } = request;
  const { signal } = options;
  const progress = createProgress(options.onProgress, durationMs);
  const pieces: HeardPiece[] = [];
  await hearer.begin(hotwords === undefined ? {} : { hotwords }, signal);
  const decoded = await withLocalFile(objects, request.source, async (path) => {
    const known = durationMs === undefined ? {} : { durationMs };
    const sound = decodeSound(sandbox, path, { limits, ...known, track, signal });
    for await (const bytes of wholeSamples(sound.bytes)) {
      pieces.push(...(await hearer.hear(bytes, signal)));
      progress(sound.decodedMs());
    }
    return { soundMs: sound.decodedMs(), notes: sound.notes() };
  });
  const end = await hearer.end(signal);
  return { pieces: [...pieces, ...end.pieces], end, ...decoded };
}

async function transcribe(
  options: SherpaOptions,
  hearer: Hearer,
  request: TranscribeRequest,
  start: BeginOptions,
): Promise<TranscribeResult> {
  const { model } = options;
  const startedAt = performance.now();
  const phrases = hotwordsOf(model, request);
  let heard: Heard;
  try {
    heard = await hearAll(options, hearer, request, start, phrases.hotwords);
  } catch (thrown) {
    await hearer.close(); // it waits for the rest of this recording, and must not take another for it
    throw thrown;
  }
  const { pieces, end, soundMs, notes } = heard;
  const identified = identification(model, request, end.languages);
  const words = pieces.flatMap((piece) =>
    wordsOf(piece, identified.languageCode, frameMsOf(model)),
  );
  const elapsedMs = performance.now() - startedAt;
  return {
    transcript: {
      ...identified,
      words: request.speakers === undefined ? words : withSpeakers(words, end.turns),
      engine: { name: "sherpa", version: hearer.version, model: model.manifest.id },
    },
    ...(soundMs > 0 ? { realTimeFactor: elapsedMs / soundMs } : {}),
    notes: [...notes, ...phrases.notes, ...notesOf(words, pieces)],
  };
}

/** What is spoken: as asked for, or as it was found out. @throws MediaError `unsupported_language` */
function identification(
  model: InstalledModel,
  { languageCode, identifyLanguage }: TranscribeRequest,
  votes: Heard["end"]["languages"],
) {
  if (identifyLanguage === undefined) return { languageCode };
  const languageIdentification = languageScores(votes, identifyLanguage.candidates);
  const [best] = languageIdentification;
  if (best === undefined) return { languageCode, languageIdentification };
  requireLanguage(model, best.code);
  return { languageCode: best.code, languageIdentification };
}

function notesOf(words: readonly Word[], pieces: readonly HeardPiece[]): string[] {
  if (words.length === 0) return ["no speech found"];
  return pieces.every(hasTimes) ? [] : ["the model gives no times; those of words are estimates"];
}
