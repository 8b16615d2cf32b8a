import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MediaError } from "../media/errors.ts";
import { createSandbox } from "./create.ts";
import { wasKilled } from "./endings.ts";
import { ffmpegFailure } from "./ffmpeg-trouble.ts";
import { programVersion, runToEnd } from "./run.ts";
import type { RunCommand } from "./run.ts";
import type { Sandbox, SandboxLevel } from "./sandbox.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sandbox-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const limits = {
  wallMs: 20_000,
  cpuSeconds: 20,
  memoryBytes: 4 * 1024 ** 3,
  fileSizeBytes: 2 ** 20,
};
const base = { reads: [], writes: [], limits, signal: new AbortController().signal };

/** A few lines of JavaScript, run by the node that runs the test. */
function javascript(code: string, more: Partial<RunCommand> = {}): RunCommand {
  const reads = [dirname(process.execPath), ...(more.reads ?? [])];
  return { ...base, command: process.execPath, args: ["-e", code], ...more, reads };
}

function shell(script: string, more: Partial<RunCommand> = {}): RunCommand {
  return { ...base, command: "sh", args: ["-c", script], mayFork: true, ...more };
}

async function failure(promise: Promise<unknown>): Promise<Partial<MediaError>> {
  return promise.then(
    (value) => ({ message: `it succeeded: ${JSON.stringify(value)}` }),
    (error: MediaError) => error,
  );
}

/** The processes that still run and whose command line has this mark; zombies do not count. */
function pidsOf(mark: string): number[] {
  const pids = readdirSync("/proc").filter((pid) => {
    try {
      if (!/^\d+$/.test(pid) || !readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(mark))
        return false;
      return !readFileSync(`/proc/${pid}/stat`, "latin1").includes(") Z ");
    } catch {
      return false;
    }
  });
  return pids.map(Number);
}

const runs = (mark: string): boolean => pidsOf(mark).length > 0;

async function isGone(mark: string): Promise<boolean> {
  for (let tries = 0; tries < 50; tries += 1) {
    if (!runs(mark)) return true;
    await sleep(20);
  }
  return false;
}

let marks = 0;
/** A number of seconds to sleep that no other process sleeps for. */
const newMark = (): string => `${86_400 + process.pid}.${(marks += 1)}`;

/** All three where the system has them. On Linux with bubblewrap none is left out. */
const levels: readonly SandboxLevel[] =
  process.platform === "linux" ? ["bubblewrap", "kernel", "limits"] : ["limits"];

describe.each(levels)("sandbox %s", (level) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox({ level });
  });

  test("runs a program and returns what it prints, and its exit code", async () => {
    const result = await runToEnd(sandbox, shell("echo out; echo err >&2; exit 3"));
    expect(result).toEqual({ exitCode: 3, stdout: "out\n", stderr: "err\n" });
  });

  test("hands over arguments as they are", async () => {
    const args = ["-vf", "$(touch x)", "a b", 'we\'ird "q"', "new\nline", "é漢字🙂", "", "--"];
    const command = { ...base, command: "printf", args: ["%s\\0", ...args] };
    const { stdout } = await runToEnd(sandbox, command);
    expect(stdout.split("\0").slice(0, -1)).toEqual(args);
  });

  test("gives no environment of ours, its own folder, and low priority to background work alone", async () => {
    const { stdout } = await runToEnd(sandbox, shell("env | cut -d= -f1 | sort; nice; pwd"));
    const lines = stdout.trim().split("\n");
    const known = ["HOME", "LANG", "OLDPWD", "PATH", "PWD", "SHLVL", "TMPDIR", "_"];
    expect(known).toEqual(expect.arrayContaining(lines.slice(0, -2)));
    expect(lines.slice(-2)).toEqual(["0", "/"]);
    const lowered = await runToEnd(sandbox, shell("nice", { priority: "background" }));
    expect(lowered.stdout).toBe("10\n");
    const work = shell("pwd; echo $TMPDIR; echo $MORE", { writes: [folder], env: { MORE: "1" } });
    expect((await runToEnd(sandbox, work)).stdout).toBe(`${folder}\n${folder}\n1\n`);
  });

  test("reads and writes what it was given", async () => {
    const [source, work] = [join(folder, "source"), join(folder, `work-${level}`)];
    await writeFile(source, "bytes");
    await mkdir(work, { recursive: true });
    const copy = { ...base, command: "cp", args: [source, join(work, "copy")] };
    const result = await runToEnd(sandbox, { ...copy, reads: [source], writes: [work] });
    expect(result.stderr).toBe("");
    expect(await readFile(join(work, "copy"), "utf8")).toBe("bytes");
  });

  test("runs node as a child with pipes", async () => {
    const child = sandbox.spawn(
      javascript("process.stdin.on('data', (d) => process.stdout.write(d))", { stdin: "pipe" }),
    );
    child.stdin?.end("there and back");
    const chunks = await child.stdout.toArray();
    expect(Buffer.concat(chunks).toString()).toBe("there and back");
    expect(await child.exited).toMatchObject({ exitCode: 0 });
  });

  test("hands out lines of stderr and keeps its end", async () => {
    const lines: string[] = [];
    const child = sandbox.spawn(
      javascript("for (let i = 0; i < 9000; i++) console.error('é' + i)"),
    );
    child.onStderrLine((line) => lines.push(line));
    child.stdout.resume();
    const { stderr } = await child.exited;
    expect(lines.length).toBe(9000);
    expect(lines[8999]).toBe("é8999");
    expect(Buffer.byteLength(stderr)).toBeLessThanOrEqual(16 * 1024);
    expect(stderr.endsWith("é8999\n")).toBe(true);
  });

  test("cuts a line that never ends", async () => {
    const lines: string[] = [];
    const child = sandbox.spawn(shell("head -c 300000 /dev/zero | tr '\\0' x >&2; echo >&2 end"));
    child.onStderrLine((line) => lines.push(line));
    child.stdout.resume();
    await child.exited;
    expect(lines.map((line) => line.length)).toEqual([4096]);
  });

  test("names a program that is not there", async () => {
    const error = await failure(runToEnd(sandbox, { ...base, command: "no-such-tool", args: [] }));
    expect(error.code).toBe("engine_missing");
    expect(error.message).toContain("no-such-tool");
  });

  test("does not start a command that cannot be started", async () => {
    const signal = AbortSignal.abort();
    expect((await failure(runToEnd(sandbox, shell("true", { signal })))).code).toBe("cancelled");
    expect((await failure(runToEnd(sandbox, shell("true", { reads: ["here"] })))).code).toBe(
      "internal",
    );
    expect((await failure(runToEnd(sandbox, shell("echo \0")))).code).toBe("internal");
  });

  test("limits the wall time, also of a child that ignores SIGTERM", async () => {
    const mark = newMark();
    const script = `trap '' TERM INT HUP; sleep ${mark} & sleep ${mark}`;
    const command = shell(script, { limits: { ...limits, wallMs: 300 } });
    expect((await failure(runToEnd(sandbox, command))).code).toBe("limit_time");
    expect(runs(mark)).toBe(false);
  });

  test("limits the processor time, also of a child that catches SIGXCPU", async () => {
    const command = shell("trap '' XCPU; while :; do :; done", {
      limits: { ...limits, cpuSeconds: 1 },
    });
    expect((await failure(runToEnd(sandbox, command))).code).toBe("limit_time");
  });

  test("limits the address space", async () => {
    const memory = { ...limits, memoryBytes: 1024 ** 3 / 2 };
    const args = ["if=/dev/zero", "of=/dev/null", "bs=1073741824", "count=1"];
    const command = { ...base, command: "dd", args, limits: memory };
    expect((await failure(runToEnd(sandbox, command))).code).toBe("limit_memory");
  });

  test("limits the size of files", async () => {
    const output = join(folder, `large-${level}`);
    const args = ["-c", "5000000", "/dev/zero"];
    const writes = [folder];
    const plain = shell(`exec head ${args.join(" ")} > "${output}"`, { writes });
    expect((await failure(runToEnd(sandbox, plain))).code).toBe("limit_size");
    const ignoring = shell(`trap '' XFSZ; exec head ${args.join(" ")} > "${output}"`, { writes });
    expect((await failure(runToEnd(sandbox, ignoring))).code).toBe("limit_size");
  });

  test("limits what is read of its output", async () => {
    const endless = { ...shell("while :; do echo yes; done"), maxOutputBytes: 100_000 };
    expect((await failure(runToEnd(sandbox, endless))).code).toBe("limit_size");
  });

  test("says when a child crashed", async () => {
    const error = await failure(runToEnd(sandbox, shell("kill -SEGV $$")));
    expect(error.code).toBe("engine_failed");
    expect(error.message).toContain("SIGSEGV");
    expect(wasKilled(error)).toBe(false);
  });

  test("says when a child was killed", async () => {
    const error = await failure(runToEnd(sandbox, shell("kill -KILL $$")));
    expect(error.details).toMatchObject({ signal: "SIGKILL" });
    expect(wasKilled(error)).toBe(true);
  });

  test("an ffmpeg that is asked to end was stopped, whatever it said of its input", async () => {
    const mark = newMark();
    const args = `-v error -progress - -re -f lavfi -i testsrc2=d=${mark} -f null /dev/null`;
    const child = sandbox.spawn({ ...base, command: "ffmpeg", args: args.split(" ") });
    await once(child.stdout.resume(), "data"); // now it catches signals
    const isFfmpeg = (pid: number) =>
      /^[^\0]*ffmpeg\0/.test(readFileSync(`/proc/${pid}/cmdline`, "latin1"));
    for (const pid of pidsOf(mark).filter(isFfmpeg)) process.kill(pid, "SIGTERM");
    const exit = await child.exited;
    const error = ffmpegFailure({ ...exit, stderr: "Invalid data found when processing input" });
    expect(error).toMatchObject({ code: "engine_failed", retryable: true });
    expect(wasKilled(error)).toBe(true);
  });

  test("ends everything at the signal, and tells the reader", async () => {
    const mark = newMark();
    const controller = new AbortController();
    const { signal } = controller;
    const child = sandbox.spawn(shell(`sleep ${mark} & echo on; sleep ${mark}`, { signal }));
    const read = failure(child.stdout.toArray());
    await sleep(200);
    expect(runs(mark)).toBe(true);
    controller.abort();
    expect((await failure(child.exited)).code).toBe("cancelled");
    // Gone is gone: the caller that waited may remove its folder, or count.
    expect(runs(mark)).toBe(false);
    expect((await read).code).toBe("cancelled");
  });

  test("ends what a child leaves running", async () => {
    const mark = newMark();
    const result = await runToEnd(sandbox, shell(`sleep ${mark} & echo done`));
    expect(result.stdout).toBe("done\n");
    expect(runs(mark)).toBe(false);
  });

  test("does not wait for long on what escapes", async () => {
    const mark = newMark();
    const escapes = shell(`setsid sleep ${mark} & sleep ${mark}`);
    const child = sandbox.spawn(escapes);
    await expect.poll(() => runs(mark)).toBe(true);
    const startedAt = performance.now();
    child.kill();
    expect((await failure(child.exited)).code).toBe("cancelled");
    expect(performance.now() - startedAt).toBeLessThan(5000);
    for (const pid of pidsOf(mark)) process.kill(pid, "SIGKILL"); // at the levels that lack this
  });

  test("kill twice, and after the end, is no harm", async () => {
    const child = sandbox.spawn(shell("sleep 100"));
    child.kill();
    child.kill();
    expect((await failure(child.exited)).code).toBe("cancelled");
    child.kill();
  });

  test("leaves no handle behind", async () => {
    const { signal } = new AbortController();
    const before = process.getActiveResourcesInfo().length;
    for (let i = 0; i < 3; i += 1) await runToEnd(sandbox, shell("true", { signal }));
    await sleep(20);
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
  });

  test("finds a program's version", async () => {
    expect(await programVersion(sandbox, "ffmpeg")).toMatch(/^\d+\.\d+/);
  });
});

describe.runIf(process.platform === "linux").each(["bubblewrap", "kernel"] as const)(
  "sandbox %s",
  (level) => {
    test("cuts the network", async () => {
      const sandbox = await createSandbox({ level });
      expect(sandbox.cutsNetwork).toBe(true);
      let connections = 0;
      const server = createServer((socket) => {
        connections += 1;
        socket.destroy();
      });
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      const address = server.address();
      const port = typeof address === "object" ? address?.port : undefined;
      const code = `require("net").connect(${port}, "127.0.0.1").on("error", () => process.exit(7))`;
      const { exitCode } = await runToEnd(sandbox, javascript(code));
      server.close();
      expect({ exitCode, connections }).toEqual({ exitCode: 7, connections: 0 });
    });

    test("dies with its parent", async () => {
      const mark = newMark();
      const module = new URL(`create.ts`, import.meta.url).href;
      const parent = `import { createSandbox } from ${JSON.stringify(module)};
        const sandbox = await createSandbox({ level: "${level}" });
        const limits = ${JSON.stringify(limits)};
        sandbox.spawn({ command: "sleep", args: ["${mark}"], reads: [], writes: [], limits,
          signal: new AbortController().signal });
        setTimeout(() => process.kill(process.pid, "SIGKILL"), 300);`;
      const child = spawn(process.execPath, ["--input-type=module", "-e", parent]);
      await sleep(0);
      let seen = false;
      const watch = setInterval(() => (seen ||= runs(mark)), 20);
      await new Promise((closed) => child.once("exit", closed));
      clearInterval(watch);
      expect(seen).toBe(true);
      expect(await isGone(mark)).toBe(true);
    });
  },
);

describe.runIf(process.platform === "linux")("sandbox bubblewrap", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox();
  });

  test("is what one gets unless told otherwise", () => {
    expect(sandbox).toMatchObject({ level: "bubblewrap", lacks: [], cutsNetwork: true });
  });

  test("shows no other file", async () => {
    const secret = join(folder, "secret");
    await writeFile(secret, "hush");
    const { stdout, exitCode } = await runToEnd(sandbox, {
      ...base,
      command: "cat",
      args: [secret],
    });
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
    const looks = shell("cat /etc/passwd /etc/shadow; ls /home /root /var /sys");
    expect((await runToEnd(sandbox, looks)).stdout).toBe("");
  });

  test("lets nothing be written but its folders and a small /tmp", async () => {
    const readable = join(folder, "readable");
    await mkdir(readable, { recursive: true });
    const name = `written-${process.pid}`;
    const script = `for place in / /usr /dev /dev/shm /etc "${readable}"; do
      touch "$place/x" 2>/dev/null && echo "wrote $place"; done; touch /tmp/${name} && echo tmp`;
    const { stdout } = await runToEnd(sandbox, shell(script, { reads: [readable] }));
    expect(stdout).toBe("tmp\n");
    expect(existsSync(`/tmp/${name}`)).toBe(false);
  });

  test("shows no other process, and gives no privilege", async () => {
    const script = "ls /proc | grep -c '^[0-9]'; grep -E 'CapEff|NoNewPrivs' /proc/self/status";
    const { stdout } = await runToEnd(sandbox, shell(script));
    const [processes, capabilities, noNewPrivileges] = stdout.trim().split("\n");
    expect(Number(processes)).toBeLessThan(8);
    // As root: to read what it is shown, within a user namespace of its own, and nothing else.
    expect(capabilities).toMatch(process.getuid?.() === 0 ? /\t0+4$/ : /\t0+$/);
    expect(noNewPrivileges).toMatch(/\t1$/);
  });

  test("takes a folder inside a folder, either way round", async () => {
    const [outer, inner] = [join(folder, "outer"), join(folder, "outer", "inner")];
    await mkdir(inner, { recursive: true });
    const script = `touch ${inner}/x && echo inner; touch ${outer}/x 2>/dev/null && echo outer; true`;
    const within = shell(script, { reads: [outer], writes: [inner] });
    expect((await runToEnd(sandbox, within)).stdout).toBe("inner\n");
    const around = shell(script, { reads: [inner], writes: [outer] });
    expect((await runToEnd(sandbox, around)).stdout).toBe("outer\n");
  });

  test("says which file it cannot find", async () => {
    const missing = join(folder, "gone.mp4");
    const error = await failure(runToEnd(sandbox, shell("true", { reads: [missing] })));
    expect(error.code).toBe("storage_failed");
    expect(error.message).toContain("gone.mp4");
  });

  test("is refused by name where its tools are missing", async () => {
    const options = { level: "bubblewrap", searchPath: folder } as const;
    const error = await failure(createSandbox(options));
    expect(error.code).toBe("engine_missing");
    expect(error.message).toContain("bwrap");
  });
});
