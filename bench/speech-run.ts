// Transcribes recordings with one engine, in a separate process, and prints the time and memory it used.
// usage: node bench/speech-run.ts draft|toy FILE…
import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { doWork } from "../test/support/do-work.ts";
import { defaultLimits } from "../src/media/limits.ts";
import type { Word } from "../src/media/transcript.ts";
import { createFilesystemObjectStore } from "../src/objects/filesystem.ts";
import { createSandbox } from "../src/sandbox/create.ts";
import { usedMemory } from "../src/sandbox/memory.ts";
import { createPocketsphinxTranscriber } from "../src/transcribe/pocketsphinx/transcriber.ts";
import { silero, storeOf, toyTransducer } from "../src/transcribe/sherpa/toy-models.fixture.ts";
import { createPocketsphinxAligner } from "../src/transcribe/align/pocketsphinx.ts";
import { createSherpaTranscriber } from "../src/transcribe/sherpa/transcriber.ts";
import type { SherpaTranscriber } from "../src/transcribe/sherpa/transcriber.ts";
import type { Transcriber } from "../src/transcribe/transcriber.ts";
import { sharedMedia } from "../test/support/shared-media.ts";
import { sharedWhisperBase } from "../test/support/shared-models.ts";
import { readConfig } from "../src/config/config.ts";
import { createModelStore } from "../src/models/local.ts";
import type { InstalledModel } from "../src/models/model-store.ts";

/** The results of one run. */
export interface SpeechRun {
  readonly words: readonly (readonly Word[])[];
  readonly realTimeFactors: readonly number[];
  readonly elapsedMs: number;
  /** The peak memory of the main process; its children are not counted. */
  readonly peakBytes: number;
  /** The most memory that the engine's child used, as far as ten looks a second tell. */
  readonly childPeakBytes: number;
  /** The most processor time that the main thread used between two ticks of a timer of 5 ms. */
  readonly busyMs: number;
  /** The longest delay of the event loop, whatever caused it. */
  readonly gapMs: number;
  /** The longest delay of the event loop of an idle process at the same time. */
  readonly idleGapMs: number;
  readonly progressReports: number;
}

const resolutionMs = 5;

/** Starts a Node process that does nothing, to measure how long other processes delay it. */
function idleNode(): { end: () => Promise<number> } {
  const program = `
    const { monitorEventLoopDelay } = require("node:perf_hooks");
    const delay = monitorEventLoopDelay({ resolution: ${resolutionMs} });
    setTimeout(() => delay.enable(), 200);
    process.stdin.resume().on("end", () => console.log(delay.max / 1e6));`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  return {
    end: async () => {
      const gone = new Promise((resolve) => child.once("close", resolve));
      child.stdin.end();
      await gone;
      return Number(printed) - resolutionMs;
    },
  };
}

const [engine = "draft", ...files] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "dailies-speech-"));
const objects = createFilesystemObjectStore({ dir: join(folder, "objects") });
const sandbox = await createSandbox();
const parts = { sandbox, objects, limits: defaultLimits };
const shared = sharedMedia("../models");
const voice = silero(shared);

/** The toy, a shared model of real weights, or one that is installed. */
function modelOf(name: string): InstalledModel {
  if (name === "toy") return toyTransducer(join(shared, "toy-transducer"));
  if (name === "whisper-base") return sharedWhisperBase();
  const installed = createModelStore({ dir: readConfig().modelsDir }).find(name);
  if (installed === undefined) throw new Error(`the model ${name} is not installed`);
  return installed;
}

function sherpa(name: string): SherpaTranscriber {
  const model = modelOf(name);
  const threads = name === "toy" ? { threads: 1 } : {};
  return createSherpaTranscriber({
    ...parts,
    aligner: createPocketsphinxAligner(sandbox),
    models: storeOf(model, voice),
    model,
    voice,
    ...threads,
  });
}
const transcriber: Transcriber & Partial<SherpaTranscriber> =
  engine === "draft" ? createPocketsphinxTranscriber(parts) : sherpa(engine);
const { signal } = new AbortController();

/** Measures the longest processor time between two ticks. Time in which other processes ran does not count. */
function watchBusy(): () => number {
  let longest = 0;
  let before = process.threadCpuUsage();
  const timer = setInterval(() => {
    const now = process.threadCpuUsage();
    longest = Math.max(longest, now.user + now.system - before.user - before.system);
    before = now;
  }, resolutionMs);
  return () => {
    clearInterval(timer);
    return longest / 1000;
  };
}

let childPeakBytes = 0;
const looking = setInterval(() => {
  for (const pid of transcriber.pids?.() ?? [])
    childPeakBytes = Math.max(childPeakBytes, usedMemory(pid));
}, 100);
const idle = idleNode();
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
let progressReports = 0;
const words: (readonly Word[])[] = [];
const realTimeFactors: number[] = [];
let startedAt = 0;
let busy = () => 0;
for (const path of files) {
  const source = await objects.putFile({ bucket: "outputs", key: "a.wav" }, path);
  if (startedAt === 0) {
    startedAt = performance.now();
    busy = watchBusy();
    delay.enable(); // storing the file is not part of the measurement
  }
  const durationMs = (statSync(path).size - 44) / 32; // 16 kHz, 16 bit, mono
  const request = { source, languageCode: "en-US", durationMs };
  const onProgress = () => void (progressReports += 1);
  const result = await doWork(transcriber, request, { signal, onProgress, workDir: folder });
  words.push(result.transcript.words);
  realTimeFactors.push(result.realTimeFactor ?? 0);
}
const elapsedMs = performance.now() - startedAt;
delay.disable();
const busyMs = busy();
const peak = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"));
clearInterval(looking);
await transcriber.close?.();
const run: SpeechRun = {
  words,
  realTimeFactors,
  elapsedMs,
  childPeakBytes,
  peakBytes: Number(peak?.[1] ?? NaN) * 1024,
  busyMs,
  gapMs: delay.max / 1e6 - resolutionMs,
  idleGapMs: await idle.end(),
  progressReports,
};
await rm(folder, { recursive: true });
console.log(JSON.stringify(run));
