import { tmpdir } from "node:os";
import { isMainThread } from "node:worker_threads";
import { asMediaError, MediaError } from "../media/errors.ts";
import { detectTools } from "./detect.ts";
import { lend, takeBack } from "./identity.ts";
import { run, stillborn } from "./process.ts";
import { findProgram, systemPath } from "./programs.ts";
import type { Sandbox, SandboxedCommand, SandboxedProcess, SandboxLevel } from "./sandbox.ts";
import { wrap } from "./wrap.ts";
import type { Tools } from "./tools.ts";

export interface SandboxOptions {
  /** Exactly this level. Default: the strongest that works here. */
  readonly level?: SandboxLevel;
  /** Where programs are found, as in PATH. Default: the usual folders of the system. */
  readonly searchPath?: string;
}

const openFiles = "a decoder can read this user's files and sees the other processes";
const openWrites = "a decoder can write what this user can";
const openGroup = "what leaves a decoder's process group outlives a kill";
const openNetwork = "the network is within a decoder's reach";
const openCalls = "system calls are not filtered";
const asRoot = "decoders run as root: run Dailies as a user of its own";

const isRoot = (): boolean => process.getuid?.() === 0;

/** What a level leaves open, for people. */
function lacksOf(tools: Tools): string[] {
  if (tools.level === "limits")
    return [
      ...(isRoot() ? [asRoot] : []),
      openNetwork,
      openFiles,
      openWrites,
      openCalls,
      openGroup,
      "a decoder lives on when this program is killed with -9",
      "the limit on memory may not hold (it does not on macOS)",
    ];
  const keepsRoot = isRoot() && tools.identities === undefined ? [asRoot] : [];
  if (tools.level === "bubblewrap")
    return [...keepsRoot, ...(tools.filters === undefined ? [openCalls] : [])];
  const network = tools.unshare.length > 0 ? [] : [openNetwork];
  const writes = tools.identities === undefined ? [openWrites] : [];
  return [...keepsRoot, ...network, openFiles, ...writes, openCalls, openGroup];
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
  const identities = tools.level === "limits" ? undefined : tools.identities;
  const nice = findProgram("nice", searchPath);
  const niceness = nice === undefined ? [] : [nice, "-n", "10"];

  function spawn(command: SandboxedCommand): SandboxedProcess {
    const program = findProgram(command.command, searchPath);
    const refused = refusal(command, program);
    if (refused !== undefined || program === undefined)
      return stillborn(refused ?? new MediaError("internal", "no program"));
    const { writes } = command;
    try {
      const user = identities === undefined ? undefined : lend(identities, writes);
      const whose = {
        nice: command.priority === "background" ? niceness : [],
        systemTemporary: tmpdir(),
        ...(user !== undefined && { user }),
      };
      const wrapped = wrap(tools, program, command, whose);
      const { temporary } = wrapped;
      const env = { PATH: searchPath, HOME: temporary, TMPDIR: temporary, LANG: "C.UTF-8" };
      const onGone = (): void => takeBack(writes);
      return run(wrapped, command, { ...env, ...command.env }, { level: tools.level, onGone });
    } catch (thrown) {
      takeBack(writes);
      return stillborn(asMediaError(thrown)); // a NUL in an argument, for instance
    }
  }

  const cutsNetwork =
    tools.level === "bubblewrap" || (tools.level === "kernel" && tools.unshare.length > 0);
  return {
    level: tools.level,
    filtersCalls: tools.level === "bubblewrap" && tools.filters !== undefined,
    dropsRoot: !isRoot() || identities !== undefined,
    cutsNetwork,
    lacks: lacksOf(tools),
    spawn,
  };
}
