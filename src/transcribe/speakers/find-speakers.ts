import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MediaError } from "../../media/errors.ts";
import type { InstalledModel } from "../../models/model-store.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { linesOf, outputOf } from "../child-output.ts";
import { findSherpa } from "../sherpa/install.ts";
import type { GroupCount } from "./clusters.ts";
import { finderLineSchema, type FinderSetup } from "./protocol.ts";
import type { Turn } from "./turn.ts";

/** Models by which speakers are told apart. */
export interface SpeakerModels {
  readonly embedding: InstalledModel;
  /** Absent: nobody is heard beside another, and quiet voices less well. */
  readonly segmentation?: InstalledModel | undefined;
  /** The voice detector. Absent: the room's own gate. */
  readonly voice?: InstalledModel | undefined;
}

export interface FindSpeakersOptions {
  readonly sandbox: Sandbox;
  readonly models: SpeakerModels;
  /** How many speak: given by both the same, bounded, or by nothing found out. */
  readonly count?: GroupCount;
  readonly signal: AbortSignal;
  /** 0–1. */
  readonly onProgress?: (fraction: number) => void;
}

/** Part of what a job's result depends on: to be raised when other turns are found. */
const recipe = 2;

/** The models and this recipe, for a job's settings: others give other speakers. */
export function speakersId({ embedding, segmentation, voice }: SpeakerModels): string {
  const used = [embedding, segmentation, voice].filter((model) => model !== undefined);
  const ids = used.map(({ manifest, fingerprint }) => `${manifest.id}-${fingerprint}`);
  return [...ids, recipe].join("/");
}

/** Node and the models take some hundred MB; hours of sound some tens more. */
const residentBytes = 1.5 * 1024 ** 3;

/**
 * Tells who speaks when in raw sound (16 kHz, mono, 16 bit little-endian), in a child process in the
 * sandbox. Memory grows by about 2 kB with each second.
 * @returns ascending by start; turns of different speakers may overlap
 * @throws MediaError `engine_missing` without the package, `model_invalid` when a model cannot be
 * loaded, `engine_failed`, `limit_time`, `limit_memory`, `cancelled`
 */
export async function findSpeakers(
  sound: string,
  { sandbox, models, count = {}, signal, onProgress }: FindSpeakersOptions,
): Promise<Turn[]> {
  const install = findSherpa();
  const { embedding, segmentation, voice } = models;
  const setup: FinderSetup = {
    package: install.package,
    sound,
    embedding: embedding.file("model"),
    ...(segmentation === undefined ? {} : { segmentation: segmentation.file("model") }),
    ...(voice === undefined ? {} : { voice: voice.file("model") }),
    count,
  };
  const used = [embedding, segmentation, voice].filter((model) => model !== undefined);
  const seconds = 120 + statSync(sound).size / 32_000;
  const child = sandbox.spawn({
    command: process.execPath,
    args: ["--max-old-space-size=512", "--no-warnings", childProgram(), JSON.stringify(setup)],
    reads: [...new Set([...install.reads, ...used.map(({ dir }) => dir), sound])],
    writes: [],
    limits: {
      wallMs: seconds * 3_000,
      cpuSeconds: seconds,
      memoryBytes: 2 ** 46,
      residentBytes,
      fileSizeBytes: 0,
    },
    signal,
  });
  const lines = linesOf(outputOf(child));
  let turns: readonly Turn[] | undefined;
  for (;;) {
    const next = await lines.next().catch((thrown: unknown) => {
      throw abortError(thrown, used);
    });
    if (next.done === true) {
      if (turns !== undefined && next.value.exitCode === 0) return [...turns];
      throw failure(next.value.stderr, used);
    }
    const line = lineOf(next.value);
    if (line === undefined) continue; // what the package prints
    if (line.type === "turns") turns = line.turns;
    else onProgress?.(line.fraction);
  }
}

function lineOf(text: string) {
  try {
    return finderLineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Not rewritten by the compiler: after a build it is .js, as this file is. */
function childProgram(): string {
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return fileURLToPath(new URL(`./child.${ending}`, import.meta.url));
}

const modelRefused =
  /Protobuf parsing failed|Load model from|Failed to (create|load)|ModelProto|Ort::Exception|metadata/i;

/** A model that is none ends the child by a signal. */
function abortError(thrown: unknown, used: readonly InstalledModel[]): unknown {
  if (!(thrown instanceof MediaError) || thrown.code !== "engine_failed") return thrown;
  const { stderr } = thrown.details;
  return typeof stderr === "string" && modelRefused.test(stderr) ? failure(stderr, used) : thrown;
}

function failure(stderr: string, used: readonly InstalledModel[]): MediaError {
  const details = { stderr };
  const names = used.map(({ manifest }) => manifest.id).join(", ");
  if (modelRefused.test(stderr))
    return new MediaError("model_invalid", `the models for speakers cannot be loaded (${names})`, {
      details,
    });
  return new MediaError("engine_failed", "telling speakers apart failed", { details });
}
