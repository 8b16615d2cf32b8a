import { spawn } from "node:child_process";
import { constants } from "node:os";
import { MediaError } from "../media/errors.ts";
import { filterFiles, withFilter } from "./filter-file.ts";
import { findIdentities } from "./identity.ts";
import { killGroup } from "./process-group.ts";
import { findProgram } from "./programs.ts";
import type { SandboxLevel } from "./sandbox.ts";
import { wrap } from "./wrap.ts";
import type { Tools } from "./tools.ts";

/** bubblewrap's exit code when its child was killed. */
const killedInside = 128 + constants.signals.SIGKILL;

interface Tried {
  readonly ok: boolean;
  readonly stderr: string;
  /** Whether something killed it, so that it says nothing about what works here. */
  readonly killed?: boolean;
}

/** Runs a program on no input, and says whether it ended well. */
function tryOnce(args: readonly string[], filter?: string): Promise<Tried> {
  const [program = "", ...others] = args;
  return withFilter(filter, (descriptors) => {
    const child = spawn(program, others, {
      env: {},
      timeout: 10_000,
      stdio: ["ignore", "ignore", "pipe", ...descriptors],
      detached: true, // a process group of its own, so that all of it can be ended
    });
    // What it left running would hold its stderr open.
    child.once("exit", () => killGroup(child));
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    return new Promise((resolve) => {
      child.once("error", (error) => resolve({ ok: false, stderr: error.message }));
      child.once("close", (code, signal) => {
        const killed = signal === "SIGKILL" || code === killedInside;
        resolve({ ok: code === 0, stderr: stderr.trim(), killed });
      });
    });
  });
}

/** Like `tryOnce`; again when it was killed: by chance we would choose a weaker sandbox. */
async function succeeds(args: readonly string[], filter?: string): Promise<Tried> {
  let tried = await tryOnce(args, filter);
  for (let more = 2; more > 0 && tried.killed === true; more -= 1)
    tried = await tryOnce(args, filter);
  return tried;
}

/** A program that does nothing, in the wrappers of a level, as every command will be. */
function trial(tools: Tools, nothing: string): Promise<Tried> {
  const limits = { wallMs: 0, cpuSeconds: 10, memoryBytes: 2 ** 30, fileSizeBytes: 2 ** 20 };
  const { signal } = new AbortController();
  const command = { command: "true", args: [], reads: [], writes: [], limits, signal };
  const user = tools.level === "limits" ? undefined : tools.identities?.firstUser;
  const options = { nice: [], systemTemporary: "/tmp", ...(user !== undefined && { user }) };
  const { args, filter } = wrap(tools, nothing, command, options);
  return succeeds(args, filter);
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
  const identities = await findIdentities(searchPath);
  const filters = filterFiles();
  const base = { level: "bubblewrap", bwrap, prlimit } as const;
  const withUsers = identities === undefined ? [base] : [{ ...base, identities }, base];
  const withFilters = withUsers.flatMap((tools) =>
    filters === undefined ? [tools] : [{ ...tools, filters }, tools],
  );
  const candidates = withFilters.flatMap((tools) => [
    { ...tools, modern: true },
    { ...tools, modern: false },
  ]);
  return firstThatWorks(candidates, nothing);
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
  if (process.getuid?.() !== 0) return firstThatWorks([tools], nothing);
  const identities = await findIdentities(searchPath);
  const dropping = { ...tools, dropCapabilities: true };
  const asUsers = identities === undefined ? [] : [{ ...dropping, identities }];
  return firstThatWorks([...asUsers, dropping, tools], nothing);
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
