import { lstatSync, readlinkSync } from "node:fs";
import type { User } from "./identity.ts";
import { becomeUser, countsByNamespace, enterUserNamespace, prlimit } from "./limiting.ts";
import { maskedProc } from "./masked-proc.ts";
import type { SandboxedCommand } from "./sandbox.ts";
import type { Tools } from "./tools.ts";

/** The descriptor on which bubblewrap gets the filter of system calls. */
const filterDescriptor = 3;

/** Bytes that a child may leave in its private /tmp, which is memory. */
const temporaryBytes = 64 * 1024 ** 2;

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
const isolation = ["--cap-drop", "ALL", "--die-with-parent"];

/** All but that of users, which `enterUserNamespace` has entered. */
const otherNamespaces = ["ipc", "pid", "net", "uts", "cgroup-try"].map(
  (name) => `--unshare-${name}`,
);

/** What bubblewrap leaves to `setpriv`, which gives up all but the last. */
const toBecomeUser = ["SETUID", "SETGID", "SETPCAP", "DAC_READ_SEARCH"];

const ownDevices = ["--dev", "/dev", "--remount-ro", "/dev"];

function namespaces({ modern, identities }: Tools & { level: "bubblewrap" }): string[] {
  if (identities !== undefined)
    return [
      ...isolation,
      ...otherNamespaces,
      ...toBecomeUser.flatMap((name) => ["--cap-add", `CAP_${name}`]),
    ];
  return [...isolation, "--unshare-all", ...(modern ? ["--unshare-user", "--disable-userns"] : [])];
}

/** Its own /tmp: bounded, and anybody's to write, where bubblewrap can make it so. */
function ownTemporary(modern: boolean): string[] {
  const options = modern ? ["--size", String(temporaryBytes), "--perms", "1777"] : [];
  return [...options, "--tmpfs", "/tmp"];
}

/** A command in bubblewrap: namespaces, views of files, and limits. */
export function bubblewrap(
  tools: Tools & { level: "bubblewrap" },
  program: string,
  command: SandboxedCommand,
  user: User | undefined,
): string[] {
  const { identities, filters, modern } = tools;
  const system = [...systemFolders, ...systemSettings];
  return [
    ...(identities === undefined ? [] : enterUserNamespace(identities)),
    tools.bwrap,
    ...namespaces(tools),
    ...(filters === undefined ? [] : ["--seccomp", String(filterDescriptor)]),
    ...system.flatMap((path) => ["--ro-bind-try", path, path]),
    ...systemLinks.flatMap(bindSystemLink),
    ...maskedProc(identities !== undefined),
    ...ownDevices,
    ...ownTemporary(modern),
    ...bindMounts(program, command),
    "--remount-ro",
    "/",
    "--chdir",
    command.writes[0] ?? "/",
    "--",
    ...(identities === undefined || user === undefined
      ? []
      : [identities.setpriv, ...becomeUser(user)]),
    ...prlimit(tools.prlimit, command.limits, user !== undefined || countsByNamespace()),
  ];
}
