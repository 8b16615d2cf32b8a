import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The command line stops and pauses the work of another process. */

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
let folder: string;

function start(library: string, ...args: string[]): ChildProcess {
  const flags = ["--disable-warning=ExperimentalWarning", main, ...args];
  return spawn(process.execPath, [...flags, "--data-dir", join(folder, library)], { cwd: folder });
}

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function ended(child: ChildProcess): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.setEncoding("utf8").on("data", (text: string) => (said[name] += text));
  return new Promise((resolve) => child.on("close", (exitCode) => resolve({ exitCode, ...said })));
}

const dailies = (library: string, ...args: string[]) => ended(start(library, ...args));

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const startedAt = Date.now(); !(await isSo());) {
    if (Date.now() - startedAt > 30_000) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Running ffmpeg processes that work below a folder, without zombies. */
function encoders(below: string): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        const [program = "", ...args] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        const state = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
        return program.includes("ffmpeg") && state !== "Z" && args.join(" ").includes(below);
      } catch {
        return false; // it has just ended
      }
    });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-queue-cli-"));
  const make = (name: string, ...args: string[]) =>
    execFileSync("ffmpeg", ["-nostdin", "-v", "error", ...args, join(folder, name)]);
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=30"];
  make("long.mp4", ...picture, "-c:v", "libx264", "-preset", "ultrafast");
  make("tone.wav", "-f", "lavfi", "-i", "sine=duration=1");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("dailies cancel", () => {
  it("stops the child of another process's worker before it answers", async () => {
    const library = join(folder, "cancelled");
    const working = ended(start("cancelled", "process", "long.mp4", "--only", "video"));
    await until("encoding has begun", () => encoders(library).length > 0);
    const cancelled = await dailies("cancelled", "cancel", "long.mp4", "none.mp4", "--json");
    expect(cancelled.exitCode).toBe(2);
    expect(JSON.parse(cancelled.stdout)).toMatchObject({
      cancelled: [{ name: "long.mp4", steps: 1 }],
      failed: [{ name: "none.mp4", error: { code: "not_found" } }],
    });
    expect(encoders(library)).toEqual([]);
    expect((await working).exitCode).toBe(2);
    const { stdout } = await dailies("cancelled", "jobs", "--state", "cancelled", "--json");
    expect(JSON.parse(stdout).jobs).toMatchObject([{ step: "video", state: "cancelled" }]);
    const again = await dailies("cancelled", "cancel", "long.mp4");
    expect(again.stdout).toBe("Nothing is left to do for long.mp4\n");
  });
});

describe("dailies jobs --pause", () => {
  it("keeps every process from starting jobs until --resume, and says so", async () => {
    await dailies("paused", "process", "tone.wav", "--only", "audio");
    await dailies("paused", "jobs", "--pause");
    const listed = await dailies("paused", "jobs");
    expect(listed.stderr).toMatch(/^Paused since .* `dailies jobs --resume`\.\n$/);
    const doctor = await dailies("paused", "doctor", "--json");
    expect(JSON.parse(doctor.stdout).checks).toContainEqual(
      expect.objectContaining({ name: "queue", state: "warning", found: "paused" }),
    );
    const child = start("paused", "process", "tone.wav", "--only", "transcribe");
    const waiting = ended(child);
    const queued = async () => {
      const { stdout } = await dailies("paused", "jobs", "--state", "queued", "--json");
      return JSON.parse(stdout).jobs.length > 0;
    };
    await until("it has been taken in", queued);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await queued()).toBe(true);
    expect(child.exitCode).toBeNull();
    await dailies("paused", "jobs", "--resume");
    const { exitCode, stderr } = await waiting;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringMatching(/^Paused/) });
  });
});
