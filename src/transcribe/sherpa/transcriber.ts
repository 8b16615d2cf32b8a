import { availableParallelism } from "node:os";
import { MediaError } from "../../media/errors.ts";
import type { BeginOptions } from "../../media/engine.ts";
import { timeLimitMs } from "../../media/limits.ts";
import type { Limits } from "../../media/limits.ts";
import type { InstalledModel, ModelStore } from "../../models/model-store.ts";
import { withLocalFile } from "../../objects/local-file.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import { createChildPool } from "../../sandbox/child-pool.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Aligner } from "../align/aligner.ts";
import { decodeSound } from "../decode-sound.ts";
import type { TranscribeRequest, TranscribeResult, Transcriber } from "../transcriber.ts";
import { startRecognizer } from "./recognizer-process.ts";
import { engineName } from "./complaints.ts";
import type { RecognizerProcess, RecognizerSetup } from "./recognizer-process.ts";
import { findSherpa } from "./install.ts";
import { identification, languageNotes, votesOf } from "./identification.ts";
import { frameMsOf, kindOf, requireLanguage, saysLanguage } from "./models.ts";
import type { RecognizedPiece } from "./protocol.ts";
import { notesOf } from "./notes.ts";
import { createProgress, wholeSamples } from "./progress.ts";
import { hotwordsOf, placesOf, setupOf } from "./setup.ts";
import { withSpeakers } from "./speakers.ts";
import { keepSound, timedWords, type KeptSound } from "./word-times.ts";

export interface SherpaOptions {
  readonly sandbox: Sandbox;
  readonly objects: ObjectStore;
  readonly limits: Limits;
  readonly models: ModelStore;
  /** The speech model. Must be installed. */
  readonly model: InstalledModel;
  /** The detector of voice. Absent: the room's own gate. */
  readonly voice?: InstalledModel | undefined;
  /** Corrects the times of words where the model gives none or rough ones. Absent: they stay as they are. */
  readonly aligner?: Aligner | undefined;
  /** How many pieces one child recognizes at the same time. Default: two, where there are two cores. */
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

/** Part of the id, raised when the speech that is found, the words or their times change. */
const recipe = 3;

/** The id of the engine with its models: others make other jobs. */
export function sherpaId(model: InstalledModel, voice: InstalledModel | undefined): string {
  const found = voice === undefined ? "gate" : `${voice.manifest.id}-${voice.fingerprint}`;
  return `sherpa/${model.manifest.id}-${model.fingerprint}/${found}/${recipe}`;
}

/**
 * The quality engine: sherpa-onnx with a model of the model store, in child processes in the sandbox
 * that are kept between jobs and may die without taking anything along. The sound is streamed to the
 * child, which finds speech (silero, else the room's own gate) and recognizes it in pieces of at most half
 * a minute cut at pauses; words come back as they are recognized. Memory does not grow with the
 * recording, except for speakers: those are told apart in parts of ten minutes.
 *
 * `begin` throws MediaError `engine_missing` (no package), `model_missing` (speakers or languages
 * asked for without their models, with the command that gets them), `model_invalid` (a model that
 * cannot be loaded), `unsupported_language`, `engine_failed` when the child dies, `damaged_media`,
 * `limit_time`, `cancelled`.
 */
export function createSherpaTranscriber(options: SherpaOptions): SherpaTranscriber {
  const { sandbox, model, voice, models } = options;
  const pool = createChildPool<RecognizerSetup, RecognizerProcess>({
    name: engineName,
    start: async (setup, signal) => startRecognizer(sandbox, findSherpa(), setup, signal),
    idleMs: options.idleMs ?? 30_000,
  });
  const threads = options.threads ?? Math.min(2, availableParallelism());

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
        pool.use(setup, within.signal, (recognizer) =>
          transcribe(options, recognizer, request, within),
        ),
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

interface Recognition {
  readonly pieces: readonly RecognizedPiece[];
  readonly end: Awaited<ReturnType<RecognizerProcess["end"]>>;
  readonly soundMs: number;
  /** Of the source, and of phrases that could not be expected. */
  readonly notes: readonly string[];
}

/** Streams a recording's sound through a child. */
async function recognizeAll(
  { sandbox, objects, limits }: SherpaOptions,
  recognizer: RecognizerProcess,
  request: TranscribeRequest,
  options: BeginOptions,
  hotwords: string | undefined,
  kept: KeptSound | undefined,
): Promise<Recognition> {
  const { durationMs, track } = request;
  const { signal } = options;
  const progress = createProgress(options.onProgress, durationMs);
  const pieces: RecognizedPiece[] = [];
  const known = durationMs === undefined ? {} : { durationMs };
  const take = (answer: { pieces: readonly RecognizedPiece[]; untilMs: number }): void => {
    pieces.push(...answer.pieces);
    progress(answer.untilMs);
  };
  const languages = placesOf(request);
  await recognizer.begin(
    {
      ...(languages === undefined ? {} : { languages }),
      ...(hotwords === undefined ? {} : { hotwords }),
    },
    signal,
  );
  const decoded = await withLocalFile(objects, request.source, async (path) => {
    const sound = decodeSound(sandbox, path, { limits, ...known, track, signal });
    for await (const bytes of wholeSamples(sound.bytes)) {
      await kept?.write(bytes);
      take(await recognizer.transcribe(bytes, signal));
    }
    return { soundMs: sound.decodedMs(), notes: sound.notes() };
  });
  const end = await recognizer.end(take, signal);
  progress(decoded.soundMs);
  const complaints = recognizer.phraseComplaints();
  const phrases = complaints.length === 0 ? [] : ["some phrases could not be put to the model"];
  return {
    pieces: [...pieces, ...end.pieces],
    end,
    soundMs: decoded.soundMs,
    notes: [...decoded.notes, ...phrases],
  };
}

async function transcribe(
  options: SherpaOptions,
  recognizer: RecognizerProcess,
  request: TranscribeRequest,
  start: BeginOptions,
): Promise<TranscribeResult> {
  const { model } = options;
  const startedAt = performance.now();
  const phrases = hotwordsOf(model, request);
  const { aligner } = options;
  const kept =
    aligner !== undefined && kindOf(model).needsAlignment
      ? await keepSound(start.workDir)
      : undefined;
  let recognition: Recognition;
  try {
    recognition = await recognizeAll(options, recognizer, request, start, phrases.hotwords, kept);
  } catch (thrown) {
    await recognizer.close(); // it waits for the rest of this recording, and must not take another for it
    throw thrown;
  } finally {
    await kept?.close();
  }
  const { pieces, end, soundMs, notes } = recognition;
  const votes = saysLanguage(model) ? votesOf(pieces) : end.languages;
  const identified = identification(model, request, votes);
  const { workDir, signal } = start;
  const { words, notes: timeNotes } = await timedWords(
    pieces,
    { language: identified.languageCode, frameMs: frameMsOf(model) },
    aligner && kept && { aligner, sound: kept.path, workDir, signal },
  );
  const elapsedMs = performance.now() - startedAt;
  return {
    transcript: {
      ...identified,
      words: request.speakers === undefined ? words : withSpeakers(words, end.turns),
      engine: { name: "sherpa", version: recognizer.version, model: model.manifest.id },
    },
    ...(soundMs > 0 ? { realTimeFactor: elapsedMs / soundMs } : {}),
    notes: [
      ...notes,
      ...phrases.notes,
      ...notesOf(words, pieces),
      ...timeNotes,
      ...languageNotes(model, request, votes),
    ],
  };
}
