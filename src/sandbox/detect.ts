import { execFile } from "node:child_process";
import { MediaError } from "../media/errors.ts";
import { findProgram } from "./programs.ts";
import type { SandboxLevel } from "./sandbox.ts";
import { wrap } from "./wrap.ts";
import type { Tools } from "./wrap.ts";

/** Runs a program on nothing of anybody's, and says whether it ended well. */
function succeeds(args: readonly string[]): Promise<{ ok: boolean; stderr: string }> {
  const [program = "", ...others] = args;
  return new Promise((resolve) => {
    execFile(program, others, { env: {}, timeout: 10_000 }, (error, _stdout, stderr) =>
      resolve({ ok: error === null, stderr: stderr.trim() || (error?.message ?? "") }),
    );
  });
}

/** A program that does nothing, in the wrappers of a level, as every command will be. */
function trial(tools: Tools, nothing: string): Promise<{ ok: boolean; stderr: string }> {
  const limits = { wallMs: 0, cpuSeconds: 10, memoryBytes: 2 ** 30, fileSizeBytes: 2 ** 20 };
  const { signal } = new AbortController();
  const command = { command: "true", args: [], reads: [], writes: [], limits, signal };
  return succeeds(wrap(tools, [], nothing, command, "/tmp").args);
}

type Found = { readonly tools: Tools } | { readonly why: string };

/** The first of several tools that works. */
async function firstThatWorks(candidates: readonly Tools[], nothing: string): Promise<Found> {
  let why = "";
  for (const tools of candidates) {
    const { ok, stderr } = await trial(tools, nothing);
    if (ok) return { tools };
    why = stderr;
  }
  return { why };
}

async function findBubblewrap(searchPath: string): Promise<Found> {
  const bwrap = findProgram("bwrap", searchPath);
  const prlimit = findProgram("prlimit", searchPath);
  const nothing = findProgram("true", searchPath);
  if (bwrap === undefined || prlimit === undefined || nothing === undefined)
    return { why: "bwrap and prlimit are not both installed" };
  const tools = { level: "bubblewrap", bwrap, prlimit, modern: false } as const;
  return firstThatWorks([{ ...tools, modern: true }, tools], nothing);
}

/** A network and a SysV IPC of its own: as root, or in a user namespace where the system lets one. */
async function findUnshare(searchPath: string, nothing: string): Promise<readonly string[]> {
  const unshare = findProgram("unshare", searchPath);
  if (unshare === undefined) return [];
  for (const user of [[], ["--user", "--map-current-user"]]) {
    const args = [unshare, ...user, "--net", "--ipc", "--"];
    if ((await succeeds([...args, nothing])).ok) return args;
  }
  return [];
}

async function findKernel(searchPath: string): Promise<Found> {
  const setpriv = findProgram("setpriv", searchPath);
  const prlimit = findProgram("prlimit", searchPath);
  const nothing = findProgram("true", searchPath);
  if (setpriv === undefined || prlimit === undefined || nothing === undefined)
    return { why: "setpriv and prlimit are not both installed" };
  const unshare = await findUnshare(searchPath, nothing);
  const tools = { level: "kernel", setpriv, prlimit, unshare, dropCapabilities: false } as const;
  const isRoot = process.getuid?.() === 0;
  return firstThatWorks(isRoot ? [{ ...tools, dropCapabilities: true }, tools] : [tools], nothing);
}

async function findLimits(searchPath: string): Promise<Found> {
  const shell = findProgram("sh", searchPath);
  return shell === undefined ? { why: "there is no sh" } : { tools: { level: "limits", shell } };
}

const finders: Record<SandboxLevel, (searchPath: string) => Promise<Found>> = {
  bubblewrap: findBubblewrap,
  kernel: findKernel,
  limits: findLimits,
};

/** From the strongest down. */
const levels: readonly SandboxLevel[] = ["bubblewrap", "kernel", "limits"];

/**
 * The tools of the strongest level that works here, or of the one asked for.
 * @throws MediaError `engine_missing` when it does not work here.
 */
export async function detectTools(searchPath: string, level?: SandboxLevel): Promise<Tools> {
  const whys: string[] = [];
  for (const candidate of level === undefined ? levels : [level]) {
    const found = await finders[candidate](searchPath);
    if ("tools" in found) return found.tools;
    whys.push(`${candidate}: ${found.why}`);
  }
  throw new MediaError("engine_missing", `no such sandbox here (${whys.join("; ")})`);
}
