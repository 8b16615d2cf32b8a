import { afterAll, beforeAll, expect, it } from "vitest";
import { createSandbox } from "../src/sandbox/create.ts";
import {
  decode,
  difference,
  probe as probeOutput,
  thumbnail,
} from "../src/transcode/ffmpeg/workshop.fixture.ts";
import { frameAt, openBench, phrases, turned } from "./odd.fixture.ts";
import { describeWithSharedMedia, sharedMedia } from "./support/shared-media.ts";

/** Media as devices and programs really write it, after public reports: what is right of each kind. */

let bench: Awaited<ReturnType<typeof openBench>>;
beforeAll(async () => {
  bench = await openBench(await createSandbox());
});
afterAll(() => bench.close());

const odd = (name: string): string => sharedMedia(`odd/${name}`);
const raw = ["-frames:v", "1", "-f", "rawvideo"];
const secondsOf = async (path = ""): Promise<number> => (await probeOutput(path)).durationMs / 1000;

describeWithSharedMedia("a stream that changes midway", () => {
  it("two MP3s of two rates, joined: nothing is inserted, words stay where they are", async () => {
    const { facts, renditions } = await bench.make(odd("joined-two-rates.mp3"), ["audio"]);
    expect(facts.durationMs).toBeCloseTo(6700, -2);
    expect(renditions.audio?.durationMs).toBeCloseTo(6700, -2);
    expect(await secondsOf(renditions.audio?.path)).toBeCloseTo(6.7, 0);
    for (const sound of [
      await bench.rendition(renditions.audio?.path),
      await bench.upload(odd("joined-two-rates.mp3")),
    ]) {
      const { starts, seconds } = phrases(sound);
      expect(Math.abs(seconds - 6.7)).toBeLessThan(0.1);
      expect(starts.filter((at) => Math.abs(at - 4.4) < 0.2)).toHaveLength(1);
    }
  });

  it("a film that turns upright: nothing is copied, and the second half keeps its shape", async () => {
    const { renditions } = await bench.make(odd("resize-midstream.mp4"), ["web", "gif"]);
    const { web, gif } = renditions;
    expect(web).toMatchObject({ width: 640, height: 360 });
    expect(web?.durationMs).toBeCloseTo(4000, -2);
    expect(gif?.durationMs).toBeGreaterThan(3700);
    const columns = await frameAt(web?.path ?? "", 3, 16, 1);
    const brightness = Array.from({ length: 16 }, (_, at) => columns[at * 3] ?? 0);
    // 202 of 640 columns are the picture, in the middle.
    expect(Math.max(...brightness.slice(0, 5), ...brightness.slice(11))).toBeLessThan(20);
    expect(Math.max(...brightness.slice(6, 10))).toBeGreaterThan(40);
  });
});

describeWithSharedMedia("sound of many channels", () => {
  it.each(["poly6-voice-on-4.wav", "poly10-voice-on-9.wav", "antiphase.wav"])(
    "%s: the voice is heard",
    async (name) => {
      const { renditions, notes } = await bench.make(odd(name), ["audio"]);
      expect(notes).toEqual([]);
      for (const sound of [
        await bench.rendition(renditions.audio?.path),
        await bench.upload(odd(name)),
      ])
        expect(phrases(sound).peak).toBeGreaterThan(0.1);
    },
  );
});

describeWithSharedMedia("a choice among streams", () => {
  it("a silent first track: the voice is taken, and it is said", async () => {
    const { facts, renditions } = await bench.make(odd("obs-mic-on-track-2.mkv"), ["web", "audio"]);
    expect(facts.warnings).toContain(
      "it has 2 sound tracks; number 2 (Mic) is used, not number 1 (Desktop, silent)",
    );
    for (const path of [renditions.web?.path, renditions.audio?.path])
      expect(phrases(await bench.rendition(path)).peak).toBeGreaterThan(0.1);
  });

  it("a still before the film: the film is taken", async () => {
    const { facts, renditions } = await bench.make(odd("still-stream-first.mp4"), ["web", "gif"]);
    expect(facts.warnings).toContain(
      "it has 2 video streams; number 2 (640×360) is used, not number 1 (1280×720)",
    );
    expect(renditions.web).toMatchObject({ width: 640, height: 360 });
    expect(renditions.web?.durationMs).toBeCloseTo(4000, -2);
    expect(renditions.gif?.durationMs).toBeCloseTo(4000, -2);
  });
});

describeWithSharedMedia("time", () => {
  it("a sound that begins at 9 s is there, and in step", async () => {
    const name = odd("sound-begins-at-9s.ts");
    const { facts, renditions } = await bench.make(name, ["web", "audio"]);
    expect(facts.audio?.startMs).toBeCloseTo(8980, -2);
    for (const sound of [await bench.rendition(renditions.audio?.path), await bench.upload(name)]) {
      const { starts, seconds } = phrases(sound);
      expect(Math.abs(seconds - 13)).toBeLessThan(0.2);
      expect(Math.abs((starts[0] ?? 0) - 12)).toBeLessThan(0.2);
    }
    const { audio } = await probeOutput(renditions.web?.path ?? "");
    expect(Number(audio?.["start_time"])).toBeCloseTo(9, 0);
  });

  it("a clock that jumps back: the length is what there is", async () => {
    const { facts, renditions } = await bench.make(odd("clock-jumps-back.ts"), ["web", "audio"]);
    expect(facts.durationMs).toBeCloseTo(8040, -2);
    expect(facts.warnings).toContain("it says it is 21.5 hours long; it is 8 seconds long");
    expect(await secondsOf(renditions.web?.path)).toBeCloseTo(8, 0);
    expect(renditions.audio?.durationMs).toBeCloseTo(8100, -2);
  });

  it("a guessed length is measured before it is refused, and said in words", async () => {
    const facts = await bench.probe(odd("silence-first.aac"), { maxDurationMs: 60_000 });
    expect(Math.abs((facts.durationMs ?? 0) - 16_000)).toBeLessThan(100);
    const refused = bench.probe(odd("silence-first.aac"), { maxDurationMs: 15_000 });
    await expect(refused).rejects.toThrow("it is 16 seconds long; the limit is 15 seconds");
  });

  it("the last slide is shown until the end", async () => {
    const source = odd("slides-last-frame-short.mp4");
    const { renditions } = await bench.make(source, ["web", "gif"]);
    const path = renditions.web?.path ?? "";
    expect(await secondsOf(path)).toBeCloseTo(15, 1);
    const last = await frameAt(source, 10.9);
    expect(difference(last, await frameAt(path, 14.8))).toBeLessThan(6);
    expect(difference(await frameAt(source, 7.15), await frameAt(path, 10.8))).toBeLessThan(6);
    expect(renditions.gif?.durationMs).toBe(6000);
  });
});

describeWithSharedMedia("pictures and colours", () => {
  it.each(["irot1.avif", "orient6.tif", "exif6.png"])("%s stands upright", async (name) => {
    const { facts, renditions } = await bench.make(odd(name), ["poster"]);
    expect(facts.video).toMatchObject({ displayWidth: 96, displayHeight: 128 });
    const { path = "", ...poster } = renditions.poster ?? {};
    expect(poster).toMatchObject({ width: 96, height: 128 });
    const stored = await decode(odd(name), ["-vf", "format=rgb24,scale=8:6:flags=area", ...raw]);
    const shown = await decode(path, ["-vf", "format=rgb24,scale=6:8:flags=area", ...raw]);
    const quarters = name === "irot1.avif" ? 3 : 1; // counted clockwise
    expect(difference(turned(stored, 8, 6, quarters), shown)).toBeLessThan(8);
  });

  it("HD without colour tags keeps the film's colours", async () => {
    const { renditions } = await bench.make(odd("untagged-hd.mp4"), ["web", "gif", "poster"]);
    const as709 = "scale=in_color_matrix=bt709:flags=area,format=rgb24,scale=16:16:flags=area";
    const film = await decode(odd("untagged-hd.mp4"), ["-vf", as709, ...raw]);
    for (const { path } of Object.values(renditions))
      expect(difference(film, await thumbnail(path))).toBeLessThan(255 * 0.03);
  });

  it("one JPEG after the other is a film", async () => {
    const { facts, renditions } = await bench.make(odd("mjpeg-stream.avi"), ["web"]);
    expect(facts).toMatchObject({ type: "video", durationMs: 1200 });
    expect(await secondsOf(renditions.web?.path)).toBeCloseTo(1.2, 1);
  });

  it("a phone's 48 megapixels are taken in", async () => {
    const { facts, renditions } = await bench.make(odd("phone48mp.png"), ["poster"]);
    expect(facts.video).toMatchObject({ width: 8064, height: 6048 });
    expect(renditions.poster).toMatchObject({ width: 1280, height: 960 });
  });

  it.each([
    ["encrypted.mp4", "encrypted_media"],
    ["float.tif", "unsupported_media"],
  ])("%s is refused as what it is: %s", async (name, code) => {
    await expect(bench.probe(odd(name))).rejects.toMatchObject({ code });
  });
});
