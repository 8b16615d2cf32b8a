import { statSync } from "node:fs";
import { MediaError } from "../../media/errors.ts";
import { startPersistentChild } from "../../sandbox/persistent-child.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { cannotLoad } from "./install.ts";
import type { SherpaInstall } from "./install.ts";
import { messageOf } from "./protocol.ts";
import type { Answer, ChildSetup, HeardPiece, JobSetup } from "./protocol.ts";

/** What people call the engine in messages. */
export const engineName = "the speech engine";

type Done = Extract<Answer, { type: "done" }>;

/** A child process that has loaded its models and hears one recording after the other. */
export interface Hearer {
  readonly pid: number | undefined;
  /** The package's. */
  readonly version: string;
  isIdle(): boolean;
  /** @throws MediaError `engine_failed` when it dies or hangs, `cancelled` */
  begin(job: JobSetup, signal: AbortSignal): Promise<void>;
  /** Sound in whole samples; returns what was understood meanwhile, often nothing. */
  hear(sound: Uint8Array, signal: AbortSignal): Promise<readonly HeardPiece[]>;
  end(signal: AbortSignal): Promise<Done>;
  close(): Promise<void>;
}

/** Node and the runtime reserve 1.4 GiB before any model; speech and diarization use some hundred MiB. */
const baseMemoryBytes = 5 * 1024 ** 3;
/** A model takes its own size, and as much again or two while it is loaded and used. */
const memoryPerModelByte = 4;

/** A minute of speech on a slow machine, or speakers in ten: this long means that it hangs. */
const answerTimeoutMs = 30 * 60_000;

/** What sherpa and its runtime say of a file that is none of theirs; loading then aborts. */
const modelRefused =
  /Protobuf parsing failed|Load model from|Failed to (create|load)|ModelProto|Ort::Exception|does not exist|metadata|tokens\.txt/i;

/** What node and the package say when the package, or the library that it needs, cannot be loaded. */
const packageRefused =
  /Could not find sherpa-onnx-node|ERR_DLOPEN_FAILED|MODULE_NOT_FOUND|cannot open shared object file|did not self-register/;

/** Without the stack and the line that it is about: they name our files and the package's, not what is wrong. */
const said = (stderr: string): string[] =>
  stderr
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s+at |^(file:|\/).*:\d+$/.test(line));

/** Why a child ended before it was ready, in words that help: the package, or a model, is broken. */
function startError(thrown: unknown, { models }: HearerSetup, install: SherpaInstall): unknown {
  if (!(thrown instanceof MediaError) || thrown.code !== "engine_failed") return thrown;
  const { stderr, signal, exitCode } = thrown.details;
  if (signal === "SIGKILL" || exitCode === 137 || typeof stderr !== "string") return thrown;
  const lines = said(stderr);
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

export interface HearerSetup {
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
export async function startHearer(
  sandbox: Sandbox,
  install: SherpaInstall,
  setup: HearerSetup,
  signal: AbortSignal,
): Promise<Hearer> {
  const started = startPersistentChild<Answer, Answer>({
    sandbox,
    name: engineName,
    command: {
      command: process.execPath,
      args: ["--max-old-space-size=512", install.child, JSON.stringify(setup.child)],
      reads: [...new Set([...install.reads, ...setup.folders])],
      env: { UV_THREADPOOL_SIZE: "1" },
      memoryBytes: baseMemoryBytes + memoryPerModelByte * sizeOfFiles(setup.child),
    },
    answerTimeoutMs,
    signal,
  });
  const { child, ready } = await started.catch((thrown: unknown) => {
    throw startError(thrown, setup, install);
  });
  if (ready.type !== "ready") throw new MediaError("internal", "the speech engine was not ready");
  const lost = () => new MediaError("internal", "the speech engine lost count");

  return {
    pid: child.pid,
    version: ready.version,
    isIdle: () => child.isIdle(),
    async begin(job, until) {
      const body = Buffer.from(JSON.stringify(job));
      const answer = await child.ask(messageOf("begin", body), until);
      if (answer.type !== "begun") throw lost();
    },
    async hear(sound, until) {
      const answer = await child.ask(messageOf("sound", sound), until);
      if (answer.type !== "heard") throw lost();
      return answer.pieces;
    },
    async end(until) {
      const answer = await child.ask(messageOf("end", new Uint8Array(0)), until);
      if (answer.type !== "done") throw lost();
      return answer;
    },
    close: () => child.close(),
  };
}
