import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { ErrorCode } from "../src/media/errors.ts";
import type { Step } from "../src/media/job.ts";
import { defaultLimits, type Limits } from "../src/media/limits.ts";
import { readConfig } from "../src/config/config.ts";
import type { ProcessedMedia, ProcessReport } from "../src/app/processing.ts";
import { openDailies } from "../src/runtime/local.ts";
import { createSandbox } from "../src/sandbox/create.ts";
import { ffmpegInput } from "../src/sandbox/ffmpeg-input.ts";
import { runToEnd } from "../src/sandbox/run.ts";
import {
  complaints,
  processesOf,
  seen,
  setCanaries,
  wrongIn,
  type Canaries,
} from "./hostile.fixture.ts";
import { bad, good } from "./hostile.table.ts";
import { oddNames } from "./support/odd-names.ts";
import { describeWithSharedMedia, sharedMedia } from "./support/shared-media.ts";

/**
 * The whole application processes hostile and odd media files. `npm run hostile` does every step on
 * every file and decodes all outputs. The short run takes all bad files, half of the good ones and of the odd names,
 * makes films of only a few, and transcribes and labels none (the tests of the rooms try more of these files).
 */
const whole = process.env["HOSTILE"] === "whole";
const quick: readonly Step[] = ["audio", "poster"];
const films: readonly Step[] = ["video", "gif"];
const filmed = ["rot90.mp4", "odd_641x359_444.mp4", "one_frame.mp4", "in.gif"];
const everyOther = (_: unknown, index: number): boolean => whole || index % 2 === 0;
const triedNames = oddNames.filter(everyOther);
const goodOnes = Object.entries(good).filter(
  ([name], index) => filmed.includes(name) || everyOther(name, index),
);

let folder: string;
let canaries: Canaries;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dailies-hostile-"));
  mkdirSync(join(folder, "tmp"));
  vi.stubEnv("TMPDIR", join(folder, "tmp")); // a temporary folder in which files that are left over can be seen
  canaries = await setCanaries(folder);
});

afterAll(() => {
  canaries.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Processes files in a new library, and lists afterwards everything that should not be left. */
async function processAll(
  name: string,
  orders: readonly { paths: readonly string[]; only?: readonly Step[] }[],
  limits: Partial<Limits> = {},
): Promise<{ reports: ProcessReport[]; left: string[]; outDir: string }> {
  const dataDir = join(folder, name);
  const outDir = join(folder, `${name}-out`);
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, "config.json"), JSON.stringify({ limits, slots: { transcode: 2 } }));
  const before = new Set(processesOf(folder));
  const dailies = await openDailies(readConfig({ dataDir }, {}));
  const reports: ProcessReport[] = [];
  for (const { paths, only } of orders)
    reports.push(
      await dailies.process(paths, { out: outDir, ...(only && !whole ? { only } : {}) }),
    );
  await dailies.close();
  const left = [
    ...processesOf(folder).filter((line) => !before.has(line)),
    ...wrongIn(dataDir),
    ...readdirSync(join(folder, "tmp")),
  ];
  return { reports, left, outDir };
}

/** The codes of the steps that failed. */
function failuresOf(media: ProcessedMedia | undefined): (ErrorCode | undefined)[] {
  const failed = media?.jobs.filter(({ state }) => state === "failed") ?? [];
  return [...new Set(failed.map(({ failure }) => failure?.code))];
}

/** A box that players ignore, each time of another length, because files with the same bytes share results. */
function freeBox(index: number): Buffer {
  const box = Buffer.alloc(8 + index);
  box.writeUInt32BE(box.length);
  box.write("free", 4);
  return box;
}

/** Changes a text file's references so that they point to the canaries. */
function rewritten(text: string): string {
  return text
    .replaceAll(/\/etc\/motd-probe\/[\w/.]+/g, canaries.file)
    .replaceAll(/1899[89]/g, String(canaries.port));
}

describeWithSharedMedia("hostile and odd media", () => {
  let reports: ProcessReport[];
  let left: string[];
  let outDir: string;

  beforeAll(
    async () => {
      const inputs = join(folder, "inputs");
      mkdirSync(inputs);
      for (const name of [...goodOnes.map(([each]) => each), ...Object.keys(bad)]) {
        const [from, to] = [sharedMedia(`hostile/${name}`), join(inputs, name)];
        if (name.startsWith("evil_")) writeFileSync(to, rewritten(readFileSync(from, "utf8")));
        else copyFileSync(from, to);
      }
      const film = readFileSync(sharedMedia("hostile/ok_faststart.mp4"));
      for (const [index, name] of triedNames.entries())
        writeFileSync(join(inputs, name), Buffer.concat([film, freeBox(index)]));
      for (const name of readdirSync(inputs)) chmodSync(join(inputs, name), 0o644);
      const paths = (names: readonly string[]) => names.map((name) => join(inputs, name));
      const others = readdirSync(inputs).filter((name) => !filmed.includes(name));
      ({ reports, left, outDir } = await processAll("library", [
        { paths: paths(filmed), only: [...films, "poster"] },
        { paths: paths(others), only: quick },
      ]));
    },
    whole ? 1_200_000 : 120_000,
  );

  const mediaOf = (name: string) =>
    reports.flatMap(({ finished }) => finished).find((media) => media.name === name);
  const outputOf = (kind: string, name: string) => join(outDir, "output", kind, name);

  /** The outputs of a media file as a player sees them, by kind. */
  async function outputsOf(
    name: string,
  ): Promise<Record<string, Awaited<ReturnType<typeof seen>>>> {
    const stem = name.endsWith(".mp4") ? name.slice(0, -4) : name;
    const endings = { web: "mp4", phone: "mp4", audio: "mp3", gif: "gif", poster: "jpg" };
    const outputs: Record<string, Awaited<ReturnType<typeof seen>>> = {};
    for (const [kind, ending] of Object.entries(endings)) {
      const path = outputOf(kind, `${stem}.${ending}`);
      if (!existsSync(path)) continue;
      outputs[kind] = await seen(path);
      if (whole) expect(await complaints(path)).toBe("");
    }
    return outputs;
  }

  test("every file of the folder is in the tables", () => {
    const known = { ...good, ...bad };
    const others = readdirSync(sharedMedia("hostile")).filter((name) => !(name in known));
    expect(others).toEqual(["bomb_4096_600f.mp4"]);
  });

  test.each(Object.entries(bad))("%s is refused", (name, expected) => {
    const media = mediaOf(name);
    const refusals = reports.flatMap(({ refused }) => refused);
    const refused = refusals.find(({ path }) => basename(path) === name);
    const found =
      media === undefined
        ? { code: refused?.error.code, refused: true }
        : { code: failuresOf(media)[0] };
    expect(found).toEqual(expected);
    if (media === undefined) return;
    expect([media.state, media.jobs.map(({ step }) => step)]).toEqual(["failed", ["probe"]]);
  });

  const goodFilm = good["ok_faststart.mp4"] ?? {};
  const copies = triedNames.map((name) => [name, goodFilm] as const);
  test.each([...goodOnes, ...copies])("%j gives the expected outputs", async (name, expected) => {
    expect(failuresOf(mediaOf(name))).toEqual([]);
    expect(mediaOf(name)?.state).toBe(name.startsWith("trunc") ? "incomplete" : "ready");
    const { poster, web, durationMs = NaN, sound } = expected;
    const made = await outputsOf(name);
    const isFilmed = whole || filmed.includes(name);
    const audioMade = sound === true && (whole || !filmed.includes(name));
    expect([made["poster"]?.width, made["poster"]?.height]).toEqual(
      poster ?? [undefined, undefined],
    );
    expect(made["audio"]?.kinds).toEqual(audioMade ? ["audio"] : undefined);
    const lengths = [made["audio"], made["web"], made["phone"]].map((one) => one?.durationMs);
    for (const length of lengths.filter((one) => one !== undefined))
      expect(Math.abs(length - durationMs)).toBeLessThan(120);
    if (!isFilmed || web === undefined) return expect(made["web"]).toBeUndefined();
    for (const kind of ["web", "phone"])
      expect(made[kind]?.kinds).toEqual(sound === true ? ["audio", "video"] : ["video"]);
    expect([made["web"]?.width, made["web"]?.height]).toEqual(web);
    const [gifWidth = 0, gifHeight = 0] = [made["gif"]?.width, made["gif"]?.height];
    expect(Math.abs(gifWidth / gifHeight - web[0] / web[1])).toBeLessThan(0.02);
  });

  test("no name was executed as a command", () => {
    expect([existsSync("PWNED"), existsSync(join(folder, "PWNED"))]).toEqual([false, false]);
  });

  test("no other file was read, and no connection was made", async () => {
    expect(await canaries.touched()).toEqual([]);
  });

  test("no process, temp file, working folder or unknown object is left", () => {
    expect(left).toEqual([]);
  });
});

/** Without bubblewrap only the whitelists protect; without the whitelists these files reach their targets. */
describe("files that refer to other files or addresses", () => {
  const playlist = (to: string) =>
    `#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n${to}\n#EXT-X-ENDLIST\n`;
  const pointers = (): Readonly<Record<string, string>> => ({
    "file.m3u8": playlist(canaries.file),
    "http.m3u8": playlist(`http://127.0.0.1:${canaries.port}/x.ts`),
    "concat.mp4": `ffconcat version 1.0\nfile '${canaries.file}'\n`,
    // With binary bytes at the end, so that it is not refused as a text file.
    "binary.mp4": `${playlist(canaries.file)}\0\x01`,
    // ffmpeg skips ID3 tags before it detects a file's format; this tag is empty.
    "tagged.mp3": `ID3\x03\0\0\0\0\0\0${playlist(canaries.file)}`,
  });
  const paths: string[] = [];
  beforeAll(async () => {
    mkdirSync(join(folder, "pointers"));
    for (const [name, text] of Object.entries(pointers())) {
      const path = join(folder, "pointers", name);
      writeFileSync(path, text);
      paths.push(path);
    }
    await canaries.touched();
  });

  /** Which canaries ffmpeg touches when it reads the files with these arguments and only limits as sandbox. */
  async function touches(input: (path: string) => string[]) {
    const sandbox = await createSandbox({ level: "limits" });
    const limits = { wallMs: 10_000, cpuSeconds: 10, memoryBytes: 2 ** 31, fileSizeBytes: 0 };
    const touched: [string, readonly string[]][] = [];
    for (const path of paths) {
      await runToEnd(sandbox, {
        command: "ffmpeg",
        args: ["-nostdin", "-v", "error", ...input(path), "-f", "null", "-"],
        reads: [path],
        writes: [],
        limits,
        signal: new AbortController().signal,
      });
      touched.push([basename(path), await canaries.touched()]);
    }
    return Object.fromEntries(touched);
  }

  test("plain ffmpeg touches the canaries", async () => {
    const everything = ["-protocol_whitelist", "file,http,tcp"];
    const plain = (path: string) => [
      ...everything,
      ...(path.endsWith("concat.mp4") ? ["-safe", "0", "-i", path] : ["-i", path]),
    ];
    expect(await touches(plain)).toEqual({
      "file.m3u8": ["file"],
      "http.m3u8": ["port"],
      "concat.mp4": ["file"],
      "binary.mp4": ["file"],
      "tagged.mp3": ["file"],
    });
  });

  test("ffmpeg with the arguments for uploads touches no canary", async () => {
    const touched = await touches((path) => ffmpegInput({ path }));
    expect(Object.values(touched)).toEqual([[], [], [], [], []]);
  });

  test("the application refuses them all", async () => {
    const { reports, left } = await processAll("pointers-library", [{ paths }]);
    expect(reports.flatMap(({ finished }) => finished.map(({ name }) => name))).toHaveLength(5);
    for (const media of reports.flatMap(({ finished }) => finished))
      expect([media.name, failuresOf(media)]).toEqual([
        media.name,
        [expect.stringMatching(/^(?:unsupported|damaged)_media$/)],
      ]);
    expect([await canaries.touched(), left]).toEqual([[], []]);
  });
});

describe("limits in config.json apply to the whole application", () => {
  let clip: string;
  beforeAll(() => {
    clip = join(folder, "clip.mp4");
    const picture = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=60:duration=12"];
    const encoder = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];
    execFileSync("ffmpeg", ["-nostdin", "-v", "error", ...picture, ...encoder, clip]);
  });

  const cases: readonly (readonly [Partial<Limits>, Step, ErrorCode])[] = [
    [{ maxDurationMs: 11_900 }, "probe", "limit_duration"],
    [{ maxPixels: 1280 * 720 - 1 }, "probe", "limit_pixels"],
    [{ memoryBytes: 64 * 1024 ** 2 }, "probe", "limit_memory"],
    // Long enough for a probe on a busy machine, too short for the film on an idle one.
    [{ minTimeMs: 3500, timeFactor: 0.01 }, "video", "limit_time"],
    [{ outputBytes: 100_000 }, "video", "limit_size"],
  ];
  test.each(cases)("%j: %s fails with %s", async (limits, step, code) => {
    const name = `limits-${code}`;
    const { reports, left } = await processAll(name, [{ paths: [clip], only: ["video"] }], limits);
    const [media] = reports.flatMap(({ finished }) => finished);
    const failed = media?.jobs.filter(({ state }) => state === "failed");
    expect(failed?.map((job) => [job.step, job.failure?.code, job.attempts])).toContainEqual([
      step,
      code,
      1,
    ]);
    expect(failuresOf(media)).toEqual([code]);
    expect(media?.state).toBe("failed");
    expect(left).toEqual([]);
  });

  test("an unknown limit or value is refused with its name", () => {
    const dataDir = join(folder, "misspelt");
    mkdirSync(dataDir);
    for (const limits of [{ maxPixel: 1 }, { maxPixels: 0 }, { maxPixels: "many" }]) {
      writeFileSync(join(dataDir, "config.json"), JSON.stringify({ limits }));
      expect(() => readConfig({ dataDir }, {})).toThrow(/limits\.maxPixel/);
    }
  });
});

describe("bombs", () => {
  test("a film of thirteen hours in a small file is refused before it is decoded", async () => {
    const path = join(folder, "long.mp4");
    const black = ["-f", "lavfi", "-i", "color=size=16x16:rate=1/60:duration=46800"];
    execFileSync("ffmpeg", ["-nostdin", "-v", "error", ...black, path]);
    const { reports, left } = await processAll("long", [{ paths: [path] }]);
    const [media] = reports.flatMap(({ finished }) => finished);
    expect(media?.jobs.map((job) => [job.step, job.failure?.code])).toEqual([
      ["probe", "limit_duration"],
    ]);
    expect(left).toEqual([]);
    expect(46_800_000).toBeGreaterThan(defaultLimits.maxDurationMs);
  });
});

describeWithSharedMedia("a bomb that plays", () => {
  test("600 frames of 16 megapixels end at their time limit", async () => {
    const path = sharedMedia("hostile/bomb_4096_600f.mp4");
    const order = { paths: [path], only: [...films] };
    const limits = { minTimeMs: 4000, timeFactor: 0.1 };
    const { reports, left } = await processAll("bomb", [order], limits);
    const [media] = reports.flatMap(({ finished }) => finished);
    expect(failuresOf(media)).toEqual(["limit_time"]);
    expect(left).toEqual([]);
  });
});
