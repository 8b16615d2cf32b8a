import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readConfig } from "../src/config/config.ts";
import type { Job } from "../src/media/job.ts";
import type { LocalLibrary } from "../src/local/library.ts";
import { openDailies } from "../src/runtime/local.ts";
import { dailies as command, dailiesCommand } from "./support/command.ts";
import { ffmpeg } from "./support/ffmpeg.ts";

/** People choose among the tracks of a file. */

let folder: string;
let film: string;
let dailies: LocalLibrary;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dailies-tracks-"));
  film = join(folder, "film.mkv");
  const sources = ["color=red:s=64x64:r=10:d=2", "color=blue:s=64x64:r=10:d=2"];
  const sounds = ["sine=300:d=2", "sine=600:d=2", "sine=1200:d=2"];
  ffmpeg(
    ...[...sources, ...sounds].flatMap((source) => ["-f", "lavfi", "-i", source]),
    ...[0, 1, 2, 3, 4].flatMap((input) => ["-map", String(input)]),
    ..."-c:v libx264 -c:a aac -metadata:s:a:0 language=eng -metadata:s:a:1 language=ger".split(" "),
    "-metadata:s:a:1",
    "title=Regie\u001b[31m",
    "-metadata:s:a:2",
    "language=ger",
    film,
  );
  dailies = await openDailies(readConfig({ dataDir: join(folder, "library") }, {}));
});
afterAll(async () => {
  await dailies.close();
  rmSync(folder, { recursive: true });
});

const decode = (...args: readonly string[]): Buffer =>
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", ...args, "-"]);

/** The tone of a recording in Hz, by how often it crosses zero. */
function toneOf(path: string): number {
  const bytes = decode(
    "-ss",
    "0.5",
    "-t",
    "1",
    "-i",
    path,
    "-ac",
    "1",
    "-ar",
    "16000",
    "-f",
    "s16le",
  );
  const values = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const rises = values.filter((value, at) => value >= 0 && (values[at - 1] ?? 0) < 0).length;
  return Math.round((rises * 16_000) / values.length / 100) * 100;
}

it("takes the tracks that are asked for, by number or language, and keeps the choice", async () => {
  const out = join(folder, "out");
  const sound = join(out, "output/audio/film.mkv.mp3");
  const only = ["audio"] as const;
  await dailies.process([film], { out, only });
  expect(toneOf(sound)).toBe(300);

  const speech = { audioTrack: "de", videoTrack: 2 } as const;
  const { finished } = await dailies.process([film], { out, only, speech });
  expect(finished).toMatchObject([{ state: "ready", done: ["probe", "audio"] }]);
  expect(toneOf(sound)).toBe(600);
  const { facts } = await dailies.find("film.mkv");
  expect(facts?.video?.streamIndex).toBe(1);
  expect(facts?.tracks).toMatchObject([
    { kind: "video", number: 1, width: 64 },
    { kind: "video", number: 2, isUsed: true },
    { kind: "audio", number: 1, language: "eng" },
    { kind: "audio", number: 2, language: "ger", title: "Regie [31m", isUsed: true },
    { kind: "audio", number: 3, language: "ger" },
  ]);
  // The choice is kept: the same once more changes nothing.
  const kept = await dailies.reprocess(["film.mkv"], { only });
  expect(kept.finished).toMatchObject([{ state: "unchanged" }]);
});

it("keeps the language and the title of the sound in what is made of it", async () => {
  const out = join(folder, "tagged");
  const only = ["audio", "video"] as const;
  const speech = { audioTrack: 2 } as const;
  await dailies.process([film], { out, name: "tagged.mkv", only, speech });
  const tagsOf = (path: string): string => {
    const tags = ["-v", "error", "-show_entries", "format_tags:stream_tags"];
    return execFileSync("ffprobe", [...tags, path], { encoding: "utf8" });
  };
  for (const kind of ["web", "phone"])
    expect(tagsOf(join(out, `output/${kind}/tagged.mkv.mp4`))).toContain("TAG:language=ger");
  const mp3 = tagsOf(join(out, "output/audio/tagged.mkv.mp3"));
  expect(mp3).toContain("TAG:language=ger");
  expect(mp3).toContain("TAG:title=Regie [31m");
});

it("is heard as before where no engine knows the language that the track's tag says", async () => {
  const name = "german.mkv";
  const only = ["audio", "transcribe"] as const;
  await dailies.process([film], { name, only, speech: { audioTrack: 2 } });
  const job = (await dailies.jobs({ name })).find(({ step }) => step === "transcribe");
  expect(job).toMatchObject({ state: "succeeded", settings: { languageCode: "en-US" } });
});

it("refuses a track that is not there, and lists those that are", async () => {
  const refused = dailies.reprocess(["film.mkv"], { speech: { audioTrack: "fr" } });
  await expect(refused).rejects.toMatchObject({
    code: "no_such_track",
    message: expect.stringContaining('no sound track in "fr"; there is number 1 (eng,') as string,
  });
  const other = await dailies.process([film], {
    name: "other.mkv",
    only: ["audio"],
    speech: { videoTrack: 3 },
  });
  const failed = other.finished[0]?.jobs.find(({ state }) => state === "failed");
  expect(failed).toMatchObject({ step: "probe", failure: { code: "no_such_track" } });
  // It is mended by another choice.
  const speech = { videoTrack: "auto" } as const;
  const mended = await dailies.process([film], { name: "other.mkv", only: ["audio"], speech });
  expect(mended.finished).toMatchObject([{ state: "ready" }]);
});

it("are chosen with `put`, and chosen anew with another", async () => {
  const library = join(folder, "put");
  const put = (...args: string[]) => command(library, "put", film, ...args);
  const chosen = async (name = "film.mkv"): Promise<unknown> => {
    const { stdout } = await command(library, "jobs", name, "--json");
    return JSON.parse(stdout).jobs.map(({ step, settings }: Job) => ({ step, ...settings }));
  };
  expect(await put("--audio-track", "de", "--video-track", "2")).toMatchObject({ exitCode: 0 });
  expect(await chosen()).toEqual([{ step: "probe", audioTrack: "de", videoTrack: 2 }]);
  expect(await put("--audio-track", "1", "--video-track", "auto")).toMatchObject({ exitCode: 0 });
  expect(await chosen()).toEqual([{ step: "probe", audioTrack: 1 }]);
  // The same bytes under another name follow the choice that was made for them.
  await command(library, "process", film, "--only", "probe");
  const [node = "", ...dailiesArgs] = dailiesCommand;
  const same = ["put", "-", "--name", "same.mkv", "--data-dir", library];
  execFileSync(node, [...dailiesArgs, ...same], { input: readFileSync(film), stdio: "pipe" });
  expect(await chosen("same.mkv")).toContainEqual(
    expect.objectContaining({ step: "audio", audioTrack: 1 }),
  );
  expect(await put("--audio-track", "0")).toMatchObject({ exitCode: 1 });
});
