import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asMediaError } from "../media/errors.ts";
import { defaultProfile, type Profile } from "../transcode/profile.ts";
import { readConfig } from "./config.ts";
import { keepPictures, loadProfile, watermarksDir } from "./profile.ts";

const png = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(40, 7)]);
let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "dailies-profile-"));
  mkdirSync(join(dataDir, "profiles"));
  writeFileSync(join(dataDir, "logo.png"), png);
  writeFileSync(join(dataDir, "text.png"), "no picture");
});
afterAll(() => rmSync(dataDir, { recursive: true }));

function load(content: object | string, name = "own.json") {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  writeFileSync(join(dataDir, name), text);
  return loadProfile(`./${name}`, { dataDir, from: dataDir });
}
const film = (web: object): Profile => load({ renditions: { web } }).profile;

/** The default profile as a file says it. */
const spelledOut = {
  name: "default",
  renditions: {
    web: {
      width: 1280,
      height: 720,
      frameRate: 30,
      codec: "h264",
      quality: 23,
      bitRate: 2_200_000,
      sound: { codec: "aac", bitRate: 160_000, sampleRateHz: 44_100, channels: 2, loudness: false },
    },
    phone: { width: 1920, height: 1080, bitRate: 5_000_000 },
    audio: { bitRate: 320_000, sampleRateHz: 44_100, channels: 2 },
    gif: {
      width: 480,
      height: 480,
      durationMs: 6000,
      frameRate: 10,
      colors: 128,
      maxBytes: 1_500_000,
    },
    poster: { width: 1280, height: 1280, quality: 3 },
  },
};

describe("a profile file", () => {
  it("can say all that the default profile says but the stream, and nothing is the same", () => {
    const { stream: _stream, ...renditions } = defaultProfile;
    expect(load(spelledOut).profile).toEqual(renditions);
    expect(load({ name: "default", renditions: {} }).profile).toEqual(renditions);
    expect(loadProfile("default", { dataDir, from: "." }).profile).toEqual(defaultProfile);
  });

  it("changes what it names, and leaves out what is false", () => {
    const { profile } = load({
      renditions: { phone: false, gif: false, audio: { loudness: -23 }, poster: { atMs: 40 } },
    });
    expect(Object.keys(profile).toSorted()).toEqual(["audio", "name", "poster", "web"]);
    expect(profile).toMatchObject({ name: "own", audio: { loudness: -23 }, poster: { atMs: 40 } });
  });

  it("gets H.264's level, which holds its size and rate", () => {
    expect(film({ frameRate: 60 }).web).toMatchObject({
      level: 32,
      profile: "main",
      keyframes: { maxFrames: 180 },
    });
    expect(film({ width: 1920, height: 1080, frameRate: 60 }).web).toMatchObject({
      level: 42,
      profile: "high",
    });
    expect(film({ width: 3840, height: 2160, frameRate: 60 }).web?.level).toBe(52);
    expect(film({ codec: "av1" }).web).toMatchObject({ codec: "av1", quality: 35 });
  });

  it("names a watermark, whose bytes are kept and are part of it", async () => {
    const web = { watermark: { picture: "logo.png" } };
    const loaded = load({ renditions: { web } });
    const { sha256 = "" } = loaded.profile.web?.watermark ?? {};
    await keepPictures(dataDir, loaded);
    await keepPictures(dataDir, loaded);
    expect(readdirSync(watermarksDir(dataDir))).toEqual([sha256]);
    expect(readFileSync(join(watermarksDir(dataDir), sha256)).equals(png)).toBe(true);
    writeFileSync(join(dataDir, "logo.png"), Buffer.concat([png, Buffer.from("more")]));
    expect(film(web).web?.watermark?.sha256).not.toBe(sha256);
  });

  it.each([
    [{ renditions: { web: { codec: "x" } } }, "renditions.web.codec must be one of h264"],
    [{ renditions: { web: { wide: 3 } } }, "renditions.web.wide is no field"],
    [{ renditions: { web: 5 } }, "renditions.web must be an object, or false"],
    [{ renditions: { hd: {} } }, "renditions.hd is no field"],
    [{ renditions: { web: { watermark: {} } } }, "renditions.web.watermark.picture is missing"],
    [
      { renditions: { web: { watermark: { picture: "text.png" } } } },
      "renditions.web.watermark.picture must be a PNG",
    ],
    [
      { renditions: { web: { watermark: { picture: "gone.png" } } } },
      "renditions.web.watermark.picture cannot be read",
    ],
    [{ renditions: { audio: { loudness: -14 } } }, "renditions.audio.loudness must be -16 or -23"],
    [{ renditions: { audio: false } }, "renditions.audio must be an object"],
    [{ renditions: { web: { frameRate: 61 } } }, "renditions.web.frameRate must be 1–60"],
    [{ renditions: { web: { quality: 60 } } }, "renditions.web.quality must be 0–51 with h264"],
    [
      { renditions: { web: { sound: { codec: "opus", sampleRateHz: 44_100 } } } },
      "renditions.web.sound.sampleRateHz must be 48000",
    ],
    [{ renditions: { web: { width: 7680, height: 4320 } } }, "renditions.web is more than h264"],
    [{}, "renditions must be an object"],
    ["[1", "not JSON"],
  ])("is refused in one line that names the field: %j", (content, words) => {
    const refused = () => load(content, "bad.json");
    expect(refused).toThrow(words);
    try {
      refused();
    } catch (error) {
      const { code, message, remedy } = asMediaError(error);
      expect(code).toBe("invalid_config");
      expect(message).not.toContain("\n");
      expect(message).toContain("./bad.json");
      expect(remedy).toMatch(/^Correct/);
    }
  });

  it("is found by its name, and a name that is none lists those that are", () => {
    writeFileSync(join(dataDir, "profiles", "cinema.json"), '{"renditions":{"gif":false}}');
    expect(loadProfile("cinema", { dataDir, from: "." }).profile.gif).toBeUndefined();
    expect(() => loadProfile("kino", { dataDir, from: "." })).toThrow("default, cinema");
    expect(() => loadProfile("./kino.json", { dataDir, from: "." })).toThrow("no such file");
  });

  it("is the library's by config.json, and by the environment before it", () => {
    writeFileSync(join(dataDir, "profiles", "cinema.json"), '{"renditions":{"gif":false}}');
    writeFileSync(join(dataDir, "config.json"), '{"profile":"cinema"}');
    expect(readConfig({ dataDir }, {}).profile?.profile.name).toBe("cinema");
    expect(readConfig({ dataDir }, { DAILIES_PROFILE: "default" }).profile?.profile).toEqual(
      defaultProfile,
    );
    rmSync(join(dataDir, "config.json"));
    expect(readConfig({ dataDir }, {}).profile).toBeUndefined();
  });
});
