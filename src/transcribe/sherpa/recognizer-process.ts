import { statSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MediaError } from "../../media/errors.ts";
import { lackedMemory, wasKilled } from "../../sandbox/endings.ts";
import { startPersistentChild } from "../../sandbox/persistent-child.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { createComplaints, engineName, noMemory } from "./complaints.ts";
import { cannotLoad } from "./install.ts";
import type { SherpaInstall } from "./install.ts";
import { messageOf } from "./protocol.ts";
import { tableOfLetters } from "./token-bytes.ts";
import { answerSchema } from "./answers.ts";
import type { Answer, ChildSetup, JobSetup } from "./protocol.ts";

type Done = Extract<Answer, { type: "done" }>;

export type Recognized = Extract<Answer, { type: "recognized" }>;

/** A child process that has loaded its models and transcribes one recording after the other. */
export interface RecognizerProcess {
  readonly pid: number | undefined;
  /** The package's. */
  readonly version: string;
  isIdle(): boolean;
  /**
   * Begins a recording. This and what follows
   * @throws MediaError `engine_failed` when it dies, hangs or complains, `cancelled`
   */
  begin(job: JobSetup, signal: AbortSignal): Promise<void>;
  /** Sound in whole samples; returns what was recognized meanwhile, often nothing. */
  transcribe(sound: Uint8Array, signal: AbortSignal): Promise<Recognized>;
  /** Says that there is no more sound, and hands on the rest piece by piece. */
  end(onRecognized: (answer: Recognized) => Promise<void>, signal: AbortSignal): Promise<Done>;
  /** What sherpa said about phrases that it cannot listen for, since this was asked last. */
  phraseComplaints(): readonly string[];
  close(): Promise<void>;
}

/** Memory that is used, not reserved: node takes 0.1 GB, tiny models 0.3, the largest (0.65 GB) about two. */
const baseMemoryBytes = 1.25 * 1024 ** 3;
/** A model takes its own size, and as much again or two while it is loaded and used. */
const memoryPerModelByte = 4;

/** A minute of speech on a slow machine: this long means that it hangs. */
const answerTimeoutMs = 30 * 60_000;

/** What sherpa and its runtime say of a file that is none of theirs; loading then aborts. */
const modelRefused =
  /Protobuf parsing failed|Load model from|Failed to (create|load)|ModelProto|Ort::Exception|does not exist|metadata|tokens\.txt/i;

/** What node and the package say when the package, or the library that it needs, cannot be loaded. */
const packageRefused =
  /Could not find sherpa-onnx-node|ERR_DLOPEN_FAILED|MODULE_NOT_FOUND|cannot open shared object file|did not self-register/;

/** Without the stack and the line that it is about: they name our files and the package's, not what is wrong. */
const linesOf = (stderr: string): string[] =>
  stderr
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s+at |^(file:|\/).*:\d+$/.test(line));

/** Why a child ended before it was ready, in words that help: the package, or a model, is broken. */
function startError(thrown: unknown, { models }: RecognizerSetup, install: SherpaInstall): unknown {
  if (!(thrown instanceof MediaError) || thrown.code !== "engine_failed") return thrown;
  const { stderr } = thrown.details;
  if (wasKilled(thrown) || typeof stderr !== "string") return thrown;
  if (lackedMemory(stderr)) return noMemory(thrown, thrown.details);
  const lines = linesOf(stderr);
  const words = lines.join("\n");
  if (packageRefused.test(words)) return cannotLoad(install.version, thrown);
  if (!modelRefused.test(words)) return thrown;
  const last = lines.at(-1);
  return new MediaError(
    "model_invalid",
    `the speech engine cannot load its models (${models.join(", ")})`,
    { cause: thrown, details: { ...thrown.details, ...(last === undefined ? {} : { last }) } },
  );
}

/** The sizes of all files that a setup names, together. */
function sizeOfFiles(value: unknown): number {
  if (typeof value === "string") {
    if (!value.startsWith("/")) return 0;
    return statSync(value, { throwIfNoEntry: false })?.size ?? 0;
  }
  if (value === null || typeof value !== "object") return 0;
  return Object.values(value).reduce((sum: number, one) => sum + sizeOfFiles(one), 0);
}

/**
 * The setup with a table of letters for one of bytes (see token-bytes.ts), in a file that is there until
 * `remove`: until the models are loaded.
 */
async function withLetters(setup: ChildSetup) {
  const { pieces, recognizer } = setup;
  const { modelConfig } = recognizer;
  if (pieces.tokensAreBytes !== true || modelConfig === undefined)
    return { setup, reads: [], remove: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), "dailies-tokens-"));
  const tokens = join(folder, "tokens.txt");
  await chmod(folder, 0o755); // the child may be another user
  await writeFile(tokens, tableOfLetters(await readFile(modelConfig.tokens, "utf8")));
  const changed = { ...recognizer, modelConfig: { ...modelConfig, tokens } };
  return {
    setup: { ...setup, recognizer: changed },
    reads: [folder],
    remove: async () => rm(folder, { recursive: true, force: true }),
  };
}

export interface RecognizerSetup {
  readonly child: ChildSetup;
  /** The folders of the models, and their ids, for people. */
  readonly folders: readonly string[];
  readonly models: readonly string[];
}

/**
 * Starts a child and waits until it has loaded the models.
 * @throws MediaError `model_invalid` when it cannot load them, `engine_missing` when the package
 * cannot be loaded, `engine_failed`, `cancelled`
 */
export async function startRecognizer(
  sandbox: Sandbox,
  install: SherpaInstall,
  setup: RecognizerSetup,
  signal: AbortSignal,
): Promise<RecognizerProcess> {
  const complaints = createComplaints();
  const letters = await withLetters(setup.child);
  const started = startPersistentChild({
    sandbox,
    answers: answerSchema,
    name: engineName,
    command: {
      command: process.execPath,
      args: [
        "--max-old-space-size=512",
        "--no-warnings",
        install.child,
        JSON.stringify(letters.setup),
      ],
      reads: [...new Set([...install.reads, ...setup.folders, ...letters.reads])],
      // One arena: pieces that are recognized side by side would each keep the memory of their largest.
      env: { UV_THREADPOOL_SIZE: String(setup.child.parallel), MALLOC_ARENA_MAX: "1" },
      residentBytes: baseMemoryBytes + memoryPerModelByte * sizeOfFiles(setup.child),
    },
    answerTimeoutMs,
    onStderrLine: (line) => complaints.onLine(line),
    signal,
  });
  const { child, ready } = await started
    .catch((thrown: unknown) => {
      throw startError(thrown, setup, install);
    })
    .finally(letters.remove);
  if (ready.type !== "ready") throw new MediaError("internal", "the speech engine was not ready");
  let answers = 0;

  /** Asks, and waits for what was printed before the answer. */
  async function ask<Type extends Answer["type"]>(
    types: readonly Type[],
    message: readonly Uint8Array[],
    until: AbortSignal,
  ): Promise<Extract<Answer, { type: Type }>> {
    const answer = await child.ask(message, until);
    answers += 1;
    await complaints.until(answers);
    const isOne = (one: Answer): one is Extract<Answer, { type: Type }> =>
      types.some((type) => type === one.type);
    if (!isOne(answer)) throw new MediaError("internal", "the speech engine lost count");
    return answer;
  }

  return {
    pid: child.pid,
    version: ready.version,
    isIdle: () => child.isIdle(),
    async begin(job, until) {
      complaints.takePhrases();
      const body = Buffer.from(JSON.stringify(job));
      await ask(["begun"], messageOf("begin", body), until);
    },
    transcribe: (sound, until) => ask(["recognized"], messageOf("sound", sound), until),
    async end(onRecognized, until) {
      for (let message = messageOf("end"); ; message = messageOf("next")) {
        const answer = await ask(["recognized", "done"], message, until);
        if (answer.type === "done") return answer;
        await onRecognized(answer);
      }
    },
    phraseComplaints: () => complaints.takePhrases(),
    close: () => child.close(),
  };
}
