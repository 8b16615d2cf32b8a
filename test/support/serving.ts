import { dailiesCommand, start, until, type Running } from "./command.ts";

/** `dailies serve` as a process of its own, which listens. */
export interface Serving extends Running {
  readonly url: string;
  readonly port: number;
}

/** Starts `dailies serve` on a free port, and waits until it listens. `program`: Node itself by default. */
export async function startServing(
  dataDir: string,
  args: readonly string[] = [],
  program: readonly string[] = dailiesCommand,
): Promise<Serving> {
  const command = [...program, "serve", "--port", "0", "--jsonl", ...args];
  const one = start([...command, "--data-dir", dataDir]);
  await until("the server listens", () => one.said().includes("\n") || one.child.exitCode !== null);
  const { url } = JSON.parse(one.said() || "{}") as { url?: string };
  if (url === undefined) throw new Error(`it does not listen: ${(await one.ended).stderr}`);
  return { ...one, url, port: Number(new URL(url).port) };
}

/** Kills it, and waits until it is gone. */
export async function stopServing({ child, ended }: Running): Promise<void> {
  child.kill("SIGKILL");
  await ended;
}
