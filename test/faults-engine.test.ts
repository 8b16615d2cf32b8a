import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findProgram, systemPath } from "../src/sandbox/programs.ts";
import { dailiesCommand, start, until, type Running } from "./support/command.ts";
import { lookAt, withCatalog } from "./support/library.ts";
import { describeWithMounts, openMounts, type Mounts } from "./support/mounts.ts";
import { processesWith } from "./support/processes.ts";

/** Engines that hang, ignore signals or are missing: other programs replace the real ones. */

/** Words in the command line of the hanging program, by which a test finds it. */
const hanging = "--hangs-for-a-test";

/**
 * A program that prints its version, otherwise hangs, and ignores signals to end. It is in Perl, because
 * the sandbox lets no decoder start another process, such as a shell's `sleep`.
 */
const hangs = `#!/usr/bin/perl
if ("@ARGV" eq "-version") { print "ffmpeg version 9.9 Copyright\\n"; exit 0 }
$SIG{$_} = "IGNORE" for qw(TERM INT HUP);
$0 = "engine ${hanging}";
sleep 987 while 1;
`;

describeWithMounts("an engine", () => {
  let mounts: Mounts;
  let folder: string;
  let library: string;
  let count = 0;

  const command = (...args: string[]): Running =>
    start(mounts.inside([...dailiesCommand, ...args, "--data-dir", library]));
  const program = (name: string): string => {
    const path = findProgram(name, systemPath);
    if (path === undefined) throw new Error(`${name} is not installed`);
    return realpathSync(path);
  };
  /** Replaces a program by another file, for processes inside the mount namespace. */
  const replace = (name: string, content: string, mode: number): void => {
    const path = join(folder, `other-${name}`);
    writeFileSync(path, content);
    chmodSync(path, mode);
    mounts.run('mount --bind "$1" "$2"', path, program(name));
  };
  const settings = (limits: object): void => {
    mkdirSync(library);
    writeFileSync(join(library, "config.json"), JSON.stringify({ limits }));
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "dailies-engine-"));
    const source = ["-f", "lavfi", "-i", "sine=duration=1"];
    execFileSync("ffmpeg", ["-v", "error", ...source, join(folder, "tone.wav")]);
  });
  beforeEach(async () => {
    library = join(folder, `library-${(count += 1)}`);
    mounts?.close();
    mounts = await openMounts();
  });
  afterAll(() => {
    mounts.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("that hangs and ignores SIGTERM ends at its time limit, and the other steps' results stay", async () => {
    settings({ minTimeMs: 4_000, timeFactor: 0.1 }); // long enough for the probe on a busy machine
    replace("ffmpeg", hangs, 0o755);
    const args = ["process", join(folder, "tone.wav"), "--only", "audio"];
    const { exitCode, stdout } = await command(...args).ended;
    expect(stdout).toContain("(limit_time)");
    expect(exitCode).toBe(2);
    const { jobs, ...state } = lookAt(library);
    expect(state).toMatchObject({ integrity: "ok", orphans: [], open: [], work: [], sessions: 0 });
    expect(jobs).toEqual(["tone.wav audio failed limit_time", "tone.wav probe succeeded"]);
    expect(processesWith(hanging)).toEqual([]);
  });

  describe.each([
    ["ffprobe", "probe", ["tone.wav probe"]],
    ["ffmpeg", "audio", ["tone.wav audio"]],
  ])("that hangs: %s", (name, step, waiting) => {
    it(`Ctrl-C in the step ${step} ends all processes, and the same command continues`, async () => {
      replace(name, hangs, 0o755);
      const args = ["process", join(folder, "tone.wav"), "--only", "audio"];
      const running = command(...args, "--jsonl");
      await until("the engine", () => processesWith(hanging).length > 0);
      running.child.kill("SIGINT");
      const { exitCode, stderr } = await running.ended;
      expect(exitCode).toBe(130);
      expect(stderr).toContain("The same command goes on where this one stopped.");
      expect(processesWith(hanging)).toEqual([]);
      const { open, ...state } = lookAt(library);
      expect(open).toEqual(waiting);
      expect(state).toMatchObject({ integrity: "ok", orphans: [], work: [], sessions: 0 });
      mounts.run('umount "$1"', program(name));
      expect(await command(...args).ended).toMatchObject({ exitCode: 0 });
    });
  });

  it("that is missing fails the step at the first attempt; the step works when it is installed", async () => {
    replace("ffmpeg", "", 0o644);
    const args = ["process", join(folder, "tone.wav"), "--only", "audio,transcribe"];
    const { exitCode, stdout } = await command(...args).ended;
    expect(stdout).toContain("(engine_missing)");
    expect(exitCode).toBe(2);
    const tries = withCatalog(library, (all) =>
      all("SELECT step FROM attempts WHERE step = 'audio'"),
    );
    expect(tries).toHaveLength(1);
    expect(lookAt(library).jobs).toContain("tone.wav audio failed engine_missing");
    // The step fails again, and the transcript still waits for it.
    expect(await command("retry", "tone.wav").ended).toMatchObject({ exitCode: 2 });
    expect(lookAt(library).jobs).toEqual([
      "tone.wav audio failed engine_missing",
      "tone.wav probe succeeded",
    ]);
    mounts.run('umount "$1"', program("ffmpeg"));
    expect(await command("retry", "tone.wav").ended).toMatchObject({ exitCode: 0 });
    const ended = lookAt(library).jobs;
    expect(ended).toContain("tone.wav transcribe succeeded");
    expect(ended.join()).not.toContain("failed");
  });
});
