import { tmpdir } from "node:os";
import { isMainThread } from "node:worker_threads";
import { asMediaError, MediaError } from "../media/errors.ts";
import { detectTools } from "./detect.ts";
import { run, stillborn } from "./process.ts";
import { findProgram, systemPath } from "./programs.ts";
import type { Sandbox, SandboxedCommand, SandboxedProcess, SandboxLevel } from "./sandbox.ts";
import { wrap } from "./wrap.ts";
import type { Tools } from "./wrap.ts";

export interface SandboxOptions {
  /** Exactly this level. Default: the strongest that works here. */
  readonly level?: SandboxLevel;
  /** Where programs are found, as in PATH. Default: the usual folders of the system. */
  readonly searchPath?: string;
}

const openFiles = "a decoder can read this user's files and sees the other processes";
const openGroup = "what leaves a decoder's process group outlives a kill";
const openNetwork = "the network is within a decoder's reach";

/** What a level leaves open, for people. */
function lacksOf(tools: Tools): string[] {
  if (tools.level === "bubblewrap") return [];
  if (tools.level === "kernel")
    return tools.unshare.length > 0 ? [openFiles, openGroup] : [openNetwork, openFiles, openGroup];
  return [
    openNetwork,
    openFiles,
    openGroup,
    "a decoder lives on when this program is killed with -9",
    "the limit on memory may not hold (it does not on macOS)",
  ];
}

/** Why a command cannot be started, before anything is. */
function refusal(command: SandboxedCommand, program: string | undefined): MediaError | undefined {
  if (command.signal.aborted)
    return new MediaError("cancelled", `${command.command} was cancelled before it began`);
  if (program === undefined)
    return new MediaError("engine_missing", `the program ${command.command} is not installed`);
  const relative = [...command.reads, ...command.writes].find((path) => !path.startsWith("/"));
  if (relative !== undefined)
    return new MediaError("internal", `${relative} is not an absolute path`);
  // The kernel's "end me with my parent" means the parent's thread.
  if (!isMainThread)
    return new MediaError("internal", `${command.command} was not started from the main thread`);
  return undefined;
}

/**
 * Finds out, once, how children can be shut in here: it starts bubblewrap (about 20 ms), then
 * looks for setpriv and prlimit, else the limits alone. Keep the result.
 * @throws MediaError `engine_missing` when the level asked for does not work here.
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const searchPath = options.searchPath ?? systemPath;
  const tools = await detectTools(searchPath, options.level);
  const nice = findProgram("nice", searchPath);
  const niceness = nice === undefined ? [] : [nice, "-n", "10"];

  function spawn(command: SandboxedCommand): SandboxedProcess {
    const program = findProgram(command.command, searchPath);
    const refused = refusal(command, program);
    if (refused !== undefined || program === undefined)
      return stillborn(refused ?? new MediaError("internal", "no program"));
    const lowered = command.priority === "background" ? niceness : [];
    const wrapped = wrap(tools, lowered, program, command, tmpdir());
    const { temporary } = wrapped;
    const env = { PATH: searchPath, HOME: temporary, TMPDIR: temporary, LANG: "C.UTF-8" };
    try {
      return run(wrapped, command, { ...env, ...command.env }, tools.level);
    } catch (thrown) {
      return stillborn(asMediaError(thrown)); // a NUL in an argument, for instance
    }
  }

  const cutsNetwork =
    tools.level === "bubblewrap" || (tools.level === "kernel" && tools.unshare.length > 0);
  return { level: tools.level, cutsNetwork, lacks: lacksOf(tools), spawn };
}
