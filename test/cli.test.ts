import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ListedMediaJson } from "../src/cli/ls.ts";
import type { LogsJson } from "../src/cli/logs.ts";
import type { ReportJson, UpdateJson } from "../src/cli/process-lines.ts";
import type { RemovedJson } from "../src/cli/rm.ts";
import type { HitJson } from "../src/cli/search.ts";
import type { DetailsJson } from "../src/cli/show.ts";
import { dailiesCommand, start, until, type Ended, type Running } from "./support/command.ts";
import { ffmpeg } from "./support/ffmpeg.ts";

/** The command line with whole processes, real engines and real files. */

let folder: string;
let library: string;

const run = (args: readonly string[], dataDir = library): Running =>
  start([...dailiesCommand, ...args, "--data-dir", dataDir], { cwd: folder });

const dailies = (...args: string[]): Promise<Ended> => run(args).ended;

async function json<T>(...args: string[]): Promise<T> {
  const { stdout, stderr, exitCode } = await dailies(...args, "--json");
  expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
  return JSON.parse(stdout);
}

const hostile = "evil\n\u001b[31m\u202e漢字.wav";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-cli-"));
  library = join(folder, "library");
  const speech = "flite=text='the quick brown fox jumps over the lazy dog':voice=slt";
  ffmpeg("-f", "lavfi", "-i", speech, "-ar", "16000", join(folder, "speech.wav"));
  ffmpeg("-f", "lavfi", "-i", "sine=duration=1", join(folder, "tone.wav"));
  copyFileSync(join(folder, "tone.wav"), join(folder, hostile));
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=15"];
  ffmpeg(...picture, "-c:v", "libx264", "-preset", "ultrafast", join(folder, "long.mp4"));
  writeFileSync(join(folder, "empty.mp4"), "");
  writeFileSync(join(folder, "notes.txt"), "no media at all");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("usage", () => {
  it.each([
    [["nosuch"], "unknown command 'nosuch'"],
    [["ls", "--frobnicate"], "unknown option '--frobnicate'"],
    [["ls", "extra"], "too many arguments"],
    [["ls", "--limit", "0"], "'0' is invalid"],
    [["ls", "--media-type", "film"], "Allowed choices are video, audio, image"],
    [["process", "--only", "audio,dance", "x.mp4"], "Allowed choices are probe"],
    [["process", "--name", "x"], "--name needs a file"],
    [["export", "x.mp4"], "--format"],
    [["show"], "NAME or --metadata"],
    [["search"], "words"],
    [["help", "nosuch"], "no such command"],
  ])("%j is refused, and one line says why", async (args, why) => {
    const { exitCode, stdout, stderr } = await dailies(...args);
    expect(exitCode).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^dailies: .* \(invalid_argument\)\. See `dailies .*--help`.*\n$/);
    expect(stderr).toContain(why);
  });

  it("prints the error as JSON with --json", async () => {
    const { exitCode, stdout, stderr } = await dailies("ls", "--frobnicate", "--json");
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: "invalid_argument",
        message: "unknown option '--frobnicate'",
        remedy: "See `dailies ls --help` for what is accepted.",
      },
    });
  });

  it("does not make a library for a command that only reads", async () => {
    const none = join(folder, "none");
    const { exitCode, stderr } = await run(["ls"], none).ended;
    expect(exitCode).toBe(1);
    expect(stderr).toContain("(no_library)");
    expect(existsSync(none)).toBe(false);
  });

  it("answers --help and --version", async () => {
    const help = await dailies("process", "--help");
    expect(help).toMatchObject({ exitCode: 0, stderr: "" });
    expect(help.stdout).toContain("$ dailies process talk.mp4 --out results");
    expect((await dailies("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("process and the commands after it", () => {
  beforeAll(async () => {
    const only = ["--only", "audio,transcribe,index"];
    const { exitCode, stdout, stderr } = await dailies(
      "process",
      "speech.wav",
      "--out",
      "out",
      ...only,
    );
    expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^✓ speech\.wav: audio, transcript in [\d.]+s\n$/);
    expect(stderr).toContain("speech.wav: taken in\n");
    expect(stderr).toMatch(/speech\.wav: audio done in/);
  });

  it("writes the results below --out", () => {
    expect(existsSync(join(folder, "out/output/audio/speech.wav.mp3"))).toBe(true);
    expect(existsSync(join(folder, "out/output/transcribe/speech.wav.json"))).toBe(true);
  });

  it("does no work the second time, and says so", async () => {
    const only = ["--only", "audio,transcribe,index"];
    const { exitCode, stdout } = await dailies("process", "speech.wav", ...only);
    expect(exitCode).toBe(0);
    expect(stdout).toBe("= speech.wav: already done with these settings\n");
  });

  it("lists, shows and finds the media file", async () => {
    const { media } = await json<{ media: ListedMediaJson[] }>("ls", "--media-type", "audio");
    expect(media.find(({ name }) => name === "speech.wav")).toMatchObject({
      type: "audio",
      state: "ready",
      labels: [],
      draft: true,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect((await dailies("ls")).stdout).toMatch(/^speech\.wav +audio +ready \(draft\) /m);
    const details = await json<DetailsJson>("show", "speech.wav");
    expect(details.renditions.map(({ key }) => key)).toContain("output/audio/speech.wav.mp3");
    expect(details.jobs.find(({ step }) => step === "transcribe")?.state).toBe("succeeded");
    expect(details.transcript?.engine.quality).toBe("draft");
    const word = details.transcript?.words.at(-1)?.text ?? "";
    const { hits } = await json<{ hits: HitJson[] }>("search", word, "--limit", "5");
    expect(hits[0]?.moments[0]?.snippet).toContain(`[${word}]`);
    const human = await dailies("search", word);
    expect(human.stdout).toMatch(/^speech\.wav +audio +\(draft transcript\)\n {2}0:00:0\d\.\d {2}/);
    const shown = await dailies("show", "speech.wav");
    expect(shown.stdout).toContain("Transcript draft");
    const metadata = await dailies("show", "--metadata", "output/transcribe/speech.wav.json");
    expect(JSON.parse(metadata.stdout)).toMatchObject({
      JsonFile: "output/transcribe/speech.wav.json",
    });
  });

  it("exports captions completely or not at all", async () => {
    const to = join(folder, "speech.srt");
    expect(await dailies("export", "speech.wav", "-f", "srt", "-o", to)).toMatchObject({
      exitCode: 0,
      stdout: "",
    });
    expect(readFileSync(to, "utf8")).toMatch(/^1\r?\n00:00:0/);
    const nowhere = await dailies("export", "speech.wav", "-f", "txt", "-o", "no/where.txt");
    expect(nowhere.exitCode).toBe(1);
    expect(nowhere.stderr).toContain("there is no such folder (invalid_argument)");
  });

  it("lists the events in order", async () => {
    const logs = await json<LogsJson>("logs", "speech.wav");
    const types = logs.events.map(({ type }) => type);
    expect(types[0]).toBe("object.created");
    expect(types).toContain("media.ready");
    expect(logs.attempts.every(({ outcome }) => outcome === "succeeded")).toBe(true);
    const human = await dailies("logs", "speech.wav");
    expect(human.stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\S/);
  });

  it("names a media file that does not exist", async () => {
    for (const args of [
      ["show", "no.mp4"],
      ["logs", "no.mp4"],
      ["jobs", "no.mp4"],
      ["retry", "no.mp4"],
      ["export", "no.mp4", "-f", "txt"],
    ]) {
      const { exitCode, stderr } = await dailies(...args);
      expect(stderr).toMatch(/^dailies: .*no\.mp4.* \(not_found\)\. /);
      expect(exitCode).toBe(1);
    }
  });

  it("continues quietly when its output is no longer read", async () => {
    const { child, ended } = run(["ls", "--json"]);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ exitCode: 0, stderr: "" });
  });
});

describe("bad input", () => {
  it("takes in the good files, and names the fault of each bad one", async () => {
    const args = ["process", "tone.wav", "notes.txt", "empty.mp4", "missing.mp4"];
    const { exitCode, stdout, stderr } = await dailies(...args, "--only", "audio");
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^✓ tone\.wav: audio in /m);
    expect(stdout).toMatch(
      /^✗ notes\.txt: 1 step failed.*\n {4}probe: .* \(unsupported_media\)\. /m,
    );
    const refusals = stderr.split("\n").filter((line) => line.startsWith("dailies: "));
    expect(refusals.map((line) => /\((\w+)\)\. /.exec(line)?.[1]).toSorted()).toEqual([
      "empty_file",
      "not_found",
    ]);
    expect(stderr).toContain("1 done, 1 failed, 2 refused in ");
  });

  it("exits with 1 when every file is bad", async () => {
    const { exitCode, stdout } = await dailies("process", "empty.mp4", "--json");
    expect(exitCode).toBe(1);
    const report: ReportJson = JSON.parse(stdout);
    expect(report).toMatchObject({
      finished: [],
      refused: [{ path: expect.stringContaining("empty.mp4"), error: { code: "empty_file" } }],
      interrupted: false,
    });
  });

  it("escapes hostile names for people, and gives programs the exact names", async () => {
    const { exitCode, stdout, stderr } = await dailies("process", hostile, "--only", "audio");
    expect(exitCode).toBe(0);
    const listed = await dailies("ls");
    const logs = await dailies("logs", hostile);
    for (const text of [stdout, stderr, listed.stdout, logs.stdout])
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(listed.stdout).toContain(String.raw`evil\n\x1b[31m\u202e漢字.wav`);
    const { media } = await json<{ media: ListedMediaJson[] }>("ls", "--startswith", "evil");
    expect(media.map(({ name }) => name)).toEqual([hostile]);
  });

  it("removes existing media files, names missing ones, and does not touch the source file", async () => {
    const { exitCode, stdout } = await dailies("rm", hostile, "no.mp4", "--json");
    expect(exitCode).toBe(2);
    const removed: RemovedJson = JSON.parse(stdout);
    expect(removed.removed.map(({ name }) => name)).toEqual([hostile]);
    expect(removed.failed).toMatchObject([{ name: "no.mp4", error: { code: "not_found" } }]);
    expect(existsSync(join(folder, hostile))).toBe(true);
    const { media } = await json<{ media: ListedMediaJson[] }>("ls", "--startswith", "evil");
    expect(media).toEqual([]);
  });
});

describe("Ctrl-C", () => {
  it(
    "returns the running jobs to the queue, and the same command continues",
    { timeout: 60_000 },
    async () => {
      const here = join(folder, "interrupted");
      mkdirSync(here);
      const args = ["process", "long.mp4", "--only", "video,poster"];
      const { child, said, ended } = run([...args, "--jsonl"], here);
      const updates = (): UpdateJson[] =>
        said()
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line));
      await until("the film is under way", () =>
        updates().some((update) => update.type === "progress" && update.step === "video"),
      );
      child.kill("SIGINT");
      const { exitCode, stderr } = await ended;
      expect(exitCode).toBe(130);
      expect(stderr).toContain("The same command goes on where this one stopped.");
      expect(updates().at(-1)).toMatchObject({ type: "end", interrupted: true, failed: 0 });

      const jobs = await run(["jobs", "--json"], here).ended;
      const states = JSON.parse(jobs.stdout).jobs.map((job: { step: string; state: string }) => [
        job.step,
        job.state,
      ]);
      expect(Object.fromEntries(states)).toMatchObject({ probe: "succeeded", video: "queued" });

      const again = await run(args, here).ended;
      expect({
        exitCode: again.exitCode,
        stderr: again.exitCode === 0 ? "" : again.stderr,
      }).toEqual({ exitCode: 0, stderr: "" });
      expect(again.stdout).toMatch(/^✓ long\.mp4: .*web, phone/);
    },
  );
});
