import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readConfig } from "../src/config/config.ts";
import { knownModels, manifestOf } from "../src/models/manifest.ts";
import { openDailies } from "../src/runtime/local.ts";
import type { Word } from "../src/media/transcript.ts";
import { wavOf } from "../src/transcribe/batches.ts";
import { dailies, dailiesCommand, start, until } from "./support/command.ts";
import { describeWithSharedMedia, sharedMedia } from "./support/shared-media.ts";

const seconds = 360;
/** The same clip begins so often; a pause is a part of it. */
let clipMs: number;
let folder: string;
let modelsDir: string;
let recording: string;

/** Puts the toy transducer and silero where a real model would be. */
function install(id: string, file: (role: string) => string): void {
  const manifest = manifestOf(knownModels, id);
  const dir = join(modelsDir, id);
  mkdirSync(dir, { recursive: true });
  const files = Object.entries(manifest.files).map(([role, name]) => {
    copyFileSync(sharedMedia(`../models/${file(role)}`), join(dir, name));
    const { size: sizeBytes, mtimeMs } = statSync(join(dir, name));
    const sha256 = createHash("sha256")
      .update(readFileSync(join(dir, name)))
      .digest("hex");
    return { name, sizeBytes, sha256, modifiedMs: Math.floor(mtimeMs) };
  });
  const receipt = { id, files, from: "test", imported: true, fetchedAt: new Date().toISOString() };
  writeFileSync(join(dir, "model.json"), JSON.stringify(receipt));
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-kept-"));
  modelsDir = join(folder, "models");
  install("parakeet-tdt-0.6b-v3", (role) =>
    role === "tokens" ? "toy-transducer/tokens.txt" : `toy-transducer/${role}.onnx`,
  );
  install("silero-vad", () => "silero_vad.onnx");
  const bytes = readFileSync(sharedMedia("speech/goforward.wav")).subarray(44);
  const clip = new Int16Array(new Uint8Array(bytes.subarray(0, bytes.length & ~1)).buffer);
  const all = new Int16Array(seconds * 16_000);
  const every = clip.length + 12_345;
  for (let at = 0; at + clip.length < all.length; at += every) all.set(clip, at);
  clipMs = every / 16;
  recording = join(folder, "talk.wav");
  writeFileSync(recording, wavOf(all));
});
afterAll(() => rmSync(folder, { recursive: true }));

const env = () => ({ ...process.env, DAILIES_MODELS_DIR: modelsDir });
const request = (dataDir: string) => {
  const how = ["--only", "transcribe", "--language", "en-US", "--jsonl", "--data-dir", dataDir];
  return [...dailiesCommand, "process", recording, ...how];
};

/** What lies in the folder of what jobs keep. */
function keptLines(dataDir: string): string[] {
  const kept = join(dataDir, "work/kept");
  if (!existsSync(kept)) return [];
  const files = readdirSync(kept, { recursive: true, encoding: "utf8" });
  return files
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(join(kept, name), "utf8").split("\n").slice(0, -1));
}

async function show(dataDir: string) {
  const config = readConfig({ dataDir }, { DAILIES_MODELS_DIR: modelsDir });
  const library = await openDailies(config, { create: false });
  try {
    return await library.show("talk.wav");
  } finally {
    await library.close();
  }
}

describeWithSharedMedia("a transcript in the making", () => {
  it("can be read, outlives a kill -9, and is gone on with from there", async () => {
    const [whole, broken] = [join(folder, "whole"), join(folder, "broken")];
    await start(request(whole), { env: env() }).ended;
    const expected = (await show(whole)).transcript?.words ?? [];
    expect(expected.length).toBeGreaterThan(200);
    expect(keptLines(whole)).toEqual([]);

    const first = start(request(broken), { env: env() });
    await until("pieces are kept", () => keptLines(broken).length >= 3, 60_000);
    process.kill(-(first.child.pid ?? 0), "SIGKILL");
    await first.ended;
    const { heardSoFar, transcript } = await show(broken);
    expect(transcript).toBeUndefined();
    const untilMs = heardSoFar?.untilMs ?? 0;
    expect(untilMs).toBeGreaterThan(10_000);
    expect(untilMs).toBeLessThan(seconds * 1000);
    const texts = expected.filter(({ endMs }) => endMs < untilMs - 1_000).map(({ text }) => text);
    expect(heardSoFar?.text.split(" ").slice(0, texts.length)).toEqual(texts);
    const shown = await dailies(broken, "show", "talk.wav");
    expect(shown.stdout).toContain("Transcript so far");

    const second = await start(request(broken), { env: env() }).ended;
    const fractions = second.stdout
      .split("\n")
      .filter((line) => line.includes('"progress"') && line.includes('"transcribe"'))
      .flatMap((line): number[] => JSON.parse(line).progress.fraction ?? []);
    expect((fractions[0] ?? 0) * seconds * 1000).toBeGreaterThan(untilMs - 60_000);
    const after = await show(broken);
    expect(after.heardSoFar).toBeUndefined();
    const words = after.transcript?.words ?? [];
    const isBefore = ({ endMs }: Word): boolean => endMs < untilMs - 1_000;
    expect(words.filter(isBefore)).toEqual(expected.filter(isBefore));
    // The rest begins elsewhere for the voice detector, and the toy says something else to each cut.
    expect(words.map(({ startMs }) => startMs)).toEqual(
      words.map(({ startMs }) => startMs).toSorted((a, b) => a - b),
    );
    const clips = (some: readonly Word[]) =>
      new Set(some.map(({ startMs }) => Math.floor(startMs / clipMs))).size;
    expect(clips(words)).toBe(clips(expected));
    expect(keptLines(broken)).toEqual([]);
  }, 120_000);
});
