import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ListedMediaJson } from "../src/cli/ls.ts";
import type { ReportJson } from "../src/cli/process-lines.ts";
import { dailies, dailiesCommand, start, until } from "./support/command.ts";
import { ffmpeg } from "./support/ffmpeg.ts";

/** What the command line says of states, of what it did again, and of what is left. */

const folder = mkdtempSync(join(tmpdir(), "dailies-states-"));
const library = join(folder, "library");
const run = (...args: string[]) => dailies(library, ...args);
const listed = async (...args: string[]): Promise<readonly ListedMediaJson[]> =>
  JSON.parse((await run("ls", "--json", ...args)).stdout).media;

beforeAll(async () => {
  for (const seconds of [1, 2])
    ffmpeg("-f", "lavfi", "-i", `sine=duration=${seconds}`, join(folder, `${seconds}.wav`));
  await run("process", join(folder, "1.wav"), "--only", "audio");
  await run("put", join(folder, "2.wav"));
  await run("cancel", "2.wav");
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("what was cancelled", () => {
  it("is cancelled, and not failed", async () => {
    expect(await listed("--state", "cancelled")).toMatchObject([
      { name: "2.wav", state: "cancelled" },
    ]);
    expect(await listed("--state", "failed")).toEqual([]);
    expect((await run("show", "2.wav")).stdout).toMatch(/^2\.wav {2}cancelled\n/);
    expect((await run("ls")).stdout).toMatch(/2\.wav +cancelled/);
    const again = await run("process", "--json");
    expect(JSON.parse(again.stdout)).toMatchObject({ finished: [] });
  });
});

describe("what was interrupted", () => {
  const long = join(folder, "long.wav");
  const other = join(folder, "interrupted");
  const args = ["process", long, "--only", "audio"];
  beforeAll(() => ffmpeg("-f", "lavfi", "-i", "anoisesrc=duration=150", long));

  it.each(["SIGKILL", "SIGINT"] as const)(
    "by %s is called so, and goes on",
    async (signal) => {
      const at = join(other, signal);
      const running = start([...dailiesCommand, ...args, "--jsonl", "--data-dir", at]);
      await until("the audio step", () => running.said().includes('"step":"audio"'));
      if (signal === "SIGKILL") {
        running.child.kill("SIGSTOP");
        expect((await dailies(at, "ls")).stdout).toMatch(/long\.wav .*processing/);
      }
      running.child.kill(signal);
      await running.ended;
      const [ls, show, jobs] = await Promise.all([
        dailies(at, "ls"),
        dailies(at, "show", "long.wav"),
        dailies(at, "jobs"),
      ]);
      expect(ls.stdout).toMatch(/long\.wav .*interrupted/);
      expect(ls.stderr).toContain("The same command goes on");
      expect(show.stdout).toMatch(/^long\.wav {2}interrupted\n/);
      expect(show.stdout).toContain("Interrupted: the process that worked on it");
      expect(jobs.stdout).toMatch(/long\.wav +audio +interrupted/);
      const listing = JSON.parse((await dailies(at, "ls", "--json")).stdout);
      expect(listing.media).toMatchObject([{ state: "processing", interrupted: true }]);
      if (signal === "SIGINT") return;
      expect(await dailies(at, ...args)).toMatchObject({ exitCode: 0 });
      expect((await dailies(at, "ls")).stdout).toMatch(/long\.wav .*ready/);
    },
    60_000,
  );
});

describe("reprocess", () => {
  it("does nothing twice without --force, and says what it did with it", async () => {
    const idle = await run("reprocess", "1.wav", "--only", "audio");
    expect(idle.stdout).toBe("= 1.wav: already done with these settings\n");
    const forced = await run("reprocess", "1.wav", "--only", "audio", "--force");
    expect(forced.stdout).toMatch(/^✓ 1\.wav: audio in [\d.]+s\n$/);
    const { stdout } = await run("reprocess", "1.wav", "--only", "audio", "--force", "--json");
    const report: ReportJson = JSON.parse(stdout);
    expect(report.finished).toMatchObject([{ state: "ready", done: ["audio"] }]);
  }, 30_000);
});

describe("lists", () => {
  it("are sorted and chosen as asked", async () => {
    const names = async (...args: string[]) => (await listed(...args)).map(({ name }) => name);
    expect(await names("--sort", "-size")).toEqual(["2.wav", "1.wav"]);
    expect(await names("--sort", "created")).toEqual(["1.wav", "2.wav"]);
    expect(await names("--sort", "-created", "--limit", "1")).toEqual(["2.wav"]);
    expect(await names("--owner", "local")).toEqual(["1.wav", "2.wav"]);
    expect(await names("--owner", "ada")).toEqual([]);
    const { stdout } = await run("ls", "--long");
    expect(stdout).toMatch(/^NAME +TYPE +STATE +DURATION +SIZE +OWNER +TAKEN IN +CHANGED/);
    expect(stdout).toMatch(/1\.wav .* local +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d/);
    expect((await run("ls", "--sort", "colour")).exitCode).toBe(1);
  });

  it("of jobs say when each was created", async () => {
    const { stdout } = await run("jobs", "1.wav");
    expect(stdout).toMatch(/^NAME +STEP +STATE +CREATED/);
    expect(stdout).toMatch(/audio +succeeded +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d/);
  });
});

describe("rm --all", () => {
  it("asks for --yes, removes everything, and proves it", async () => {
    const asked = await run("rm", "--all");
    expect(asked.exitCode).toBe(1);
    expect(asked.stderr).toContain("--all would remove 2 media files with all outputs");
    expect(await listed()).toHaveLength(2);
    expect((await run("rm")).exitCode).toBe(1);
    const { stdout, stderr, exitCode } = await run("rm", "--all", "--yes");
    expect({ lines: stdout.trim().split("\n").length, exitCode }).toEqual({
      lines: 2,
      exitCode: 0,
    });
    expect(stderr).toContain("Left in the library: 0 media files, 0 jobs, 0 stored objects (0 B).");
    const { left } = JSON.parse((await run("rm", "--all", "--yes", "--json")).stdout);
    expect(left).toEqual({ media: 0, jobs: 0, objects: 0, sizeBytes: 0 });
  });
});
