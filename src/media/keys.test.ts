import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MediaError } from "./errors.ts";
import {
  checkKey,
  mediaExtensions,
  outputKey,
  safeJobName,
  sourcesOf,
  stemOf,
  type OutputKind,
} from "./keys.ts";

/** Keys that try to meet: short stems under stacks of the endings that the rule speaks of. */
const ending = fc.constantFrom(".mp4", ".MP4", ".media", ".mov", ".Mp3", ".json", ".", "");
const trickyKey = fc
  .tuple(
    fc.constantFrom("a", "b", "a/b", "", "ü", "media", "mp4"),
    fc.array(ending, { maxLength: 4 }),
  )
  .map(([stem, endings]) => stem + endings.join(""));
const key = fc.oneof(trickyKey, fc.string({ unit: "grapheme" }));

const kinds: OutputKind[] = [
  "web",
  "phone",
  "audio",
  "gif",
  "poster",
  "transcribe",
  "captions-vtt",
  "captions-srt",
  "labels",
  "stream",
];

describe("output keys", () => {
  it("lead back to the one source that they can belong to", () => {
    fc.assert(
      fc.property(key, fc.constantFrom(...kinds), (source, kind) => {
        if (source !== "")
          expect(sourcesOf(outputKey(kind, source))).toEqual([{ name: source, kind }]);
      }),
    );
    for (const other of ["output/web/a.webm", "output/none/a.mp4", "a.mp4", "output/web/a.mov"])
      expect(sourcesOf(other)).toEqual([]);
  });

  it("are those of the published system", () => {
    expect(outputKey("web", "a/talk.mp4")).toBe("output/web/a/talk.mp4");
    expect(outputKey("phone", "talk.mp4")).toBe("output/phone/talk.mp4");
    expect(outputKey("audio", "talk.mp4")).toBe("output/audio/talk.mp3");
    expect(outputKey("gif", "talk.mp4")).toBe("output/gif/talk.gif");
    expect(outputKey("transcribe", "talk.mp4")).toBe("output/transcribe/talk.json");
    expect(outputKey("captions-vtt", "talk.mp4")).toBe("output/captions/talk.vtt");
    expect(outputKey("web", "talk.mov")).toBe("output/web/talk.mov.mp4");
    expect(outputKey("poster", "talk")).toBe("output/poster/talk.media.jpg");
  });

  it("never meet for two keys", () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        if (a === b) return;
        const outputs = (name: string) => kinds.map((kind) => outputKey(kind, name));
        expect(new Set([...outputs(a), ...outputs(b)]).size).toBe(2 * kinds.length);
      }),
      { numRuns: 2_000 },
    );
  });

  it("keep the frozen endings, on which they depend", () => {
    expect(mediaExtensions.join(" ")).toBe(
      "mp4 m4v mov mkv webm avi flv wmv asf ts m2ts mts mpg mpeg 3gp 3g2 ogv mxf " +
        "mp3 wav flac ogg oga opus m4a aac amr aiff aif caf wma w64 " +
        "jpg jpeg png webp gif bmp tif tiff avif heic heif",
    );
    expect(stemOf("x.mp4.mp4")).toBe("x.mp4.mp4");
    expect(stemOf("x.media.mp4")).toBe("x.media.mp4");
  });
});

describe("names", () => {
  it("that could lead out of a folder or cannot be stored are refused", () => {
    for (const bad of [
      "",
      "/a",
      "a/",
      "a//b",
      "../a",
      "a/../b",
      "./a",
      "a\0b",
      "\ud800",
      "x".repeat(901),
      "a.mp4\n",
      "\ta.mp4",
      "a\r/b.mp4",
      "a/\u001bb.mp4",
      "a.mp4\u0085",
      "a.mp4\u2028",
      "\u007f",
    ])
      expect(() => checkKey(bad), JSON.stringify(bad)).toThrow(MediaError);
  });

  it("that are merely odd are taken as they are", () => {
    const odd = [
      "-vf.mp4",
      "%03d.mp4",
      "http:x.mp4",
      "a\nb.mp4",
      'we\'ird $(touch x) & ; é漢字🙂 "q".mp4',
      "a..b",
    ];
    for (const name of odd) expect(checkKey(name)).toBe(name);
  });
});

describe("job names", () => {
  it("are in the engines' alphabet and differ when keys differ", () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(safeJobName(a, "v")).toMatch(/^[0-9a-zA-Z._-]{1,200}$/);
        if (a !== b) expect(safeJobName(a, "v")).not.toBe(safeJobName(b, "v"));
      }),
    );
  });
});
