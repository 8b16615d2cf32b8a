import { MediaError } from "../media/errors.ts";
import type { Sandbox, SandboxedCommand, SandboxedProcess } from "./sandbox.ts";

/** A child that is kept between jobs and answers what it is asked, one thing after the other. */
export interface PersistentChild<Answer> {
  readonly pid: number | undefined;
  /** Whether it can be asked now: it lives, and owes no answer. */
  isIdle(): boolean;
  /**
   * Sends bytes and waits for one answer. Whatever goes wrong ends the child: an answer that nobody
   * took would be taken for the next one.
   * @throws MediaError `engine_failed` when it dies, hangs or speaks nonsense, `cancelled`
   */
  ask(message: readonly Uint8Array[], signal: AbortSignal): Promise<Answer>;
  /** Lets it end by itself, or ends it after two seconds. */
  close(): Promise<void>;
}

export interface PersistentChildOptions<Answer> {
  readonly sandbox: Sandbox;
  /** Checks what it says, and throws when that is no answer: hostile bytes may have taken it over. */
  readonly answers: { parse(value: unknown): Answer };
  /** What people call it: `the label engine`. */
  readonly name: string;
  /**
   * The child's program. Its stdout is one JSON document a line: one when it is ready, then one for
   * each message. It ends when its input does.
   */
  readonly command: Pick<SandboxedCommand, "command" | "args" | "reads" | "env"> & {
    /** Address space, bytes; or, in its place, memory that is really used. */
    readonly memoryBytes?: number;
    readonly residentBytes?: number;
    /** Default: 0, it writes no files. */
    readonly fileSizeBytes?: number;
  };
  /** An answer that takes longer means that the child hangs. Default: five minutes. */
  readonly answerTimeoutMs?: number;
  /** Sees each line that it writes to stderr, from its start on. */
  readonly onStderrLine?: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A child may serve for a day; then another takes its place. */
const lifetimeMs = 24 * 3_600_000;

const closingMs = 2000;

/** Longer than any answer; more of it would be the child's memory spilling into ours. */
const longestAnswer = 64 * 1024 ** 2;

function spawnChild({ sandbox, command }: PersistentChildOptions<unknown>): SandboxedProcess {
  const { memoryBytes = 2 ** 46, residentBytes, fileSizeBytes = 0, ...program } = command;
  return sandbox.spawn({
    ...program,
    writes: [],
    limits: {
      wallMs: lifetimeMs,
      cpuSeconds: (8 * lifetimeMs) / 1000,
      memoryBytes,
      ...(residentBytes === undefined ? {} : { residentBytes }),
      fileSizeBytes,
    },
    signal: new AbortController().signal,
    stdin: "pipe",
  });
}

/** Calls back for each line of a child's output, whole; for what is too long to be one, `onNonsense`. */
function readLines(
  { stdout }: SandboxedProcess,
  onLine: (line: string) => void,
  onNonsense: () => void,
): void {
  let parts: Buffer[] = [];
  let length = 0;
  stdout.on("error", () => {}); // a pipe that breaks is told by the exit
  stdout.on("data", (chunk: Buffer) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      onLine(Buffer.concat([...parts, chunk.subarray(from, end)]).toString("utf8"));
      [parts, length, from] = [[], 0, end + 1];
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > longestAnswer) {
      [parts, length] = [[], 0];
      onNonsense();
    }
  });
}

/**
 * Reads a child's answers, one at a time. Once something has gone wrong, all that is asked fails
 * with that, and the child is ended.
 */
function listen<Answer>(
  child: SandboxedProcess,
  { name, answers, answerTimeoutMs = 300_000 }: PersistentChildOptions<Answer>,
) {
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
  function onNonsense(cause?: unknown): void {
    giveUp(new MediaError("engine_failed", `${name} spoke nonsense`, { cause }));
  }
  function take(line: string): void {
    if (failure !== undefined) return;
    if (waiting === undefined) return onNonsense();
    try {
      waiting.resolve(answers.parse(JSON.parse(line)));
      waiting = undefined;
    } catch (cause) {
      onNonsense(cause);
    }
  }
  const onAbort = () => giveUp(new MediaError("cancelled", `${name} was told to stop`));
  const onTimeout = () => giveUp(new MediaError("engine_failed", `${name} hangs`));

  readLines(child, take, onNonsense);
  const gone = child.exited.then(
    ({ exitCode, stderr }) =>
      fail(died(name, `with code ${exitCode}`, { details: { stderr, exitCode } })),
    (cause: unknown) => fail(deathOf(name, cause)),
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
 * Starts a child in the sandbox and waits until it says that it is ready.
 * @returns the child, and what it said
 * @throws MediaError `engine_failed` with what the child wrote, `cancelled`
 */
export async function startPersistentChild<Answer>(
  options: PersistentChildOptions<Answer>,
): Promise<{ child: PersistentChild<Answer>; ready: Answer }> {
  const { name, signal } = options;
  const process = spawnChild(options);
  const { stdin } = process;
  if (options.onStderrLine !== undefined) process.onStderrLine(options.onStderrLine);
  if (!stdin) throw new MediaError("internal", `${name} has no input`);
  // A broken pipe means that the child has died, which `exited` tells with its reason.
  stdin.on("error", () => {});
  const { receive, fail, gone, isIdle } = listen(process, options);
  const ready = await receive(signal);

  const child: PersistentChild<Answer> = {
    pid: process.pid,
    isIdle,
    async ask(message, until) {
      const answer = receive(until);
      for (const bytes of message) stdin.write(bytes);
      return answer;
    },
    async close() {
      fail(new MediaError("cancelled", `${name} was closed`));
      stdin.end();
      const timer = setTimeout(() => process.kill(), closingMs);
      await gone;
      clearTimeout(timer);
    },
  };
  return { child, ready };
}

function died(name: string, how: string, options: ConstructorParameters<typeof MediaError>[2]) {
  return new MediaError("engine_failed", `${name} ended ${how} before it was done`, options);
}

/** Its limits are ours, not the media's: whatever ended it, the next child may do better. */
function deathOf(name: string, cause: unknown): MediaError {
  if (!(cause instanceof MediaError)) return died(name, "in an unknown way", { cause });
  if (cause.code !== "engine_failed" && !cause.code.startsWith("limit_")) return cause;
  const details = { ...cause.details, reason: cause.message, code: cause.code };
  return died(name, "unexpectedly", { cause, details });
}
