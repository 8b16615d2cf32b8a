import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWithSharedMedia, sharedMedia } from "../../../test/support/shared-media.ts";
import { doWork } from "../../../test/support/do-work.ts";
import type { Progress } from "../../media/engine.ts";
import { createIdSource, newSession } from "../../media/ids.ts";
import { defaultLimits } from "../../media/limits.ts";
import { transcriptText } from "../../media/transcript.ts";
import { createMemoryObjectStore } from "../../objects/memory.ts";
import { createSandbox } from "../../sandbox/create.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { TranscribeResult } from "../transcriber.ts";
import { findPocketsphinx } from "./program.ts";
import { createPocketsphinxTranscriber } from "./transcriber.ts";

const run = promisify(execFile);
const objects = createMemoryObjectStore();
const newId = createIdSource(newSession());
let sandbox: Sandbox;
let folder: string;

beforeAll(async () => {
  sandbox = await createSandbox();
  folder = await mkdtemp(join(tmpdir(), "dailies-transcribe-"));
});
afterAll(() => rm(folder, { recursive: true }));

const never = new AbortController().signal;

/** Makes an MP3 as the audio step does, of anything that ffmpeg reads or makes itself. */
async function mp3Of(...input: readonly string[]): Promise<string> {
  const path = join(folder, `${newId()}.mp3`);
  const encode = ["-ar", "44100", "-ac", "2", "-b:a", "320k", path];
  await run("ffmpeg", ["-nostdin", "-v", "error", ...input, ...encode]);
  return path;
}

interface Asked {
  readonly path: string;
  readonly durationMs?: number;
  readonly languageCode?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

async function transcribe(asked: Asked): Promise<TranscribeResult> {
  const place = { bucket: "outputs", key: "output/audio/a.mp3" } as const;
  const source = await objects.putFile(place, asked.path);
  const workDir = await mkdtemp(join(folder, "work-"));
  const transcriber = createPocketsphinxTranscriber({ sandbox, objects, limits: defaultLimits });
  const { durationMs, languageCode = "en-US", signal = never, onProgress = () => {} } = asked;
  const duration = durationMs === undefined ? {} : { durationMs };
  try {
    const request = { source, languageCode, ...duration };
    return await doWork(transcriber, request, { signal, onProgress, workDir });
  } finally {
    expect(await readdir(workDir)).toEqual([]);
  }
}

describe("findPocketsphinx", () => {
  it("finds the one that is installed", async () => {
    expect(await findPocketsphinx(sandbox)).toEqual({
      kind: expect.stringMatching(/^(continuous|5\.x)$/) as string,
      version: expect.stringMatching(/./) as string,
    });
  });

  it("finds none where there is none", async () => {
    await symlink("/bin/sh", join(folder, "sh"));
    const bare = await createSandbox({ level: "limits", searchPath: folder });
    expect(await findPocketsphinx(bare)).toBeUndefined();
  });
});

describe("the pocketsphinx transcriber", () => {
  it.each([
    ["silence", "anullsrc=r=16000:cl=mono:d=5"],
    ["a fifth of a second", "sine=frequency=200:duration=0.2"],
    ["pink noise", "anoisesrc=color=pink:duration=10:amplitude=0.3:seed=1"],
    ["white noise", "anoisesrc=color=white:duration=10:amplitude=0.3:seed=1"],
    ["a tone", "sine=frequency=440:duration=5"],
    ["notes", "aevalsrc='0.3*sin(2*PI*t*(220+110*floor(mod(t*3,5))))*exp(-4*mod(t,0.33))':d=10"],
    ["drums", "aevalsrc='0.8*(random(0)-0.5)*exp(-10*mod(t,0.5))':d=10"],
  ])("hears no words in %s", async (_what, source) => {
    const { transcript, notes } = await transcribe({
      path: await mp3Of("-f", "lavfi", "-i", source),
    });
    expect(transcript.words).toEqual([]);
    expect(notes).toEqual(["no speech found"]);
    expect(transcript.engine).toMatchObject({
      name: "pocketsphinx",
      model: "en-us",
      quality: "draft",
    });
  });

  it("knows English only, and says when it hears another English than asked for", async () => {
    const path = await mp3Of("-f", "lavfi", "-i", "anullsrc=d=1");
    await expect(transcribe({ path, languageCode: "de-DE" })).rejects.toMatchObject({
      code: "unsupported_language",
    });
    const { transcript, notes } = await transcribe({ path, languageCode: "en-GB" });
    expect(transcript.languageCode).toBe("en-US");
    expect(notes[0]).toContain("en-GB");
  });

  it("refuses what is no recording", async () => {
    await expect(transcribe({ path: import.meta.filename })).rejects.toMatchObject({
      code: "damaged_media",
    });
  });

  it("hears generated speech where it is", async () => {
    const speech = "flite=voice=slt:text='the weather is nice today',adelay=20000,apad=pad_dur=4";
    const { transcript } = await transcribe({ path: await mp3Of("-f", "lavfi", "-i", speech) });
    expect(transcriptText(transcript.words)).toMatch(/weather/);
    expect(transcript.words[0]?.startMs).toBeGreaterThan(19_900);
    expect(transcript.words[0]?.startMs).toBeLessThan(20_500);
  });
});

describeWithSharedMedia("the pocketsphinx transcriber on real speech", () => {
  it("hears wisdom at 5.8 s, and tells how far it is", async () => {
    const fractions: number[] = [];
    const { transcript } = await transcribe({
      path: await mp3Of("-i", sharedMedia("video/walkers.mp4"), "-vn", "-t", "12"),
      durationMs: 12_000,
      onProgress: ({ fraction = Number.NaN }) => void fractions.push(fraction),
    });
    const wisdom = transcript.words.find((word) => word.text === "wisdom");
    expect(wisdom?.startMs).toBeGreaterThan(5_500);
    expect(wisdom?.startMs).toBeLessThan(6_100);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBeGreaterThan(0.5);
    expect(fractions.at(-1)).toBeLessThanOrEqual(1);
  });

  it("stops at once when it is told to", async () => {
    const path = await mp3Of("-i", sharedMedia("speech/two_cities.wav"));
    const stop = new AbortController();
    const work = transcribe({ path, signal: stop.signal });
    setTimeout(() => stop.abort(), 1_500);
    await expect(work).rejects.toMatchObject({ code: "cancelled" });
  });
});
