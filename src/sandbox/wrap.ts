import { bubblewrap } from "./bubblewrap.ts";
import type { User } from "./identity.ts";
import { becomeUser, enterUserNamespace, openFiles, prlimit } from "./limiting.ts";
import type { ProcessLimits, SandboxedCommand } from "./sandbox.ts";
import type { Tools } from "./tools.ts";

/** A command as it is started: program and arguments, the child's own among them. */
export interface Wrapped {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly temporary: string;
  /** The filter of system calls, a file for descriptor 3. */
  readonly filter?: string;
}

/**
 * Sets limits where no program does it, as on macOS. The text is constant: the shell gets the
 * figures and the command as arguments, puts itself in the command's place, and reads neither.
 * A limit that the system does not know (memory on macOS) is left out.
 */
const limitScript = `ulimit -c 0; ulimit -n ${openFiles}
ulimit -t "$1" 2>/dev/null; ulimit -f "$2" 2>/dev/null; ulimit -v "$3" 2>/dev/null
shift 3; exec "$@"`;

function limitsAlone(shell: string, limits: ProcessLimits): string[] {
  const figures = [
    Math.ceil(limits.cpuSeconds),
    Math.ceil(limits.fileSizeBytes / 512),
    limits.residentBytes === undefined ? Math.ceil(limits.memoryBytes / 1024) : "unlimited",
  ];
  return [shell, "-c", limitScript, "limits", ...figures.map(String)];
}

function kernel(
  tools: Tools & { level: "kernel" },
  { limits }: SandboxedCommand,
  user: User | undefined,
): string[] {
  const { identities, dropCapabilities } = tools;
  const capabilities = dropCapabilities ? ["--bounding-set=-all", "--inh-caps=-all"] : [];
  return [
    ...(identities === undefined ? [] : enterUserNamespace(identities)),
    ...tools.unshare,
    tools.setpriv,
    "--pdeathsig",
    "KILL",
    "--no-new-privs",
    ...(user === undefined ? capabilities : becomeUser(user)),
    ...prlimit(tools.prlimit, limits, user !== undefined),
  ];
}

function wrappersOf(
  tools: Tools,
  program: string,
  command: SandboxedCommand,
  user: User | undefined,
): string[] {
  if (tools.level === "bubblewrap") return bubblewrap(tools, program, command, user);
  if (tools.level === "kernel") return kernel(tools, command, user);
  return limitsAlone(tools.shell, command.limits);
}

export interface WrapOptions {
  /** Goes before the program: `nice -n 10`. */
  readonly nice: readonly string[];
  /** Serves where there is no private /tmp and the command has no folder of its own. */
  readonly systemTemporary: string;
  /** Whom it runs as, of `Tools.identities`. */
  readonly user?: User;
}

/**
 * Puts a command into the wrappers of its level.
 * @param program its absolute path
 */
export function wrap(
  tools: Tools,
  program: string,
  command: SandboxedCommand,
  { nice, systemTemporary, user }: WrapOptions,
): Wrapped {
  const args = [...wrappersOf(tools, program, command, user), ...nice, program, ...command.args];
  const folder = command.writes[0];
  if (tools.level !== "bubblewrap")
    return { args, cwd: folder ?? "/", temporary: folder ?? systemTemporary };
  const filter = command.mayFork === true ? tools.filters?.forking : tools.filters?.alone;
  // bubblewrap changes the folder itself, to one that need not exist outside.
  const inside = { args, cwd: "/", temporary: folder ?? "/tmp" };
  return filter === undefined ? inside : { ...inside, filter };
}
