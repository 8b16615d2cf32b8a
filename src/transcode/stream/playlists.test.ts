import fc from "fast-check";
import HLS from "hls-parser";
import { Parser } from "m3u8-parser";
import { parse as parseMpd } from "mpd-parser";
import { expect, it } from "vitest";
import { dashManifest } from "./dash.ts";
import { captionPlaylist, iframePlaylist, masterPlaylist, mediaPlaylist } from "./hls.ts";
import { ratesOf, variantRates } from "./rates.ts";
import type { FragmentIndex, StreamSet } from "./stream-set.ts";

const fragmentsOf = fc
  .array(
    fc.record({
      sizeBytes: fc.integer({ min: 200, max: 4_000_000 }),
      duration: fc.integer({ min: 1000, max: 540_000 }),
      part: fc.double({ min: 0.05, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .chain((parts) => fc.tuple(fc.constant(parts), fc.integer({ min: 100, max: 5000 })))
  .map(([parts, initBytes]): FragmentIndex => {
    let offset = initBytes;
    const fragments = parts.map(({ sizeBytes, duration, part }) => {
      const keyframeBytes = Math.ceil(sizeBytes * part);
      const fragment = { offset, sizeBytes, duration, keyframeBytes };
      offset += sizeBytes;
      return fragment;
    });
    return { initBytes, timescale: 90_000, fragments };
  });

/** mpd-parser takes labels as keys of plain objects, so `valueOf` breaks it. */
const text = fc.string({ minLength: 1, maxLength: 12 }).filter((one) => !(one in {}));
const language = fc.constantFrom("en", "de-DE", "zh-Hant");
const sets: fc.Arbitrary<StreamSet> = fc.record({
  rungs: fc
    .array(
      fc.record({
        codecs: fc.constantFrom("avc1.64001e", "avc1.640028"),
        index: fragmentsOf,
        width: fc.integer({ min: 2, max: 3840 }),
        height: fc.integer({ min: 2, max: 2160 }),
        frameRate: fc.constantFrom({ num: 25, den: 1 }, { num: 30_000, den: 1001 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((rungs) => rungs.map((rung, at) => ({ ...rung, uri: `video-${at}.mp4` }))),
  sounds: fc
    .array(
      fc.record({
        codecs: fc.constant("mp4a.40.2"),
        index: fragmentsOf,
        name: text,
        language: language,
        sampleRateHz: fc.constant(44_100),
        channels: fc.constantFrom(1, 2),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((all) => all.map((one, at) => ({ ...one, isDefault: at === 0, uri: `sound-${at}.mp4` }))),
  captions: fc
    .array(fc.record({ name: text, language, isForced: fc.boolean() }), { maxLength: 3 })
    .map((all) =>
      all.map((one, at) => ({ ...one, isDefault: at === 0, uri: `captions-${at}.vtt` })),
    ),
  durationMs: fc.integer({ min: 1000, max: 10_000_000 }),
});

function read(playlist: string) {
  const parser = new Parser();
  parser.push(playlist);
  parser.end();
  return parser.manifest;
}

it("the master playlist names every rung with its exact rates, and nothing breaks out of a name", () => {
  fc.assert(
    fc.property(sets, (set) => {
      const written = masterPlaylist(set);
      const master = HLS.parse(written);
      if (!master.isMasterPlaylist) throw new Error("it is no master playlist");
      const shown = master.variants.filter(({ isIFrameOnly }) => !isIFrameOnly);
      expect(shown).toHaveLength(set.rungs.length + 1);
      expect(master.variants).toHaveLength(2 * set.rungs.length + 1);
      for (const [at, rung] of set.rungs.entries()) {
        const { peak, average } = variantRates(rung, set);
        expect(shown[at]).toMatchObject({
          uri: `video-${at}.m3u8`,
          bandwidth: peak,
          averageBandwidth: average,
          codecs: `${rung.codecs},mp4a.40.2`,
          resolution: { width: rung.width, height: rung.height },
        });
        expect(
          Math.abs((shown[at]?.frameRate ?? 0) - rung.frameRate.num / rung.frameRate.den),
        ).toBeLessThan(0.001);
        expect(shown[at]?.audio).toHaveLength(set.sounds.length);
      }
      expect(read(written).playlists).toHaveLength(set.rungs.length + 1);
    }),
    { numRuns: 50 },
  );
});

it("media and I-frame playlists have every byte range and length", () => {
  fc.assert(
    fc.property(fragmentsOf, fc.boolean(), (index, isWhole) => {
      const media = mediaPlaylist("video.mp4", index, isWhole);
      const { segments, endList, playlistType, targetDuration } = read(media);
      expect([endList ?? false, playlistType]).toEqual([isWhole, isWhole ? "VOD" : "EVENT"]);
      expect(segments).toHaveLength(index.fragments.length);
      for (const [at, { offset, sizeBytes, duration }] of index.fragments.entries()) {
        expect(segments[at]?.byterange).toEqual({ offset, length: sizeBytes });
        expect(Math.abs((segments[at]?.duration ?? 0) - duration / 90_000)).toBeLessThan(1e-5);
        expect(Math.round(duration / 90_000)).toBeLessThanOrEqual(targetDuration ?? 0);
      }
      expect(segments[0]?.map).toMatchObject({ byterange: { offset: 0, length: index.initBytes } });
      expect(HLS.parse(media).isMasterPlaylist).toBe(false);
      const frames = read(iframePlaylist("video.mp4", index) ?? "");
      expect(frames.segments.map(({ byterange }) => byterange)).toEqual(
        index.fragments.map(({ offset, keyframeBytes }) => ({ offset, length: keyframeBytes })),
      );
    }),
    { numRuns: 50 },
  );
});

it("captions are one segment", () => {
  const caption = { uri: "a.vtt", name: "A", language: "en", isDefault: true, isForced: false };
  expect(read(captionPlaylist(caption, 12_345)).segments).toMatchObject([
    { uri: "a.vtt", duration: 12.345 },
  ]);
});

it("the MPD names the same bytes", () => {
  fc.assert(
    fc.property(sets, (set) => {
      const mpd = parseMpd(dashManifest(set), { manifestUri: "https://x.example/a/manifest.mpd" });
      expect(mpd.duration).toBeCloseTo(set.durationMs / 1000, 3);
      expect(mpd.playlists).toHaveLength(set.rungs.length);
      for (const playlist of mpd.playlists) {
        const rung = set.rungs[Number(String(playlist.attributes.NAME).slice(1))];
        expect(playlist.attributes).toMatchObject({
          BANDWIDTH: ratesOf(rung?.index ?? set.rungs[0]!.index).peak,
          CODECS: rung?.codecs,
          RESOLUTION: { width: rung?.width, height: rung?.height },
        });
        expect(playlist.segments.map(({ byterange }) => byterange)).toEqual(
          rung?.index.fragments.map(({ offset, sizeBytes }) => ({ offset, length: sizeBytes })),
        );
      }
    }),
    { numRuns: 50 },
  );
});
