import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Output and exit code of a finished process. */
export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The time from start to exit. */
  readonly ms: number;
}

export interface Running {
  readonly child: ChildProcess;
  /** The text that it has written to stdout so far. */
  readonly said: () => string;
  readonly ended: Promise<Ended>;
}

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Node with the arguments that run `dailies`. */
export const dailiesCommand = [process.execPath, "--disable-warning=ExperimentalWarning", main];

/** An empty models folder: models that this user has pulled must not influence tests. */
const modelsDir = process.env["DAILIES_MODELS_DIR"] ?? join(tmpdir(), "dailies-no-models");

/** Starts a program in a new process group. */
export function start(command: readonly string[], options: SpawnOptions = {}): Running {
  const [program = "", ...args] = command;
  const startedAt = performance.now();
  const stdio = ["ignore", "pipe", "pipe"] as const;
  const env = { DAILIES_MODELS_DIR: modelsDir, ...(options.env ?? process.env) };
  const child = spawn(program, args, { detached: true, ...options, env, stdio: [...stdio] });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.setEncoding("utf8").on("data", (text: string) => (said[name] += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) =>
      resolve({ exitCode, ...said, ms: performance.now() - startedAt }),
    );
  });
  ended.catch(() => {});
  return { child, said: () => said.stdout, ended };
}

/** Runs `dailies` with these arguments until it exits. */
export function dailies(dataDir: string, ...args: readonly string[]): Promise<Ended> {
  return start([...dailiesCommand, ...args, "--data-dir", dataDir]).ended;
}

/** Waits until the condition is true. Fails after the time limit. */
export async function until(what: string, isTrue: () => boolean, ms = 20_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
