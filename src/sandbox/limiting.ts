import { availableParallelism, release } from "node:os";
import type { Identities, User } from "./identity.ts";
import type { ProcessLimits } from "./sandbox.ts";

/** Most open files of one child; decoders need a dozen, node about forty. */
export const openFiles = 256;

/**
 * Most threads of one child. ffmpeg starts some for each decoder, filter and encoder, as many as there
 * are processors; node a dozen, and its engines as many as processors.
 */
const threads = 512 + 32 * availableParallelism();

/** Since Linux 5.14 a user's threads are counted apart in each user namespace. */
export function countsByNamespace(): boolean {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  return major > 5 || (major === 5 && minor >= 14);
}

/** @param own whether nothing else counts against the limit of threads but this child */
export function prlimit(program: string, limits: ProcessLimits, own: boolean): string[] {
  return [
    program,
    ...(limits.residentBytes === undefined ? [`--as=${Math.ceil(limits.memoryBytes)}`] : []),
    // Soft and hard alike: the kernel then kills at once, and ffmpeg cannot catch SIGXCPU and
    // leave a valid-looking, truncated file.
    `--cpu=${Math.ceil(limits.cpuSeconds)}`,
    `--fsize=${Math.ceil(limits.fileSizeBytes)}`,
    "--core=0",
    `--nofile=${openFiles}`,
    ...(own ? [`--nproc=${threads}`] : []),
  ];
}

/** Becomes a user that is nobody else, with no capability but the one to read what it is shown. */
export function becomeUser(user: User): string[] {
  const capabilities = ["inh-caps", "ambient-caps", "bounding-set"];
  return [
    `--reuid=${user}`,
    `--regid=${user}`,
    "--clear-groups",
    ...capabilities.map((name) => `--${name}=-all,+dac_read_search`),
  ];
}

export const enterUserNamespace = ({ nsenter, userNamespace }: Identities): string[] => [
  nsenter,
  `--user=${userNamespace}`,
  "--preserve-credentials",
];
