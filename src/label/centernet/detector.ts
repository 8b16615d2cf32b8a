import { MediaError } from "../../media/errors.ts";
import { startPersistentChild } from "../../sandbox/persistent-child.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Detection } from "../detection.ts";
import type { CenternetInstall } from "./install.ts";
import { frameBytes } from "./protocol.ts";
import { answerSchema } from "./answers.ts";

/** A running child process that analyses frames, one after the other. */
export interface Detector {
  readonly pid: number | undefined;
  readonly tfjs: string;
  readonly modelSha256: string;
  /** Whether it can take a frame now: it runs, and no answer is outstanding. */
  isIdle(): boolean;
  /** @throws MediaError `engine_failed` when it dies or hangs, `cancelled` */
  detect(pixels: Uint8Array, signal: AbortSignal): Promise<readonly Detection[]>;
  /** Lets it end by itself, or ends it after two seconds. */
  close(): Promise<void>;
}

/** Its name in messages. */
export const engineName = "the label engine";

/** Wasm reserves address space far beyond what it uses. Measured: 2 GiB is too little, 4 enough. */
const memoryBytes = 6 * 1024 ** 3;

/**
 * Starts a child and waits until it has loaded the model (about half a second).
 * A frame takes 0.1–0.3 s, on a busy machine some seconds.
 * @throws MediaError `engine_failed` with what the child wrote, `cancelled`
 */
export async function startDetector(
  sandbox: Sandbox,
  install: CenternetInstall,
  signal: AbortSignal,
): Promise<Detector> {
  const { child, ready } = await startPersistentChild({
    sandbox,
    answers: answerSchema,
    name: engineName,
    command: {
      command: process.execPath,
      args: ["--max-old-space-size=512", install.child, JSON.stringify(install.files)],
      reads: install.reads,
      env: { UV_THREADPOOL_SIZE: "1" },
      memoryBytes,
    },
    signal,
  });
  if (ready.type !== "ready") throw new MediaError("internal", "the label engine was not ready");
  const head = Buffer.alloc(4);
  head.writeUInt32LE(frameBytes);

  return {
    pid: child.pid,
    tfjs: ready.tfjs,
    modelSha256: ready.modelSha256,
    isIdle: () => child.isIdle(),
    async detect(pixels, until) {
      const seen = await child.ask([head, pixels], until);
      if (seen.type !== "seen") throw new MediaError("internal", "the label engine lost count");
      return seen.detections;
    },
    close: () => child.close(),
  };
}
