import { createSandbox } from "../../src/sandbox/create.ts";
import { runToEnd } from "../../src/sandbox/run.ts";
import type { RunCommand } from "../../src/sandbox/run.ts";
import type { SandboxLevel } from "../../src/sandbox/sandbox.ts";

/**
 * Runs one command in a sandbox from a separate process, so that a test can run it as another user.
 * Its argument is the sandbox's level and the command, as JSON. It prints how the command ended.
 */
interface Order {
  readonly level: SandboxLevel;
  readonly command: Omit<RunCommand, "signal">;
}

const { level, command } = JSON.parse(process.argv[2] ?? "") as Order;
const sandbox = await createSandbox({ level });
const args = command.args.map((text) => text.replace("{service}", String(process.pid)));
try {
  const { signal } = new AbortController();
  const exit = await runToEnd(sandbox, { ...command, args, signal });
  console.log(JSON.stringify({ exit, dropsRoot: sandbox.dropsRoot, lacks: sandbox.lacks }));
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  console.log(JSON.stringify({ error: { code, message }, lacks: sandbox.lacks }));
}
