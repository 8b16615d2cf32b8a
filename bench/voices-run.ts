// Finds speakers, word times or both in a process of its own.
// usage: node bench/voices-run.ts speakers SOUND… | align SOUND PASSAGES.json | words RECORDING…
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultLimits } from "../src/media/limits.ts";
import type { Word } from "../src/media/transcript.ts";
import { createMemoryObjectStore } from "../src/objects/memory.ts";
import { createSandbox } from "../src/sandbox/create.ts";
import type { AlignedWord } from "../src/transcribe/align/aligner.ts";
import { createPocketsphinxAligner } from "../src/transcribe/align/pocketsphinx.ts";
import { createSherpaTranscriber } from "../src/transcribe/sherpa/transcriber.ts";
import { findSpeakers } from "../src/transcribe/speakers/find-speakers.ts";
import type { Turn } from "../src/transcribe/speakers/turn.ts";
import { doWork } from "../test/support/do-work.ts";
import { sharedSpeakerModels, sharedWhisperBase, storeOf } from "../test/support/shared-models.ts";

/** The results, one for each recording or passage; what was not asked for is empty. */
export interface VoicesRun {
  readonly turns: readonly (readonly Turn[])[];
  readonly aligned: readonly (readonly AlignedWord[])[];
  readonly words: readonly (readonly Word[])[];
}

const [what, ...paths] = process.argv.slice(2);
const { signal } = new AbortController();
const sandbox = await createSandbox();
const models = sharedSpeakerModels();
const workDir = mkdtempSync(join(tmpdir(), "dailies-voices-run-"));
const turns: Turn[][] = [];
const words: (readonly Word[])[] = [];
let aligned: AlignedWord[][] = [];
if (what === "speakers")
  for (const path of paths) turns.push(await findSpeakers(path, { sandbox, models, signal }));
if (what === "align") {
  const [sound = "", file = ""] = paths;
  const passages = JSON.parse(readFileSync(file, "utf8"));
  const request = { sound, passages, languageCode: "en-US", workDir, signal };
  aligned = await createPocketsphinxAligner(sandbox).align(request);
}
if (what === "words") {
  const objects = createMemoryObjectStore();
  const model = sharedWhisperBase();
  const { voice, embedding, segmentation } = models;
  const store = storeOf(model, voice, embedding, segmentation);
  const aligner = createPocketsphinxAligner(sandbox);
  const parts = { sandbox, objects, limits: defaultLimits, models: store, model, voice, aligner };
  const transcriber = createSherpaTranscriber(parts);
  for (const path of paths) {
    const source = await objects.putFile({ bucket: "outputs", key: path }, path);
    const request = { source, languageCode: "en-US", speakers: "auto" as const };
    const done = await doWork(transcriber, request, { signal, onProgress: () => {}, workDir });
    words.push(done.transcript.words);
  }
  await transcriber.close();
}
rmSync(workDir, { recursive: true });
const run: VoicesRun = { turns, aligned, words };
console.log(JSON.stringify(run));
