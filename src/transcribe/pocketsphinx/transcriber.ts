import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Shortfall } from "../../media/damage.ts";
import type { BeginOptions } from "../../media/engine.ts";
import { MediaError } from "../../media/errors.ts";
import type { Limits } from "../../media/limits.ts";
import { draftHeard, type Word } from "../../media/transcript.ts";
import { withLocalFile } from "../../objects/local-file.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { batches, timeInRecording, wavOf } from "../batches.ts";
import type { Batch } from "../batches.ts";
import { linesOf, outputOf } from "../child-output.ts";
import { childLimits, decodeSound } from "../decode-sound.ts";
import { speechPassages } from "../passages.ts";
import type { TranscribeRequest, TranscribeResult, Transcriber } from "../transcriber.ts";
import { levelled } from "./level.ts";
import { refuseUnable } from "./limits.ts";
import { wordsOfLine } from "./output.ts";
import { decodeCommand, findPocketsphinx } from "./program.ts";
import type { PocketsphinxProgram } from "./program.ts";
import { assembled } from "./words.ts";

export interface PocketsphinxOptions {
  readonly sandbox: Sandbox;
  readonly objects: ObjectStore;
  readonly limits: Limits;
  /** What `findPocketsphinx` found. Default: it is looked for when first needed. */
  readonly program?: PocketsphinxProgram;
}

const model = "en-us";

/** Part of the id: to be raised when the gate or the tuning changes what is heard. */
const recipe = 2;

/** Speech for one run: the first words come soon, and loading the model costs 0.5 % of it. */
const batchMs = 120_000;

/**
 * The draft engine: pocketsphinx with its American English model, offline and small. It writes no
 * punctuation or capitals, and mishears about every fourth word of clear reading.
 * Only what sounds like speech is given to it, in batches, so that noise and music make no words
 * and memory does not grow with the recording.
 * `begin` throws `unsupported_language`, `engine_missing`, `model_missing` (also when speakers or the
 * language are to be found out, which it cannot), `damaged_media` when
 * the sound cannot be decoded, and what the sandbox throws.
 */
export function createPocketsphinxTranscriber(parts: PocketsphinxOptions): Transcriber {
  let found = parts.program;
  const program = async (): Promise<PocketsphinxProgram> => {
    found ??= await findPocketsphinx(parts.sandbox);
    if (found !== undefined) return found;
    throw new MediaError(
      "engine_missing",
      "pocketsphinx is not installed, so nothing can be transcribed",
    );
  };
  return {
    id: `pocketsphinx/${model}/${recipe}`,
    async begin(request, options) {
      refuseUnable(request);
      const notes = optionNotes(request);
      const result = await transcribe(parts, await program(), request, options);
      return { state: "done", result: { ...result, notes: [...notes, ...result.notes] } };
    },
  };
}

/** What the notes say about options that this engine cannot follow in full. */
function optionNotes({ languageCode, vocabulary = [] }: TranscribeRequest): string[] {
  const [, region = "us"] = languageCode.toLowerCase().split(/[-_]/);
  return [
    ...(region === "us" ? [] : [`heard as American English (en-US), not as ${languageCode}`]),
    ...(vocabulary.length === 0
      ? []
      : ["the draft engine cannot listen for a vocabulary; words that sound alike are respelled"]),
  ];
}

/** Decodes, gates and recognises a recording batch by batch. */
async function transcribe(
  parts: PocketsphinxOptions,
  program: PocketsphinxProgram,
  request: TranscribeRequest,
  options: BeginOptions,
): Promise<TranscribeResult> {
  const { sandbox, objects, limits } = parts;
  const { durationMs, track } = request;
  const startedAt = performance.now();
  const known = durationMs === undefined ? {} : { durationMs };
  const words: Word[] = [];
  let soundMs = 0;
  let short: Shortfall | undefined;
  const sourceNotes: string[] = [];
  const report = (atMs: number): void => {
    if (durationMs === undefined || durationMs <= 0) return;
    const elapsedMs = performance.now() - startedAt;
    const fraction = Math.min(1, atMs / durationMs);
    const speed = atMs / elapsedMs;
    const remainingMs = Math.round(Math.max(0, durationMs - atMs) / speed);
    options.onProgress({
      fraction,
      speed,
      ...(Number.isFinite(remainingMs) ? { remainingMs } : {}),
    });
  };
  await withLocalFile(objects, request.source, async (path) => {
    const sound = decodeSound(sandbox, path, { limits, ...known, track, signal: options.signal });
    for await (const batch of batches(speechPassages(sound.bytes), batchMs))
      for await (const word of recognise({ sandbox, limits, ...known }, program, batch, options)) {
        words.push(word);
        report(word.endMs);
      }
    soundMs = sound.decodedMs();
    sourceNotes.push(...sound.notes());
    short = sound.short();
  });
  const elapsedMs = performance.now() - startedAt;
  const engine = {
    name: "pocketsphinx",
    version: program.version,
    model,
    quality: "draft",
  } as const;
  return {
    transcript: { languageCode: "en-US", words: assembled(words), engine },
    ...(soundMs > 0 ? { realTimeFactor: elapsedMs / soundMs } : {}),
    ...(short === undefined ? {} : { short }),
    notes: [...sourceNotes, words.length === 0 ? "no speech found" : draftHeard],
  };
}

/** The words of one batch as the engine prints them, with the recording's times. */
async function* recognise(
  parts: { sandbox: Sandbox; limits: Limits; durationMs?: number },
  program: PocketsphinxProgram,
  batch: Batch,
  { signal, workDir }: BeginOptions,
): AsyncGenerator<Word> {
  const wavPath = join(workDir, "speech.wav");
  await writeFile(wavPath, wavOf(levelled(batch.samples)));
  const child = parts.sandbox.spawn({
    ...decodeCommand(program, wavPath),
    reads: [wavPath],
    writes: [],
    limits: childLimits(parts.limits, parts.durationMs),
    signal,
  });
  const lines = linesOf(outputOf(child));
  try {
    for (;;) {
      const next = await lines.next();
      if (next.done === true) {
        if (next.value.exitCode !== 0) throw engineError(next.value.stderr);
        return;
      }
      for (const { text, confidence, ...times } of wordsOfLine(program.kind, next.value))
        yield { text, ...timeInRecording(batch, times), confidence };
    }
  } finally {
    await lines.return({ exitCode: 0, stderr: "" }); // ends the child, when nobody wants the rest
    await rm(wavPath, { force: true });
  }
}

/** Why the program gave up, by its own words. */
function engineError(stderr: string): MediaError {
  const details = { stderr };
  if (
    /acoustic model definition|'-hmm'|-lm is not set|Failed to open .*(?:mdef|lm\.bin|dict)/.test(
      stderr,
    )
  )
    return new MediaError("model_missing", "pocketsphinx has no American English model", {
      details,
    });
  return new MediaError("engine_failed", "pocketsphinx gave up on the recording", { details });
}
