import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The command line as a whole process: what it says, and how it ends. */
export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From start to exit. */
  readonly ms: number;
}

export interface Running {
  readonly child: ChildProcess;
  /** What it has written to stdout so far. */
  readonly said: () => string;
  readonly ended: Promise<Ended>;
}

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Node and the arguments that make it `dailies`. */
export const dailiesCommand = [process.execPath, "--disable-warning=ExperimentalWarning", main];

/** Nothing is there: what this user has pulled changes no test, and no test asks about models. */
const modelsDir = process.env["DAILIES_MODELS_DIR"] ?? join(tmpdir(), "dailies-no-models");

/** Starts a program in a process group of its own. */
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

/** `dailies` with these arguments, to its end. */
export function dailies(dataDir: string, ...args: readonly string[]): Promise<Ended> {
  return start([...dailiesCommand, ...args, "--data-dir", dataDir]).ended;
}

/** Waits until it is true; fails when it never is. */
export async function until(what: string, isTrue: () => boolean, ms = 20_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
