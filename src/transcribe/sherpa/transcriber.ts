import { availableParallelism } from "node:os";
import { MediaError } from "../../media/errors.ts";
import type { BeginOptions } from "../../media/engine.ts";
import { timeLimitMs } from "../../media/limits.ts";
import type { Limits } from "../../media/limits.ts";
import type { InstalledModel, ModelStore } from "../../models/model-store.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import type { Word } from "../../media/transcript.ts";
import { createChildPool } from "../../sandbox/child-pool.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Aligner } from "../align/aligner.ts";
import { findSpeakers, type FindSpeakersOptions } from "../speakers/find-speakers.ts";
import { speakersOf } from "../speakers/models.ts";
import { nameSpeakers } from "../speakers/name-words.ts";
import type { TranscribeRequest, TranscribeResult, Transcriber } from "../transcriber.ts";
import { startRecognizer } from "./recognizer-process.ts";
import { engineName } from "./complaints.ts";
import type { RecognizerProcess, RecognizerSetup } from "./recognizer-process.ts";
import { findSherpa } from "./install.ts";
import { identification, languageNotes, votesOf } from "./identification.ts";
import { frameMsOf, kindOf, requireLanguage, saysLanguage, writesEnglishOnly } from "./models.ts";
import { notesOf } from "./notes.ts";
import { unconfirmed } from "./second-opinion.ts";
import { strangeNotes } from "./strange-language.ts";
import { createProgress, type Phase } from "./progress.ts";
import { hotwordsOf, setupOf } from "./setup.ts";
import { openHeard } from "./heard.ts";
import { recognizeAll } from "./recognition.ts";
import { keepSound, timedWords } from "./word-times.ts";

export interface SherpaOptions {
  readonly sandbox: Sandbox;
  readonly objects: ObjectStore;
  readonly limits: Limits;
  readonly models: ModelStore;
  /** The speech model. Must be installed. */
  readonly model: InstalledModel;
  /** The detector of voice. Absent: the room's own gate. */
  readonly voice?: InstalledModel | undefined;
  /** How many pieces one child recognizes at the same time. Default: two, where there are two cores. */
  readonly threads?: number;
  /** Corrects the times of words where the model gives none or rough ones. Absent: they stay as they are. */
  readonly aligner?: Aligner | undefined;
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
 * a minute cut at pauses; words come back as they are recognized. What models do not tell is then found
 * in the sound, which lies in a file meanwhile: when words are said, and by whom (`timedWords`, `findSpeakers`).
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
      speakersOf(models, request); // refuses what lacks its models before there is work for it
      const result = await withinTime(options.limits, request, beginOptions, (within) =>
        transcribe(options, request, within, (work) => pool.use(setup, within.signal, work)),
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

/** What is done to a recording, in its order. */
function phasesOf(needs: { readonly aligner: unknown; readonly speakers: unknown }): Phase[] {
  return [
    "recognition",
    ...(needs.aligner === undefined ? [] : (["alignment"] as const)),
    ...(needs.speakers === undefined ? [] : (["speakers"] as const)),
  ];
}

/** Words with those who say them. */
async function withSpeakers(
  words: readonly Word[],
  sound: string,
  options: FindSpeakersOptions,
): Promise<readonly Word[]> {
  return words.length === 0 ? words : nameSpeakers(words, await findSpeakers(sound, options));
}

/** Transcribes a recording: by the model in a child of the pool, then by what it does not tell. */
async function transcribe(
  options: SherpaOptions,
  request: TranscribeRequest,
  start: BeginOptions,
  use: <T>(work: (recognizer: RecognizerProcess) => Promise<T>) => Promise<T>,
): Promise<TranscribeResult> {
  const { model } = options;
  const { workDir, signal } = start;
  const startedAt = performance.now();
  const speakers = speakersOf(options.models, request);
  const { needsAlignment } = kindOf(model);
  const aligner = needsAlignment || writesEnglishOnly(model) ? options.aligner : undefined;
  const phrases = hotwordsOf(model, request);
  const heard = await openHeard(start.keepDir, {
    ...request,
    model: sherpaId(model, options.voice),
  });
  const { durationMs } = request;
  const phases = phasesOf({ aligner, speakers });
  const { fromMs } = heard;
  const progress = createProgress(start.onProgress, { phases, durationMs, fromMs });
  const kept = (aligner ?? speakers) === undefined ? undefined : await keepSound(workDir);
  const recognition = await use(async (recognizer) =>
    recognizeAll(options, recognizer, request, {
      signal,
      heard,
      hotwords: phrases.hotwords,
      onProgress: progress.recognized,
      kept,
    }),
  ).finally(async () => Promise.all([kept?.close(), heard.close()]));
  const { pieces, end, soundMs, short, notes, version } = recognition;
  const votes = saysLanguage(model) ? votesOf(pieces) : end.languages;
  const identified = identification(model, request, votes);
  const timed = await timedWords(
    pieces,
    { language: identified.languageCode, frameMs: frameMsOf(model) },
    aligner &&
      kept && {
        aligner,
        times: needsAlignment ? undefined : "model",
        sound: kept.path,
        workDir,
        signal,
        onProgress: (done) => progress.reached("alignment", done),
      },
  );
  const written = { ...timed, models: options.models, model, request, votes };
  const strange = await strangeNotes(written, async (stretches) =>
    aligner && kept
      ? unconfirmed({ use, sound: kept.path, words: timed.words, signal }, stretches)
      : [],
  );
  const onFound = (done: number): void => progress.reached("speakers", done);
  const speaking = { sandbox: options.sandbox, signal, onProgress: onFound };
  const words =
    speakers && kept
      ? await withSpeakers(timed.words, kept.path, { ...speakers, ...speaking })
      : timed.words;
  progress.end();
  const elapsedMs = performance.now() - startedAt;
  return {
    transcript: {
      ...identified,
      words,
      engine: { name: "sherpa", version, model: model.manifest.id },
    },
    ...(soundMs > 0 ? { realTimeFactor: elapsedMs / soundMs } : {}),
    ...(short === undefined ? {} : { short }),
    notes: [
      ...notes,
      ...phrases.notes,
      ...notesOf(words, pieces),
      ...timed.notes,
      ...languageNotes(model, request, votes),
      ...strange,
    ],
  };
}
