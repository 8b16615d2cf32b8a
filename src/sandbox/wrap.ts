import { lstatSync, readlinkSync } from "node:fs";
import type { ProcessLimits, SandboxedCommand } from "./sandbox.ts";

/** The tools of a level, by absolute path, and what they were found to be able to do here. */
export type Tools =
  | {
      readonly level: "bubblewrap";
      readonly bwrap: string;
      readonly prlimit: string;
      /** Options that newer bubblewraps have: a bounded /tmp, no namespaces inside. */
      readonly modern: boolean;
    }
  | {
      readonly level: "kernel";
      readonly setpriv: string;
      readonly prlimit: string;
      /** `unshare` and its options, when cutting the network is allowed here. */
      readonly unshare: readonly string[];
      /** Whether we are root, and so have capabilities to drop. */
      readonly dropCapabilities: boolean;
    }
  | { readonly level: "limits"; readonly shell: string };

/** A command as it is started: program and arguments, the child's own among them. */
export interface Wrapped {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly temporary: string;
}

/** Most open files of one child; decoders need a dozen, node about forty. */
const openFiles = 256;

/** Bytes that a child may leave in its private /tmp, which is memory. */
const temporaryBytes = 64 * 1024 ** 2;

function prlimit(program: string, limits: ProcessLimits): string[] {
  return [
    program,
    ...(limits.residentBytes === undefined ? [`--as=${Math.ceil(limits.memoryBytes)}`] : []),
    // Soft and hard alike: the kernel then kills at once, and ffmpeg cannot catch SIGXCPU and
    // leave a valid-looking, truncated file.
    `--cpu=${Math.ceil(limits.cpuSeconds)}`,
    `--fsize=${Math.ceil(limits.fileSizeBytes)}`,
    "--core=0",
    `--nofile=${openFiles}`,
  ];
}

/** What programs need of the system and nothing of its people: no /home, no /etc/passwd, no /var. */
const systemFolders = ["/usr", "/nix/store", "/gnu/store", "/opt/homebrew"];
const systemLinks = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
const systemSettings = [
  "/etc/alternatives",
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
  "/etc/fonts",
  "/etc/localtime",
];

/** `/lib` and its like: links into /usr on most systems, folders on others. */
function bindSystemLink(path: string): string[] {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true)
    return ["--symlink", readlinkSync(path), path];
  return ["--ro-bind-try", path, path];
}

function bindMounts(program: string, command: SandboxedCommand): string[] {
  const isSystems = systemFolders.some((folder) => program.startsWith(`${folder}/`));
  const binds = [
    ...(isSystems ? [] : [{ option: "--ro-bind", path: program }]),
    ...command.reads.map((path) => ({ option: "--ro-bind", path })),
    ...command.writes.map((path) => ({ option: "--bind", path })),
  ];
  // A folder before what lies in it, so that neither hides the other.
  const ordered = binds.toSorted((a, b) => a.path.length - b.path.length);
  return ordered.flatMap(({ option, path }) => [option, path, path]);
}

/**
 * Namespaces of its own for everything, no capabilities, and death with its parent. It leads a session
 * without a terminal already (`process.ts`); another one would undo what `stepBack` says of that.
 */
const isolation = ["--unshare-all", "--cap-drop", "ALL", "--die-with-parent"];
const ownDevices = ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"];
const ownTemporary = ["--tmpfs", "/tmp"];

function bubblewrap(
  tools: Tools & { level: "bubblewrap" },
  program: string,
  command: SandboxedCommand,
): string[] {
  const system = [...systemFolders, ...systemSettings];
  return [
    tools.bwrap,
    ...isolation,
    ...(tools.modern ? ["--unshare-user", "--disable-userns"] : []),
    ...system.flatMap((path) => ["--ro-bind-try", path, path]),
    ...systemLinks.flatMap(bindSystemLink),
    ...ownDevices,
    ...(tools.modern ? ["--size", String(temporaryBytes)] : []),
    ...ownTemporary,
    ...bindMounts(program, command),
    "--remount-ro",
    "/",
    "--chdir",
    command.writes[0] ?? "/",
    "--",
    ...prlimit(tools.prlimit, command.limits),
  ];
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

function kernel(tools: Tools & { level: "kernel" }, limits: ProcessLimits): string[] {
  const capabilities = tools.dropCapabilities ? ["--bounding-set=-all", "--inh-caps=-all"] : [];
  return [
    ...tools.unshare,
    tools.setpriv,
    "--pdeathsig",
    "KILL",
    "--no-new-privs",
    ...capabilities,
    ...prlimit(tools.prlimit, limits),
  ];
}

function wrappersOf(tools: Tools, program: string, command: SandboxedCommand): string[] {
  if (tools.level === "bubblewrap") return bubblewrap(tools, program, command);
  if (tools.level === "kernel") return kernel(tools, command.limits);
  return limitsAlone(tools.shell, command.limits);
}

/**
 * Puts a command into the wrappers of its level.
 * `program` is its absolute path; `nice` goes before it; `systemTemporary` serves where there is
 * no private /tmp and the command has no folder of its own.
 */
export function wrap(
  tools: Tools,
  nice: readonly string[],
  program: string,
  command: SandboxedCommand,
  systemTemporary: string,
): Wrapped {
  const args = [...wrappersOf(tools, program, command), ...nice, program, ...command.args];
  const folder = command.writes[0];
  // bubblewrap changes the folder itself, to one that need not exist outside.
  if (tools.level === "bubblewrap") return { args, cwd: "/", temporary: folder ?? "/tmp" };
  return { args, cwd: folder ?? "/", temporary: folder ?? systemTemporary };
}
