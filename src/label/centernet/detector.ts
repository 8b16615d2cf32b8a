import { createInterface } from "node:readline";
import { MediaError } from "../../media/errors.ts";
import type { Sandbox, SandboxedProcess } from "../../sandbox/sandbox.ts";
import type { CenternetInstall } from "./install.ts";
import { frameBytes } from "./protocol.ts";
import type { Answer, Detection } from "./protocol.ts";

/** A running child process that looks at frames, one after the other. */
export interface Detector {
  readonly pid: number | undefined;
  readonly tfjs: string;
  readonly modelSha256: string;
  /** Whether it can take a frame now: it lives, and owes no answer. */
  isIdle(): boolean;
  /** @throws MediaError `engine_failed` when it dies or hangs, `cancelled` */
  detect(pixels: Uint8Array, signal: AbortSignal): Promise<readonly Detection[]>;
  /** Lets it end by itself, or ends it after two seconds. */
  close(): Promise<void>;
}

/** Wasm reserves address space far beyond what it uses. Measured: 2 GiB is too little, 4 enough. */
const memoryBytes = 6 * 1024 ** 3;

/** A frame takes 0.1–0.3 s, on a busy machine some seconds: five minutes mean that it hangs. */
const answerTimeoutMs = 300_000;

/** A child may serve for a day; then another takes its place. */
const lifetimeMs = 24 * 3_600_000;

const closingMs = 2000;

function spawnChild(sandbox: Sandbox, install: CenternetInstall) {
  return sandbox.spawn({
    command: process.execPath,
    args: ["--max-old-space-size=512", install.child, JSON.stringify(install.files)],
    reads: install.reads,
    writes: [],
    limits: {
      wallMs: lifetimeMs,
      cpuSeconds: (2 * lifetimeMs) / 1000,
      memoryBytes,
      fileSizeBytes: 0,
    },
    signal: new AbortController().signal,
    env: { UV_THREADPOOL_SIZE: "1" },
    stdin: "pipe",
  });
}

/**
 * Reads a child's answers, one at a time. Once something has gone wrong, all that is asked fails
 * with that, and the child is ended: an answer that nobody took would be taken for the next one.
 */
function listen(child: SandboxedProcess) {
  let failure: MediaError | undefined;
  let waiting: PromiseWithResolvers<Answer> | undefined;

  function fail(error: MediaError): void {
    failure ??= error;
    waiting?.reject(failure);
    waiting = undefined;
  }
  function giveUp(error: MediaError): void {
    fail(error);
    child.kill();
  }
  function take(line: string): void {
    try {
      const answer: Answer = JSON.parse(line);
      waiting?.resolve(answer);
      waiting = undefined;
    } catch (cause) {
      giveUp(new MediaError("engine_failed", "the label engine spoke nonsense", { cause }));
    }
  }
  const onAbort = () => giveUp(new MediaError("cancelled", "labelling was cancelled"));
  const onTimeout = () => giveUp(new MediaError("engine_failed", "the label engine hangs"));

  // A pipe that breaks is told by the exit.
  createInterface({ input: child.stdout })
    .on("line", take)
    .on("error", () => {});
  const gone = child.exited.then(
    ({ exitCode, stderr }) => fail(died(`with code ${exitCode}`, { stderr })),
    (cause: unknown) => fail(deathOf(cause)),
  );

  async function receive(signal: AbortSignal): Promise<Answer> {
    if (failure) throw failure;
    const mine = Promise.withResolvers<Answer>();
    waiting = mine;
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    const timer = setTimeout(onTimeout, answerTimeoutMs);
    try {
      return await mine.promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
  }

  return { receive, fail, gone, isIdle: () => failure === undefined && waiting === undefined };
}

/**
 * Starts a child and waits until it has loaded the model (about half a second).
 * @throws MediaError `engine_failed` with what the child wrote, `cancelled`
 */
export async function startDetector(
  sandbox: Sandbox,
  install: CenternetInstall,
  signal: AbortSignal,
): Promise<Detector> {
  const child = spawnChild(sandbox, install);
  const { stdin } = child;
  if (!stdin) throw new MediaError("internal", "the label engine has no input");
  // A broken pipe means that the child has died, which `exited` tells with its reason.
  stdin.on("error", () => {});
  const { receive, fail, gone, isIdle } = listen(child);

  const ready = await receive(signal);
  if (ready.type !== "ready") throw new MediaError("internal", "the label engine was not ready");
  const head = Buffer.alloc(4);
  head.writeUInt32LE(frameBytes);

  return {
    pid: child.pid,
    tfjs: ready.tfjs,
    modelSha256: ready.modelSha256,
    isIdle,

    async detect(pixels, until) {
      const answer = receive(until);
      stdin.write(head);
      stdin.write(pixels);
      const seen = await answer;
      if (seen.type !== "seen") throw new MediaError("internal", "the label engine lost count");
      return seen.detections;
    },

    async close() {
      fail(new MediaError("cancelled", "the label engine was closed"));
      stdin.end();
      const timer = setTimeout(() => child.kill(), closingMs);
      await gone;
      clearTimeout(timer);
    },
  };
}

function died(how: string, details: Record<string, unknown>, cause?: unknown): MediaError {
  const message = `the label engine ended ${how} before it was done`;
  return new MediaError("engine_failed", message, { details, cause });
}

/** Its limits are ours, not the media's: whatever ended it, the next child may do better. */
function deathOf(cause: unknown): MediaError {
  if (!(cause instanceof MediaError)) return died("in an unknown way", {}, cause);
  if (cause.code === "engine_failed" || cause.code.startsWith("limit_"))
    return died("unexpectedly", { ...cause.details, reason: cause.message }, cause);
  return cause;
}
