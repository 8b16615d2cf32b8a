import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { dailiesCommand, start, until, type Ended } from "./support/command.ts";
import { lookAt } from "./support/library.ts";
import { describeWithMounts, openMounts, type Mounts } from "./support/mounts.ts";

/** Full and read-only disks: real, small file systems in memory. */

const whole = { integrity: "ok", orphans: [], missing: [], sessions: 0, work: [] };
const oneLine = (code: string) => new RegExp(`^dailies: [^\\n]*\\(${code}\\)[^\\n]*\\n$`);

describeWithMounts("a disk", () => {
  let mounts: Mounts;
  let folder: string;
  let disk: string;
  let library: string;

  /** A minute of noise: 1.9 MB as WAV, 2.4 MB as MP3. */
  const noise = "anoisesrc=duration=60:sample_rate=16000:amplitude=0.3";
  const runIn = (dataDir: string, ...args: string[]): Promise<Ended> =>
    start(mounts.inside([...dailiesCommand, ...args, "--data-dir", dataDir])).ended;
  const run = (...args: string[]): Promise<Ended> => runIn(library, ...args);
  const freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(mounts.seen(disk));
    return bavail * bsize;
  };
  /** Fills the disk up to the given number of free bytes. */
  const leave = (bytes: number): void => {
    rmSync(mounts.seen(join(disk, "filler")), { force: true });
    const size = Math.max(0, freeBytes() - bytes);
    writeFileSync(mounts.seen(join(disk, "filler")), Buffer.alloc(size));
  };

  beforeAll(async () => {
    mounts = await openMounts();
    folder = mkdtempSync(join(tmpdir(), "dailies-disk-"));
    disk = join(folder, "disk");
    library = join(disk, "library");
    mounts.run('mkdir "$1" && mount -t tmpfs -o size=24m,mode=777 tmpfs "$1"', disk);
    const make = (source: string, name: string) =>
      execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", source, join(folder, name)]);
    make(noise, "noise.wav");
    make(`${noise}:seed=2`, "other.wav");
    make("sine=duration=1", "tone.wav");
  });
  afterAll(() => {
    mounts.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const tone = () => run("process", join(folder, "tone.wav"), "--only", "audio");

  it("that is full before there is a library is reported in one line", async () => {
    leave(0);
    const { exitCode, stderr } = await tone();
    expect(stderr).toMatch(oneLine("disk_full"));
    expect(exitCode).toBe(1);
  });

  it("without space for a file keeps no part of it", async () => {
    leave(1_000_000);
    const { exitCode, stderr } = await run("process", join(folder, "noise.wav"), "--only", "audio");
    expect(stderr).toMatch(oneLine("disk_full"));
    expect(exitCode).toBe(1);
    expect(lookAt(mounts.seen(library))).toMatchObject({ ...whole, media: [], open: [] });
  });

  it("without space for the outputs fails the step, and the same command continues later", async () => {
    leave(3_200_000);
    const args = ["process", join(folder, "noise.wav"), "--only", "audio"];
    const { exitCode, stdout, stderr } = await run(...args);
    expect(stdout + stderr).toContain("(disk_full)");
    expect(exitCode).toBe(2);
    const { media, jobs, ...state } = lookAt(mounts.seen(library));
    expect(state).toMatchObject(whole);
    expect(media).toEqual(["noise.wav failed"]);
    expect(jobs).toContain("noise.wav audio failed disk_full");
    leave(12_000_000);
    expect(await run(...args)).toMatchObject({ exitCode: 0 });
    expect(lookAt(mounts.seen(library))).toMatchObject({ ...whole, media: ["noise.wav ready"] });
  });

  it("that fills up during a step stops the command, and the same command continues later", async () => {
    leave(9_000_000);
    const args = [
      "process",
      join(folder, "other.wav"),
      "--only",
      "poster,audio",
      "--name",
      "b.wav",
    ];
    const command = [...dailiesCommand, ...args, "--jsonl", "--data-dir", library];
    const running = start(mounts.inside(command));
    await until("the audio step", () => running.said().includes('"step":"audio"'));
    leave(0);
    const { exitCode, stdout } = await running.ended;
    expect(stdout).toContain('"disk_full"');
    expect([1, 2]).toContain(exitCode); // 2 if the catalog could still record the end of the step, else 1
    leave(9_000_000);
    expect(await run(...args)).toMatchObject({ exitCode: 0 });
    expect(lookAt(mounts.seen(library))).toMatchObject({ ...whole, open: [] });
    expect(await run("rm", "b.wav")).toMatchObject({ exitCode: 0 });
    expect(lookAt(mounts.seen(library))).toMatchObject({ ...whole, media: ["noise.wav ready"] });
  });

  it("without a free byte for the catalog is reported in one line, and the library is unchanged", async () => {
    leave(0);
    const { exitCode, stderr } = await tone();
    expect(stderr).toMatch(oneLine("disk_full"));
    expect(exitCode).toBe(1);
    leave(8_000_000);
    expect(lookAt(mounts.seen(library))).toMatchObject({ ...whole, media: ["noise.wav ready"] });
    expect(await tone()).toMatchObject({ exitCode: 0 });
  });

  it("that fills up under the service: uploads are refused, jobs wait, and work resumes without help", async () => {
    leave(8_000_000);
    const own = join(disk, "served");
    const command = [...dailiesCommand, "serve", "--json", "--port", "0", "--data-dir", own];
    const server = start(mounts.inside(command));
    onTestFinished(() => void server.child.kill("SIGKILL"));
    await until("listening", () => server.said().includes("}"));
    const { url } = JSON.parse(server.said()) as { url: string };
    const bytes = readFileSync(join(folder, "tone.wav"));
    const put = async (name: string) =>
      (await fetch(`${url}/v1/objects/${name}`, { method: "PUT", body: bytes })).status;
    const jobs = async () => (await runIn(own, "jobs", "--json")).stdout;
    await runIn(own, "jobs", "--pause");
    expect(await put("a.wav")).toBe(201);
    leave(100_000); // a hundredth of the disk is 251,658 bytes
    await runIn(own, "jobs", "--resume");
    expect(await put("b.wav")).toBe(507);
    const waiting = JSON.parse(await jobs()) as { jobs: object[]; waitingForSpace: object };
    expect(waiting.jobs).toMatchObject([{ step: "probe", state: "queued", attempts: 0 }]);
    expect(waiting.waitingForSpace).toMatchObject({ minFreeBytes: 251_658 });
    leave(8_000_000);
    const audio = /"step": "audio",\s+"state": "succeeded"/;
    for (let tries = 0; tries < 40 && !audio.test(await jobs()); tries += 1) await sleep(250);
    expect(await jobs()).toMatch(audio);
    server.child.kill("SIGTERM");
    expect((await server.ended).exitCode).toBe(0);
    mounts.run('rm -rf "$1"', own);
  });

  it("without space in the results folder ends the command, but the library keeps the results", async () => {
    leave(8_000_000);
    const out = join(folder, "small");
    mounts.run('mkdir "$1" && mount -t tmpfs -o size=100k tmpfs "$1"', out);
    const args = ["process", join(folder, "noise.wav"), "--only", "audio", "--out", out];
    const { exitCode, stderr } = await run(...args);
    expect(stderr.split("\n").filter((line) => line.includes("disk_full"))).toHaveLength(1);
    expect(exitCode).toBe(1);
    expect(lookAt(mounts.seen(library))).toMatchObject({ ...whole, open: [] });
    mounts.run('mount -o remount,size=8m "$1"', out);
    expect(await run(...args)).toMatchObject({ exitCode: 0 });
  });

  it("that became read-only is reported in one line by every command", async () => {
    mounts.run('mount -o remount,ro "$1"', disk);
    for (const args of [
      ["process", join(folder, "tone.wav"), "--name", "other.wav"],
      ["rm", "tone.wav"],
      ["ls"],
    ]) {
      const { exitCode, stderr } = await run(...args);
      expect(stderr).toMatch(oneLine("storage_failed"));
      expect(exitCode).toBe(1);
    }
    const out = join(disk, "results");
    const elsewhere = join(folder, "elsewhere");
    const command = ["process", join(folder, "tone.wav"), "--out", out, "--data-dir", elsewhere];
    const refused = await start(mounts.inside([...dailiesCommand, ...command])).ended;
    expect(refused.stderr).toMatch(oneLine("storage_failed"));
    expect(refused.exitCode).toBe(1);
    mounts.run('mount -o remount,rw "$1"', disk);
    expect(lookAt(mounts.seen(library))).toMatchObject(whole);
  });
});
