import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { readConfig } from "../src/config/config.ts";
import type { LocalLibrary } from "../src/local/library.ts";
import { openDailies } from "../src/runtime/local.ts";
import { ffmpeg } from "./support/ffmpeg.ts";
import { startService } from "./support/service.ts";

/** Subtitles that are in a file are kept beside the transcript's captions. */

let folder: string;
let dailies: LocalLibrary;
const pathOf = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dailies-subtitles-"));
  const german = "1\n00:00:00,500 --> 00:00:01,500\nGuten <b>Tag</b> & mehr\n";
  const hostile = "1\n00:00:00,200 --> 00:00:01,000\nHello <x> a --> b\nWEBVTT\n";
  writeFileSync(pathOf("de.srt"), german);
  writeFileSync(pathOf("en.srt"), hostile);
  const film = ["-f", "lavfi", "-i", "color=red:s=64x64:r=10:d=2"];
  const inputs = [...film, "-i", pathOf("de.srt"), "-i", pathOf("en.srt")];
  const maps = ["-map", "0", "-map", "1", "-map", "2", "-c:v", "libx264"];
  const tags = ["-metadata:s:s:0", "language=ger", "-metadata:s:s:0", "title=Deutsch"];
  const forced = ["-disposition:s:1", "forced"];
  const all = [...inputs, ...maps, ...tags, ...forced];
  ffmpeg(...all, "-c:s:0", "ass", "-c:s:1", "webvtt", pathOf("film.mkv"));
  ffmpeg(...all, "-c:s", "mov_text", pathOf("film.mp4"));
  dailies = await openDailies(readConfig({ dataDir: pathOf("library") }, {}));
});
afterAll(async () => {
  await dailies.close();
  rmSync(folder, { recursive: true });
});

it.each([
  ["film.mkv", "film.mkv"],
  ["film.mp4", "film"],
])("keeps those of %s as WebVTT and SRT, by number and language", async (name, stem) => {
  await dailies.process([pathOf(name)], { only: ["poster"] });
  const files = await dailies.get(name, { kinds: ["subtitles"], to: pathOf("got") });
  const below = (one: string) => pathOf(`got/output/subtitles/${stem}.${one}`);
  expect(files.map(({ path }) => path)).toEqual(
    ["1.ger.srt", "1.ger.vtt", "2.und.srt", "2.und.vtt"].map(below),
  );
  const vtt = readFileSync(below("1.ger.vtt"), "utf8");
  expect(vtt).toMatch(/^WEBVTT\n\n/);
  expect(vtt).toContain("00:00:00.500 --> 00:00:01.500\n");
  expect(vtt).toMatch(/Guten .*Tag.* &amp; mehr\n$/);
  const subRip = readFileSync(below("2.und.srt"), "utf8");
  expect(subRip.match(/-->/g)).toHaveLength(1);
  const { facts } = await dailies.find(name);
  expect(facts?.tracks?.filter(({ kind }) => kind === "subtitle")).toMatchObject([
    { number: 1, language: "ger" },
    { number: 2, isForced: true },
  ]);
  const object = await dailies.outputAt(`output/subtitles/${stem}.1.ger.vtt`);
  expect(object).toMatchObject({ contentType: "text/vtt; charset=utf-8" });
});

it("shares them with the same bytes under another name", async () => {
  await dailies.process([pathOf("film.mkv")], { only: ["poster"], name: "again.mkv" });
  const files = await dailies.get("again.mkv", { kinds: ["subtitles"], to: pathOf("again") });
  expect(files).toHaveLength(4);
});

it("gives them by kind over HTTP", async () => {
  const service = await startService(pathOf("library"));
  onTestFinished(() => service.stop());
  const ask = async (name: string, query = "", kind = "subtitles") => {
    const answer = await fetch(`${service.url}/v1/media/${name}/outputs/${kind}${query}`);
    return {
      status: answer.status,
      type: answer.headers.get("content-type"),
      text: await answer.text(),
    };
  };
  expect(await ask("film.mkv")).toMatchObject({
    status: 200,
    type: "text/vtt; charset=utf-8",
    text: expect.stringContaining("Guten") as string,
  });
  const second = await ask("film.mp4", "?track=2&format=srt");
  expect(second).toMatchObject({ status: 200, type: "application/x-subrip; charset=utf-8" });
  expect(second.text).toContain("Hello");
  const none = await ask("film.mkv", "?track=3");
  expect(none).toMatchObject({ status: 404 });
  expect(none.text).toContain("there is 1, 2");
  for (const query of ["?track=0", "?track=x", "?format=docx"])
    expect(await ask("film.mkv", query)).toMatchObject({ status: 400 });
  expect(await ask("film.mkv", "?track=1", "poster")).toMatchObject({ status: 400 });
});
