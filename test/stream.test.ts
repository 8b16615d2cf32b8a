import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import HLS from "hls-parser";
import { parse as parseMpd } from "mpd-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../src/config/config.ts";
import type { LocalLibrary } from "../src/local/library.ts";
import { openDailies } from "../src/runtime/local.ts";
import { ffmpeg } from "./support/ffmpeg.ts";

/** A film becomes a stream: with the real program, on a film that is small and just long enough. */

let folder: string;
let film: string;
let made: string;
let dailies: LocalLibrary;

const only = ["stream"] as const;
const pathOf = (file: string) => join(made, file);
const textOf = (file: string) => readFileSync(pathOf(file), "utf8");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dailies-stream-"));
  film = join(folder, "talk.mp4");
  const picture = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=10:d=13"];
  // A beep at each whole second.
  const beeps = "aevalsrc=if(lt(mod(t\\,1)\\,0.1)\\,sin(2*PI*880*t)\\,0):s=48000:d=13";
  ffmpeg(...picture, "-f", "lavfi", "-i", beeps, "-c:v", "libx264", "-preset", "ultrafast", film);
  dailies = await openDailies(readConfig({ dataDir: join(folder, "library") }, {}));
  await dailies.process([film], { only, out: join(folder, "out") });
  made = join(folder, "out/output/stream/talk");
}, 240_000);
afterAll(async () => {
  await dailies?.close();
  rmSync(folder, { recursive: true });
});

interface Packet {
  readonly pts_time: string;
  readonly flags: string;
  readonly pos: string;
}

function packetsOf(file: string): Packet[] {
  const show = ["-show_entries", "packet=pts_time,flags,pos", "-of", "json", pathOf(file)];
  const { packets } = JSON.parse(String(execFileSync("ffprobe", ["-v", "error", ...show]))) as {
    packets: Packet[];
  };
  return packets;
}

function mediaOf(file: string) {
  const playlist = HLS.parse(textOf(file));
  if (playlist.isMasterPlaylist) throw new Error(`${file} is a master playlist`);
  return playlist;
}

function masterOf() {
  const playlist = HLS.parse(textOf("master.m3u8"));
  if (!playlist.isMasterPlaylist) throw new Error("it is no master playlist");
  return playlist;
}

const shown = () => masterOf().variants.filter(({ isIFrameOnly }) => !isIFrameOnly);

describe("the files of a stream", () => {
  it("are what the master playlist leads to, and what lies beside it", () => {
    const names = readdirSync(made).toSorted();
    const lists = ["video-240", "video-360"].flatMap((rung) => [
      `${rung}-iframes.m3u8`,
      `${rung}.m3u8`,
      `${rung}.mp4`,
    ]);
    expect(names).toEqual(
      ["audio.m3u8", "audio.mp4", "index.json", "manifest.mpd", "master.m3u8", ...lists]
        .concat("storyboard.jpg", "storyboard.vtt")
        .toSorted(),
    );
    expect(shown().map(({ uri }) => uri)).toEqual([
      "video-240.m3u8",
      "video-360.m3u8",
      "audio.m3u8",
    ]);
  });

  it("rates are those of the bytes", () => {
    const ratesOf = (file: string) => {
      const { segments } = mediaOf(file);
      const bits = segments.map(({ byterange }) => 8 * (byterange?.length ?? 0));
      const lengths = segments.map(({ duration }) => duration ?? 0);
      const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);
      const peak = Math.max(...bits.map((size, at) => size / (lengths[at] ?? 1)));
      return { peak, average: sum(bits) / sum(lengths) };
    };
    const sound = ratesOf("audio.m3u8");
    for (const { uri, bandwidth, averageBandwidth = 0 } of shown().slice(0, 2)) {
      const rung = ratesOf(uri);
      expect(bandwidth / (rung.peak + sound.peak)).toBeCloseTo(1, 2);
      expect(averageBandwidth / (rung.average + sound.average)).toBeCloseTo(1, 2);
    }
  });

  it("keyframes come every 2 s at the same times, and each segment begins with one", () => {
    const files = ["video-240", "video-360"];
    for (const file of files) {
      const packets = packetsOf(`${file}.mp4`);
      const keyframes = packets.filter(({ flags }) => flags.startsWith("K"));
      expect(keyframes.map(({ pts_time: time }) => Number(time))).toEqual([0, 2, 4, 6, 8, 10, 12]);
      const { segments } = mediaOf(`${file}.m3u8`);
      expect(segments.map(({ duration }) => duration)).toEqual([6, 6, 1]);
      for (const [at, { byterange }] of segments.entries()) {
        const start = Number(keyframes[at * 3]?.pos);
        expect(start).toBeGreaterThan(byterange?.offset ?? Infinity);
        expect(start).toBeLessThan((byterange?.offset ?? 0) + 5000);
      }
    }
    const end = mediaOf("video-360.m3u8").segments.at(-1)?.byterange;
    expect((end?.offset ?? 0) + (end?.length ?? 0)).toBeLessThanOrEqual(
      statSync(pathOf("video-360.mp4")).size,
    );
  });

  it("sound and picture begin together and stay so, to a frame", () => {
    const raw = ["-f", "f32le", "-ac", "1", "-ar", "48000", "-"];
    const options = { maxBuffer: 64 * 1024 ** 2 };
    const bytes = execFileSync(
      "ffmpeg",
      ["-v", "error", "-i", pathOf("audio.mp4"), ...raw],
      options,
    );
    const samples = new Float32Array(new Uint8Array(bytes).buffer);
    // where each beep begins, in ms
    for (const second of [1, 6, 12]) {
      const from = (second - 0.5) * 48_000;
      const at = samples.subarray(from, from + 48_000).findIndex((value) => Math.abs(value) > 0.1);
      expect(Math.abs(at / 48 - 500)).toBeLessThan(10);
    }
    expect(Number(packetsOf("video-240.mp4")[0]?.pts_time)).toBe(0);
  });

  it("DASH names the same bytes", () => {
    const manifestUri = "https://x.example/manifest.mpd";
    const mpd = parseMpd(textOf("manifest.mpd"), { manifestUri });
    expect(mpd.playlists).toHaveLength(2);
    const [first] = mpd.playlists;
    expect(first?.segments.map(({ byterange }) => byterange)).toEqual(
      mediaOf("video-240.m3u8").segments.map(({ byterange }) => byterange),
    );
  });

  it("the storyboard has a picture for each time", () => {
    const cues = textOf("storyboard.vtt").match(/#xywh=.*/g);
    expect(cues?.slice(0, 2)).toEqual(["#xywh=0,0,160,90", "#xywh=160,0,160,90"]);
    expect(cues).toHaveLength(7);
  });
});

describe("the life of a stream", () => {
  const outputsOf = async (name: string) => {
    const { outputs } = await dailies.show(name);
    return new Map(outputs.map(({ key, version }) => [key, version]));
  };

  it("a transcript changes captions and lists, and leaves the video", async () => {
    const before = await outputsOf("talk.mp4");
    const said = (text: string) => Buffer.from(`WEBVTT\n\n00:01.000 --> 00:02.000\n${text}\n`);
    await dailies.importTranscript("talk.mp4", said("hello"), { language: "en-US" });
    await dailies.workOff();
    const after = await outputsOf("talk.mp4");
    const changed = Array.from(after).filter(([key, version]) => before.get(key) !== version);
    const folderKey = "output/stream/talk/";
    const files = changed.flatMap(([key]) => (key.startsWith(folderKey) ? [key.slice(19)] : []));
    expect(files.toSorted()).toEqual([
      "captions-en-US.m3u8",
      "captions-en-US.vtt",
      "manifest.mpd",
      "master.m3u8",
    ]);
    await dailies.process([film], { only, out: join(folder, "out") });
    expect(shown()[0]?.subtitles).toMatchObject([
      { language: "en-US", uri: "captions-en-US.m3u8" },
    ]);
    await dailies.importTranscript("talk.mp4", said("hallo"), { language: "de-DE" });
    await dailies.workOff();
    const keys = Array.from((await outputsOf("talk.mp4")).keys());
    expect(keys).toContain("output/stream/talk/captions-de-DE.vtt");
    expect(keys).not.toContain("output/stream/talk/captions-en-US.vtt");
    expect(keys).not.toContain("output/stream/talk/captions-en-US.m3u8");
  });

  it("the same film under another name shares it, and both go alone", async () => {
    const { finished } = await dailies.process([film], { only, name: "copy.mp4" });
    expect(finished).toMatchObject([{ state: "shared" }]);
    const strip = (name: string, keys: Iterable<string>) =>
      Array.from(keys, (key) => key.replace(`/${name}/`, "/"));
    const [mine, theirs] = [await outputsOf("talk.mp4"), await outputsOf("copy.mp4")];
    const streamOf = (name: string, all: Map<string, string>) =>
      strip(name, all.keys()).filter((key) => key.startsWith("output/stream/"));
    expect(streamOf("copy", theirs)).toEqual(streamOf("talk", mine));
    await dailies.remove("copy.mp4");
    const { lost } = await dailies.reconcile({ verify: true });
    expect(lost).toEqual([]);
  });

  it("what is lost of it is made again", async () => {
    const { outputs } = await dailies.show("talk.mp4");
    const version = outputs.find(({ key }) => key.endsWith("master.m3u8"))?.version ?? "";
    const objects = readdirSync(join(folder, "library/objects"), { recursive: true });
    const left = objects.find((path) => String(path).endsWith(version));
    rmSync(join(folder, "library/objects", String(left)));
    const { lost } = await dailies.reconcile();
    expect(lost).toMatchObject([{ key: "output/stream/talk/master.m3u8", repair: "queued" }]);
    await dailies.workOff();
    expect((await dailies.reconcile()).lost).toEqual([]);
  });
});
