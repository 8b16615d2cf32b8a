import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { availableParallelism } from "node:os";
import { Readable, Writable } from "node:stream";
import { MediaError } from "../media/errors.ts";
import type { ErrorCode } from "../media/errors.ts";
import { errorOf, memoryUsedUp } from "./endings.ts";
import { withFilter } from "./filter-file.ts";
import { watchFolders } from "./folder-budget.ts";
import type { Ending } from "./endings.ts";
import { killGroup } from "./process-group.ts";
import { watchMemory } from "./memory.ts";
import type { Exit, SandboxedCommand, SandboxedProcess, SandboxLevel } from "./sandbox.ts";
import { readStderr } from "./stderr.ts";
import { stepBack } from "./step-back.ts";
import type { Wrapped } from "./wrap.ts";

/** setTimeout counts in 32 bits; anything longer would fire at once. */
const longestTimeout = 2 ** 31 - 1;

/**
 * Longest wait for what a child started to be gone after we killed it. The kernel ends what is in
 * bubblewrap's namespaces a moment after bubblewrap itself; their hold on stderr tells.
 */
const lastMomentsMs = 2000;

const ignore = (): void => undefined;

/** A child that never came to be. */
export function stillborn(why: MediaError): SandboxedProcess {
  const exited = (async (): Promise<Exit> => {
    throw why;
  })();
  exited.catch(ignore);
  const stdout = new Readable({ read: ignore });
  const stdin = new Writable();
  stdout.on("error", ignore).destroy(why);
  stdin.on("error", ignore).destroy(why);
  return { stdout, stdin, onStderrLine: ignore, kill: ignore, exited };
}

interface Pipes {
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

function start(wrapped: Wrapped, command: SandboxedCommand, env: Record<string, string>) {
  const [program = "", ...args] = wrapped.args;
  const child = withFilter(wrapped.filter, (filter) =>
    spawn(program, args, {
      cwd: wrapped.cwd,
      env,
      stdio: [command.stdin ?? "ignore", "pipe", "pipe", ...filter],
      detached: true, // a session and a process group of its own, so that all of it can be ended
    }),
  );
  // Told by what `ended` hears; but it comes also where we give up below, and must not end us.
  child.on("error", ignore);
  // With no file descriptor left there are no pipes.
  const { stdin, stdout, stderr } = child;
  if (!stdout || !stderr || stdin === undefined) {
    killGroup(child);
    throw new MediaError(
      "storage_failed",
      `${command.command} cannot be started: too many open files`,
    );
  }
  // A pipe that breaks is no news beside the child's end, and must not end us.
  for (const pipe of [stdin, stdout, stderr]) pipe?.on("error", ignore);
  const pipes: Pipes = { stdin, stdout, stderr };
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  if (child.pid !== undefined && command.priority === "background")
    void stepBack(child.pid, isGone);
  return { child, pipes };
}

/** Settles when child and pipes are gone: with how it ended, or with why it could not begin. */
function ended(child: ChildProcess): Promise<Pick<Ending, "exitCode" | "signal"> | Error> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      if (child.pid === undefined) resolve(error);
    });
    // What it left running would hold its pipes open, and outlive it.
    child.once("exit", () => killGroup(child));
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

export interface RunOptions {
  readonly level: SandboxLevel;
  /** Called when the child and what it started are gone, before `exited` settles. */
  readonly onGone: () => void;
}

/** Starts a wrapped command and watches it: its limits of time, its signal, its end. */
export function run(
  wrapped: Wrapped,
  command: SandboxedCommand,
  env: Record<string, string>,
  { level, onGone }: RunOptions,
): SandboxedProcess {
  const { limits, signal, command: name } = command;
  const startedAt = performance.now();
  const { child, pipes } = start(wrapped, command, env);
  const stderr = readStderr(pipes.stderr);
  let stopped: MediaError | undefined;
  let lastMoments: NodeJS.Timeout | undefined;

  /** Ends it for a reason of ours, at once: its outputs are void, and it may ignore SIGTERM. */
  function stop(code: ErrorCode, message: string, cause?: unknown): void {
    stopped ??= new MediaError(code, message, { cause, details: { stderr: stderr.tail() } });
    if (child.exitCode === null && child.signalCode === null) killGroup(child);
    pipes.stdout.destroy(stopped);
    pipes.stdin?.destroy();
    lastMoments ??= setTimeout(() => pipes.stderr.destroy(), lastMomentsMs).unref();
  }
  async function settle(): Promise<Exit> {
    const end = await ended(child);
    clearTimeout(timer);
    memory?.stop();
    clearTimeout(lastMoments);
    signal.removeEventListener("abort", cancel);
    endWatch();
    onGone();
    if (end instanceof Error)
      throw new MediaError("engine_failed", `${name} cannot be started: ${end.message}`);
    const elapsedMs = performance.now() - startedAt;
    const seen = { stderr: stderr.tail(), elapsedMs, processors: availableParallelism() };
    const error = stopped ?? errorOf({ ...end, ...seen, command: name, level, limits });
    if (error !== undefined) throw error;
    return { exitCode: end.exitCode ?? 0, stderr: seen.stderr };
  }

  const cancel = (): void => stop("cancelled", `${name} was cancelled`, signal.reason);
  const timeUp = (): void => stop("limit_time", `${name} took longer than ${limits.wallMs} ms`);
  const timer = setTimeout(timeUp, Math.min(limits.wallMs, longestTimeout));
  const memory =
    limits.residentBytes === undefined || child.pid === undefined
      ? undefined
      : watchMemory(child.pid, limits.residentBytes, () => {
          const [code, message] = memoryUsedUp({ limits });
          stop(code, `${name} ${message}`);
        });
  signal.addEventListener("abort", cancel, { once: true });
  const endWatch = watchFolders(command.writes, limits.fileSizeBytes, () =>
    stop("limit_size", `${name} wrote more than ${limits.fileSizeBytes} bytes`),
  );
  const exited = settle();
  exited.catch(ignore);
  return {
    ...(child.pid === undefined ? {} : { pid: child.pid }),
    stdout: pipes.stdout,
    ...(pipes.stdin === null ? {} : { stdin: pipes.stdin }),
    onStderrLine: (listener) => stderr.onLine(listener),
    kill: () => stop("cancelled", `${name} was stopped`),
    exited,
  };
}
