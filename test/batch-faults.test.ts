import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dailies, dailiesCommand, start } from "./support/command.ts";
import { describeWithMounts, openMounts, type Mounts } from "./support/mounts.ts";
import { shellWord } from "../src/cli/text.ts";

/** Error messages of a batch that cannot run: the cause, the folder, and a remedy. */

const folder = mkdtempSync(join(tmpdir(), "dailies-batch-faults-"));
const input = join(folder, "in");
const library = join(folder, "library");
mkdirSync(input);
writeFileSync(join(input, "take 1.mp3"), "this is no sound");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const helps = (what: string) => `${what}, then run the same command again`;

describe("a batch", () => {
  it.each([
    ["an input folder", [join(folder, "none"), join(folder, "out")]],
    ["a file of settings", [input, join(folder, "out"), "--config", join(folder, "none")]],
    ["a summary", [input, join(folder, "out"), "--retry-failed", join(folder, "none")]],
    ["a vocabulary", [input, join(folder, "out"), "--vocabulary", join(folder, "none")]],
  ])("without %s says which path is wrong", async (_what, args) => {
    const { exitCode, stderr } = await dailies(library, "batch", ...args);
    expect(stderr).toContain(`${join(folder, "none")} (not_found). `);
    expect(stderr).toContain(helps("See that the path is right"));
    expect(exitCode).toBe(1);
  });

  it("lets the command line turn off an option that a file turns on", async () => {
    const config = join(folder, "batch.json");
    writeFileSync(config, '{"keepJobs":true,"renameInPlace":true}');
    const given = ["--config", config, "--no-keep-jobs", "--no-rename-in-place", "--json"];
    const args = ["batch", input, join(folder, "taken back"), ...given];
    const { stdout } = await dailies(library, ...args);
    expect(JSON.parse(stdout)).toMatchObject({ failed: 1, left: [] });
    expect(readdirSync(input)).toEqual(["take 1.mp3"]);
  });

  it.runIf(process.platform === "linux")(
    "asks no questions on a terminal, but gives a hint",
    async () => {
      const args = [...dailiesCommand, "batch", input, join(folder, "tty"), "--data-dir", library];
      const command = args.map(shellWord).join(" ");
      const env = { ...process.env, DAILIES_AUTO_PULL: "" };
      const { stdout } = await start(["script", "-qec", command, "/dev/null"], { env }).ended;
      expect(stdout).not.toContain("[Y/n]");
      expect(stdout).toContain("Transcripts are drafts: ");
    },
  );
});

describeWithMounts("a batch with results on a small disk", () => {
  let mounts: Mounts;
  const disk = join(folder, "disk");
  const run = (from = input, ...options: string[]) => {
    const args = ["batch", from, join(disk, "out"), "--data-dir", library, ...options];
    return start(mounts.inside([...dailiesCommand, ...args])).ended;
  };

  beforeAll(async () => {
    mounts = await openMounts();
    mounts.run('mkdir "$1" && mount -t tmpfs -o size=2m,mode=777 tmpfs "$1"', disk);
  });
  afterAll(() => mounts.close());

  it("names the full disk, and says that the same command continues", async () => {
    mkdirSync(mounts.seen(join(disk, "out")));
    const { bavail, bsize } = statfsSync(mounts.seen(disk));
    writeFileSync(mounts.seen(join(disk, "filler")), Buffer.alloc((bavail - 2) * bsize));
    const full = await run();
    expect(full.stderr).toContain(`no space is left in ${join(disk, "out")}`);
    expect(full.stderr).toContain(helps("Free some space there"));
    expect(full.exitCode).toBe(1);
    rmSync(mounts.seen(join(disk, "filler")));
    expect(await run()).toMatchObject({ exitCode: 2 });
  });

  it("continues when only the archive has no space, and archives the recording later", async () => {
    // four megabytes of silence, which take no time to transcribe: the disk has space for half of them
    const tone = "sine=frequency=300:duration=0.4:sample_rate=192000";
    const film = join(folder, "films", "tone.wav");
    mkdirSync(join(folder, "films"));
    const args = ["-v", "error", "-f", "lavfi", "-i", tone, "-ac", "8", "-c:a", "pcm_f64le", film];
    execFileSync("ffmpeg", args);
    const full = await run(join(folder, "films"), "--archive", "copy", "--json");
    expect(JSON.parse(full.stdout)).toMatchObject({
      completed: 1,
      failed: 0,
      problems: [
        {
          path: film,
          error: {
            message: `no space is left in ${join(disk, "out", "Archive")}`,
            remedy: expect.stringContaining(helps("Free some space there")),
          },
        },
      ],
    });
    expect(full.exitCode).toBe(2);
    mounts.run('mount -o remount,size=16m "$1"', disk);
    expect(await run(join(folder, "films"), "--archive", "copy")).toMatchObject({ exitCode: 0 });
    expect(existsSync(mounts.seen(join(disk, "out", "Archive", "tone.wav")))).toBe(true);
  });

  it("names the disk that is read-only, and a remedy", async () => {
    mounts.run('mount -o remount,ro "$1"', disk);
    const { exitCode, stderr } = await run();
    expect(stderr).toContain(`${join(disk, "out")} cannot be written to: `);
    expect(stderr).toContain(helps("Let this user write there"));
    expect(exitCode).toBe(1);
  });
});

describeWithMounts("the disk of the library", () => {
  it(
    "has space for the next input when earlier ones were removed",
    { timeout: 30_000 },
    async () => {
      const mounts = await openMounts();
      try {
        const [disk, films] = [join(folder, "small disk"), join(folder, "large films")];
        mounts.run('mkdir "$1" && mount -t tmpfs -o size=20m,mode=777 tmpfs "$1"', disk);
        mkdirSync(films);
        for (let index = 0; index < 8; index += 1)
          writeFileSync(
            join(films, `${index}.mp3`),
            Buffer.alloc(4e6, `this is no sound: ${index}`),
          );
        const options = ["--data-dir", join(disk, "library"), "--slots", "1", "--json"];
        const args = ["batch", films, join(folder, "results of films"), "--forget", ...options];
        const { stdout, exitCode } = await start(mounts.inside([...dailiesCommand, ...args])).ended;
        expect(JSON.parse(stdout)).toMatchObject({ completed: 0, failed: 8, left: [] });
        expect(exitCode).toBe(2);
      } finally {
        mounts.close();
      }
    },
  );
});
