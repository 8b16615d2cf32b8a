import { MediaError } from "../media/errors.ts";
import type { Exit, Sandbox, SandboxedCommand } from "./sandbox.ts";

export interface RunCommand extends SandboxedCommand {
  /** Most that it may print. Default: 64 MiB. `limit_size` */
  readonly maxOutputBytes?: number;
}

/**
 * Runs a command to its end and returns what it printed, decoded as UTF-8. An exit code other
 * than 0 is returned, not thrown.
 * @throws MediaError as `SandboxedProcess.exited`; `limit_size` when it prints too much.
 */
export async function runToEnd(
  sandbox: Sandbox,
  command: RunCommand,
): Promise<Exit & { readonly stdout: string }> {
  const child = sandbox.spawn(command);
  const maxOutputBytes = command.maxOutputBytes ?? 64 * 1024 ** 2;
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  let tooMuch = false;
  child.stdout.on("data", (chunk: Buffer) => {
    sizeBytes += chunk.length;
    tooMuch ||= sizeBytes > maxOutputBytes;
    if (tooMuch) child.kill();
    else chunks.push(chunk);
  });
  try {
    const exit = await child.exited;
    return { ...exit, stdout: Buffer.concat(chunks).toString("utf8") };
  } catch (thrown) {
    if (!tooMuch) throw thrown;
    const message = `${command.command} printed more than ${maxOutputBytes} bytes`;
    throw new MediaError("limit_size", message, { cause: thrown });
  }
}

/** What follows the word "version" in the first line that has it, else the first dotted number. */
export function versionIn(text: string): string | undefined {
  const stated = /\bversion:? ["']?([^\s"',]+)/i.exec(text)?.[1];
  return stated ?? /(?:^|[\s v])(\d+(?:\.\d+)+[\w.+~-]*)/m.exec(text)?.[1];
}

/**
 * The version that a program prints when asked: `5.1.9-0+deb12u1` for
 * `programVersion(sandbox, "ffmpeg", ["-version"])`. Undefined when it prints none.
 * @throws MediaError `engine_missing` when there is no such program.
 */
export async function programVersion(
  sandbox: Sandbox,
  command: string,
  args: readonly string[] = ["-version"],
): Promise<string | undefined> {
  const limits = { wallMs: 20_000, cpuSeconds: 20, memoryBytes: 4 * 1024 ** 3, fileSizeBytes: 0 };
  const signal = new AbortController().signal;
  const options = { command, args, reads: [], writes: [], limits, signal, maxOutputBytes: 2 ** 20 };
  const { stdout, stderr } = await runToEnd(sandbox, options);
  return versionIn(`${stdout}\n${stderr}`);
}
