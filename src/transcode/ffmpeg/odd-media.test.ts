import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWithSharedMedia, sharedMedia } from "../../../test/support/shared-media.ts";
import { audioFacts, imageFacts } from "../facts.fixture.ts";
import { oddities, sized } from "./odd-media.fixture.ts";
import {
  complaints,
  decode,
  difference,
  generate,
  openWorkshop,
  probe,
  thumbnail,
  type Workshop,
} from "./workshop.fixture.ts";

/** `npm run hostile` makes films of all; the short run of one of each kind: turned, tone mapped, odd, of varying rate. */
const filmed =
  process.env["HOSTILE"] === "whole"
    ? oddities
    : oddities.filter(({ file }) =>
        ["rot90.mp4", "hdr10_pq.mp4", "odd_641x359_444.mp4", "vfr.mp4"].includes(file),
      );

let shop: Workshop;
beforeAll(async () => {
  shop = await openWorkshop();
});
afterAll(() => shop.close());

describeWithSharedMedia("odd but good videos", () => {
  it.each(filmed)("$file plays everywhere: $width×$height", async (odd) => {
    const source = sharedMedia(`hostile/${odd.file}`);
    const { renditions, notes } = await shop.make(source, odd.facts, ["web", "gif", "poster"]);
    const { web, gif, poster } = renditions;
    if (!web || !gif || !poster) throw new Error("not all were made");
    expect(notes).toEqual([]);
    const { video, audio, durationMs, streams } = await probe(web.path);
    const { width, height } = odd;
    expect(video).toMatchObject({ codec_name: "h264", pix_fmt: "yuv420p", width, height });
    expect(["Constrained Baseline", "Main"]).toContain(video?.["profile"]);
    expect(["1:1", undefined]).toContain(video?.["sample_aspect_ratio"]);
    expect(video?.["field_order"]).toBe("progressive");
    expect(video).toMatchObject({ r_frame_rate: odd.rate });
    expect(video).not.toHaveProperty("side_data_list"); // no turn left for players to make
    expect([audio !== undefined, streams]).toEqual([odd.sound, odd.sound ? 2 : 1]);
    expect(Math.abs(durationMs - odd.durationMs)).toBeLessThan(100);
    expect(await complaints(web.path)).toBe("");
    expect([gif.width, gif.height]).toEqual(odd.gif);
    expect(gif.durationMs).toBeGreaterThan(0);
    expect([poster.width, poster.height]).toEqual(
      [width, height].map((side) => Math.min(1280, side)),
    );
    const { colors } = odd;
    if (colors !== undefined) {
      const marks = { color_space: colors, color_transfer: colors, color_primaries: colors };
      expect(video).toMatchObject({ ...marks, color_range: "tv" });
    }
    const film = await thumbnail(web.path);
    // Neither dark nor washed out.
    expect(Math.max(...film) - Math.min(...film)).toBeGreaterThan(64);
    if (odd.differs !== undefined) return;
    const shown = await thumbnail(source);
    expect(difference(shown, film)).toBeLessThan(6);
    expect(difference(shown, await thumbnail(gif.path))).toBeLessThan(12);
  });

  it("the default of two recordings is the one that is heard", async () => {
    const odd = oddities.find(({ file }) => file === "multi_audio.mkv");
    if (odd === undefined) throw new Error("no sample with two recordings");
    const source = sharedMedia("hostile/multi_audio.mkv");
    const { renditions } = await shop.make(source, odd.facts, ["audio"]);
    const spectrum = (path: string, stream: string) =>
      decode(path, [
        "-map",
        stream,
        "-ac",
        "1",
        "-ar",
        "8000",
        "-ss",
        "1",
        "-t",
        "0.5",
        "-f",
        "s16le",
      ]);
    const crossings = (pcm: Buffer) => {
      const signs = Array.from({ length: pcm.length / 2 }, (_, at) => pcm.readInt16LE(at * 2) >= 0);
      return signs.filter((sign, at) => sign !== signs[at - 1]).length;
    };
    const heard = crossings(await spectrum(renditions.audio?.path ?? "", "0:a:0"));
    const [first, wanted] = await Promise.all(
      ["0:1", "0:2"].map(async (stream) => crossings(await spectrum(source, stream))),
    );
    expect(Math.abs(heard - (wanted ?? 0))).toBeLessThan(Math.abs(heard - (first ?? 0)));
  });
});

describeWithSharedMedia("recordings", () => {
  it("cover art is a poster, not a film, and does not come along in the audio", async () => {
    const facts = audioFacts(
      { codec: "mp3", sampleRateHz: 22_050, channels: 1, bitRate: 64_000, durationMs: 5068 },
      {
        container: "mp3",
        durationMs: 5068,
        coverArt: { streamIndex: 1, width: 320, height: 240 },
      },
    );
    const source = sharedMedia("hostile/cover.mp3");
    const { renditions, notes } = await shop.make(source, facts, ["audio", "poster"]);
    expect(notes).toEqual([]);
    const { audio, streams, durationMs } = await probe(renditions.audio?.path ?? "");
    expect(audio).toMatchObject({ codec_name: "mp3", bit_rate: "320000", channels: 1 });
    expect(streams).toBe(1);
    expect(Math.abs(durationMs - 5068)).toBeLessThan(100);
    expect(renditions.poster).toMatchObject({ width: 320, height: 240 });
    const shown = await thumbnail(source);
    expect(difference(shown, await thumbnail(renditions.poster?.path ?? ""))).toBeLessThan(6);
  });

  it("an MP4 without pictures is a recording", async () => {
    const source = sharedMedia("hostile/no_video.mp4");
    const { renditions, notes } = await shop.make(source, audioFacts(), ["audio"]);
    expect(notes).toEqual([]);
    const { audio, durationMs } = await probe(renditions.audio?.path ?? "");
    expect(audio).toMatchObject({ codec_name: "mp3", sample_rate: "44100", channels: 2 });
    expect(Math.abs(durationMs - 4000)).toBeLessThan(100);
  });
});

describeWithSharedMedia("pictures", () => {
  it("a JPEG becomes a thumbnail, turned as its EXIF says", async () => {
    const facts = imageFacts("jpeg_pipe", {
      codec: "mjpeg",
      pixelFormat: "yuvj422p",
      rotation: 90,
      width: 1023,
      height: 768,
      displayWidth: 768,
      displayHeight: 1023,
    });
    const source = sharedMedia("images/sample.jpg");
    const { renditions } = await shop.make(source, facts, ["poster"]);
    const { poster } = renditions;
    expect(poster).toMatchObject({ width: 768, height: 1022 });
    const turned = join(shop.dir, "turned.png");
    await generate(["-i", source, "-vf", "transpose=clock", turned]);
    const shown = await thumbnail(turned);
    expect(difference(shown, await thumbnail(poster?.path ?? ""))).toBeLessThan(4);
  });
});

describe("pictures that are see-through", () => {
  it("are shown on white", async () => {
    const source = join(shop.dir, "clear.png");
    await generate([
      "-f",
      "lavfi",
      "-i",
      "color=red@0:s=64x64,format=rgba",
      "-frames:v",
      "1",
      source,
    ]);
    const facts = imageFacts("png_pipe", { codec: "png", pixelFormat: "rgba", ...sized(64, 64) });
    const { renditions } = await shop.make(source, facts, ["poster"]);
    const grey = await thumbnail(renditions.poster?.path ?? "");
    expect(Math.min(...grey)).toBeGreaterThan(250);
  });
});
