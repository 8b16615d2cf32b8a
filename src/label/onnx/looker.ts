import { MediaError } from "../../media/errors.ts";
import type { InstalledModel } from "../../models/model-store.ts";
import { startPersistentChild } from "../../sandbox/persistent-child.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { OnnxInstall } from "./install.ts";
import { modelFiles, tagNames } from "./models.ts";
import type { LabelModels } from "./models.ts";
import { headBytes } from "./protocol.ts";
import { answerSchema, type Answer } from "./answers.ts";
import type { Question } from "./protocol.ts";

export type Seen = Extract<Answer, { type: "seen" }>;

/** A running child process that analyses pictures, one after the other. */
export interface Looker {
  readonly pid: number | undefined;
  /** `onnxruntime-node 1.30.0` */
  readonly runtime: string;
  /** The names of the tagger's tags. */
  readonly tags: readonly string[];
  isIdle(): boolean;
  /**
   * Asks about a picture; without pixels, about the last one.
   * @throws MediaError `engine_failed` when the child dies or hangs, `model_invalid`, `cancelled`
   */
  look(question: Question, pixels: Uint8Array | undefined, signal: AbortSignal): Promise<Seen>;
  close(): Promise<void>;
}

const childEnvironment = {
  // The official builds of ONNX Runtime send usage data to their maker unless this is set (since 1.29 on
  // Linux, too). Only the strongest level of the sandbox cuts the network.
  ORT_DISABLE_TELEMETRY: "1",
  // Weights in large pages: a third of the page faults, and 60 ms less to start. Only glibc knows it.
  GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
  UV_THREADPOOL_SIZE: "1",
  OMP_NUM_THREADS: "1",
};

export const engineName = "the label engine";

/** WebAssembly reserves address space far beyond what it uses; a large tagger uses 2 GiB. */
const memoryBytes = 8 * 1024 ** 3;

/** In the words of a child that may say anything, at any length. */
function refused(givenModel: string, givenWhy: string): MediaError {
  const [model, why] = [givenModel.slice(0, 500), givenWhy.slice(0, 500)];
  const name = model === "" ? "a model of the label engine" : `the model ${model}`;
  const details = model === "" ? { why } : { why, model };
  return new MediaError("model_invalid", `${name} cannot be used: ${why.split("\n")[0]}`, {
    details,
  });
}

function seenIn(answer: Answer): Seen {
  if (answer.type === "seen") return answer;
  if (answer.type === "refused") throw refused(answer.model, answer.why);
  throw new MediaError("engine_failed", `${engineName} spoke nonsense`);
}

/**
 * Starts a child and waits until it has loaded the models (a tenth of a second for the small pair).
 * @throws MediaError `model_invalid`, `model_missing`, `engine_failed` with what the child wrote,
 * `cancelled`
 */
export async function startLooker(
  sandbox: Sandbox,
  { runtime, child: program, reads }: OnnxInstall,
  models: LabelModels,
  signal: AbortSignal,
): Promise<Looker> {
  const tags = tagNames(models);
  const files = { runtime, models: modelFiles(models, tags.length) };
  const folders = Object.values(models).map(({ dir }: InstalledModel) => dir);
  const { child, ready } = await startPersistentChild({
    sandbox,
    answers: answerSchema,
    name: engineName,
    command: {
      command: process.execPath,
      args: ["--max-old-space-size=512", program, JSON.stringify(files)],
      reads: [...new Set([...reads, ...folders])],
      env: childEnvironment,
      memoryBytes,
    },
    signal,
  });
  if (ready.type !== "ready") {
    await child.close();
    if (ready.type === "refused") throw refused(ready.model, ready.why);
    throw new MediaError("engine_failed", `${engineName} was not ready`);
  }
  return {
    pid: child.pid,
    runtime: `${runtime.name} ${ready.runtime}`,
    tags,
    isIdle: () => child.isIdle(),
    async look(question, pixels, until) {
      const json = Buffer.from(JSON.stringify(question));
      const head = Buffer.alloc(headBytes);
      head.writeUInt32LE(json.length, 0);
      head.writeUInt32LE(pixels?.length ?? 0, 4);
      const parts = pixels === undefined ? [head, json] : [head, json, pixels];
      return seenIn(await child.ask(parts, until));
    },
    close: () => child.close(),
  };
}
