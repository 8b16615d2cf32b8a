import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import type { Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Exit, SandboxLevel } from "../src/sandbox/sandbox.ts";
import * as calls from "../src/sandbox/system-calls.ts";

/**
 * A malicious program replaces a decoder in the full sandbox. Every harmful action that it tries must
 * fail, for root and for a user without rights.
 */

const perl = "/usr/bin/perl";
const isRoot = process.getuid?.() === 0;
const canRun = process.platform === "linux" && existsSync(perl);
const architecture = process.arch === "arm64" ? "arm64" : "x64";

/** The number of a user without rights. Tests that run as root can switch to it. */
const nobody = 65_534;
const users = isRoot ? (["root", "nobody"] as const) : (["the user"] as const);
type User = (typeof users)[number];

const project = fileURLToPath(new URL("..", import.meta.url));

/** A copy of Node and of what `decode-as.ts` needs for every user: only the owner may be able to read this clone. */
function copyForAll(): string {
  const folder = mkdtempSync("/var/tmp/dailies-for-all-");
  for (const part of ["package.json", "src/media", "src/sandbox", "test/support"])
    cpSync(join(project, part), join(folder, part), { recursive: true });
  copyFileSync(process.execPath, join(folder, "node"));
  execFileSync("chmod", ["-R", "a+rX", folder]);
  return folder;
}

const home = isRoot && canRun ? copyForAll() : project;
const node = home === project ? process.execPath : join(home, "node");
afterAll(() => {
  if (home !== project) rmSync(home, { recursive: true });
});

const maliciousDecoder = join(home, "test/support/malicious-decoder.pl");
const walkKernelFiles = join(home, "test/support/walk-kernel-files.pl");
const decodeAs = join(home, "test/support/decode-as.ts");

const limits = {
  wallMs: 20_000,
  cpuSeconds: 20,
  memoryBytes: 2 ** 31,
  fileSizeBytes: 8 * 2 ** 20,
};

interface Outcome {
  readonly exit?: Exit & { readonly stdout: string };
  readonly error?: { readonly code: string; readonly message: string };
  readonly dropsRoot?: boolean;
  readonly lacks: readonly string[];
}

interface Order {
  readonly args: readonly string[];
  readonly command?: string;
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  readonly mayFork?: boolean;
  readonly limits?: typeof limits;
}

/** Runs a command in a sandbox. The process that opens the sandbox belongs to that user. */
function decode(user: User, level: SandboxLevel, order: Order): Promise<Outcome> {
  const command = { command: perl, reads: [], writes: [], limits, ...order };
  const run = [node, decodeAs, JSON.stringify({ level, command })];
  const become = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
  const [program = "", ...args] = user === "nobody" ? [...become, ...run] : run;
  const env = { PATH: process.env["PATH"] ?? "", DAILIES_SECRET: "hush" };
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], env });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
  return new Promise((resolve, reject) => {
    child.once("close", () => {
      try {
        resolve(JSON.parse(text) as Outcome);
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** The numbers of all system calls that it tries, including some harmless ones. */
function callNumbers(): string[] {
  const others = { prlimit64: { x64: 302, arm64: 261 }, unknown: { x64: 1000, arm64: 1000 } };
  const tables = [calls.refusedCalls, calls.absentCalls, calls.forkingCalls, calls.examinedCalls];
  const all = Object.entries<calls.SystemCall>(Object.assign({}, others, ...tables));
  const known = all.filter(([, call]) => call[architecture] !== undefined);
  return known.map(([name, call]) => `nr_${name}=${call[architecture]}`);
}

interface World {
  readonly folder: string;
  readonly work: string;
  readonly input: string;
  readonly sentinel: ChildProcess;
  readonly args: readonly string[];
}

/** Makes a library that belongs to that user, the folder of another job, and a process of the same user. */
function makeWorld(user: User, server: Server, abstract: string): World {
  const folder = mkdtempSync("/var/tmp/dailies-malicious-");
  const [work, other] = [join(folder, "tmp", "job-1"), join(folder, "tmp", "job-2")];
  for (const path of [work, other]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const files = {
    secret: join(folder, "master.key"),
    database: join(folder, "dailies.db"),
    other_job: join(other, "web.mp4"),
    input: join(folder, "input.mp4"),
  };
  for (const path of Object.values(files)) writeFileSync(path, "bytes", { mode: 0o600 });
  chmodSync(folder, 0o700);
  const become = user === "nobody" ? { uid: nobody, gid: nobody } : {};
  const all = [folder, join(folder, "tmp"), work, other, ...Object.values(files)];
  if (user === "nobody") for (const path of all) chownSync(path, nobody, nobody);
  const sentinel = spawn("sleep", ["100"], { stdio: "ignore", ...become });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const outside = { ...files, work, port, abstract, passwd: "/etc/passwd", shadow: "/etc/shadow" };
  const known = Object.entries(outside).map(([name, value]) => `${name}=${value}`);
  const processes = [`sentinel=${sentinel.pid}`, "service={service}"];
  return { folder, work, input: files.input, sentinel, args: [...known, ...processes] };
}

describe.runIf(canRun).each(users)("a malicious decoder, of %s", (user) => {
  let world: World;
  let connections = 0;
  const abstract = `dailies-malicious-${process.pid}-${user}`;
  const server = createServer(() => (connections += 1));
  const abstractServer = createServer(() => (connections += 1));
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    await new Promise<void>((listening) => abstractServer.listen(`\0${abstract}`, listening));
    world = makeWorld(user, server, abstract);
  });
  afterAll(() => {
    world.sentinel.kill("SIGKILL");
    server.close();
    abstractServer.close();
    rmSync(world.folder, { recursive: true });
  });

  it("fails with every harmful action", async () => {
    const { exit, error, dropsRoot, lacks } = await decode(user, "bubblewrap", {
      args: [maliciousDecoder, ...world.args, ...callNumbers()],
      reads: [maliciousDecoder, world.input],
      writes: [world.work],
    });
    expect({ error, dropsRoot, lacks }).toEqual({ error: undefined, dropsRoot: true, lacks: [] });
    expect(exit?.stderr).toBe("");
    const lines = (exit?.stdout ?? "").trim().split("\n");
    const rows = lines.map((line) => line.split("\t"));
    expect(rows.at(-1)?.[0]).toBe("end");
    const kind = (name: string) => rows.filter((row) => row[0] === name).map((row) => row[1]);
    const tried = rows.filter(([, result]) => result === "succeeded" || result === "refused");
    expect(tried.length).toBeGreaterThan(160);
    expect(tried.filter(([, result]) => result === "succeeded").map(([name]) => name)).toEqual([]);
    expect(kind("environment")).not.toContain("DAILIES_SECRET");
    const inherited = readdirSync("/proc/self/fd").map(Number);
    const opened = kind("descriptor").map(Number);
    expect(opened.filter((fd) => fd > 2 && !inherited.includes(fd))).toEqual([]);
    expect(connections).toBe(0);
    expect(world.sentinel.exitCode ?? world.sentinel.signalCode).toBeNull();
    expect(readFileSync(world.input, "utf8")).toBe("bytes");
    // The files that it left belong to the service's user again.
    const owner = user === "nobody" ? nobody : process.getuid?.();
    for (const name of readdirSync(world.work))
      expect(statSync(join(world.work, name)).uid).toBe(owner);
  });

  it("succeeds outside the sandbox, so it is the sandbox that stops it", async () => {
    const only =
      "^(read (secret|passwd|database)|list /var/lib|fork|link symbolically|socket unix 1)$";
    const { exit } = await decode(user, "limits", {
      args: [maliciousDecoder, ...world.args, ...callNumbers(), `only=${only}`],
      writes: [world.work],
    });
    const rows = (exit?.stdout ?? "").split("\n").map((line) => line.split("\t"));
    const results = rows.filter(([, result]) => result === "succeeded" || result === "refused");
    expect(results.length).toBe(7);
    expect(results.filter(([, result]) => result === "refused")).toEqual([]);
    rmSync(join(world.work, "link"));
  });

  it.each(["bubblewrap", "kernel"] as const)(
    "finds no writable file in /proc and /sys at %s",
    async (level) => {
      const ownToo = level === "bubblewrap" ? [] : ["but not its own"];
      const { exit, error, dropsRoot } = await decode(user, level, {
        args: [walkKernelFiles, ...ownToo],
        reads: [walkKernelFiles],
      });
      expect({ error, dropsRoot }).toEqual({ error: undefined, dropsRoot: true });
      const found = (exit?.stdout ?? "").trim().split("\n");
      expect(found.at(-1)).toMatch(/^seen \d{2,}$/);
      // Every user can open these. Writing to them needs rights that the decoder lacks.
      const shared = /^\/proc\/(pressure\/|\d+\/(attr\/|timerslack_ns$)|sys\/kernel\/ns_last_pid$)/;
      if (level === "bubblewrap") expect(found).toHaveLength(1);
      // At `kernel` a user's decoder sees that user's other processes, as docs/sandbox.md says.
      const another = level === "kernel" && user !== "root" ? /^\/proc\/\d+\// : /^$/;
      const others = found.slice(0, -1).filter((path) => !shared.test(path) && !another.test(path));
      expect(others).toEqual([]);
    },
  );

  it("cannot write to the library as root's decoder, even at level kernel", async () => {
    if (user !== "root") return;
    const script = `for (@ARGV) { print "$_\\n" if open(my $file, ">>", $_) }`;
    const paths = [join(world.folder, "dailies.db"), "/etc/passwd", "/usr/written", "/proc/1/comm"];
    const { exit } = await decode(user, "kernel", { args: ["-e", script, ...paths] });
    expect(exit).toMatchObject({ exitCode: 0, stdout: "" });
  });

  it.each([
    [
      "one large file after the other",
      'for (1..1e6) { open(F, ">", "f$_"); print F "x" x 2**20; }',
    ],
    ["files without end", 'for (1..1e6) { open(F, ">", "f$_"); }'],
    ["folders without end", 'for (1..1e6) { mkdir "d$_"; open(F, ">", "f$_"); }'],
  ])("cannot fill the disk with %s", async (_what, script) => {
    const work = join(world.folder, "tmp", "job-1");
    const { error } = await decode(user, "bubblewrap", { args: ["-e", script], writes: [work] });
    expect(error?.code).toBe("limit_size");
    rmSync(work, { recursive: true });
    mkdirSync(work, { mode: 0o700 });
    if (user === "nobody") chownSync(work, nobody, nobody);
  });

  it("cannot stop other processes with a fork bomb, even if it may start processes", async () => {
    const bomb = decode(user, "bubblewrap", {
      args: ["-e", "$SIG{CHLD} = 'IGNORE'; while (1) { fork }"],
      mayFork: true,
      limits: { ...limits, wallMs: 3000 },
    });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const other = await decode(user, "bubblewrap", { args: ["-e", "print 'unharmed'"] });
    expect(other.exit?.stdout).toBe("unharmed");
    expect((await bomb).error?.code).toBe("limit_time");
  });
});
