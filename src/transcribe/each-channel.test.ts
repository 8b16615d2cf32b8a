import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { doWork } from "../../test/support/do-work.ts";
import { describeWithSharedMedia, sharedMedia } from "../../test/support/shared-media.ts";
import { defaultLimits } from "../media/limits.ts";
import { createMemoryObjectStore } from "../objects/memory.ts";
import { createSandbox } from "../sandbox/create.ts";
import { eachChannel } from "./each-channel.ts";
import { createPocketsphinxTranscriber } from "./pocketsphinx/transcriber.ts";
import type { TranscribeRequest, Transcriber } from "./transcriber.ts";

const objects = createMemoryObjectStore();
const fractions: number[] = [];
let folder: string;
let transcriber: Transcriber;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dailies-channels-"));
  const sandbox = await createSandbox();
  transcriber = eachChannel(
    createPocketsphinxTranscriber({ sandbox, objects, limits: defaultLimits }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** A telephone call: each clip on a channel of its own, from so many ms on; no clip: silence. */
async function recording(name: string, clips: readonly (readonly [file: string, atMs: number])[]) {
  const path = join(folder, name);
  const inputs = clips.flatMap(([file]) =>
    file === ""
      ? ["-f", "lavfi", "-i", "anullsrc=d=1:r=16000:cl=mono"]
      : ["-i", sharedMedia(`speech/${file}`)],
  );
  const delayed = clips.map(
    ([, atMs], at) =>
      `[${at}]aformat=sample_fmts=s16:sample_rates=16000:channel_layouts=mono,adelay=${atMs},apad=whole_dur=8[c${at}]`,
  );
  const joined = clips.map((_clip, at) => `[c${at}]`).join("");
  const graph = `${delayed.join(";")};${joined}join=inputs=${clips.length}:channel_layout=${clips.length === 1 ? "mono" : "stereo"}[all]`;
  await promisify(execFile)("ffmpeg", [
    ..."-nostdin -v error -y".split(" "),
    ...inputs,
    "-filter_complex",
    graph,
    "-map",
    "[all]",
    path,
  ]);
  return path;
}

async function transcribe(path: string, more: Partial<TranscribeRequest>) {
  const source = await objects.putFile({ bucket: "uploads", key: path }, path);
  const request: TranscribeRequest = {
    source,
    track: { container: "wav", streamIndex: 0 },
    languageCode: "en-US",
    durationMs: 8_000,
    ...more,
  };
  const onProgress = ({ fraction }: { fraction?: number }) => void fractions.push(fraction ?? 0);
  const { signal } = new AbortController();
  return doWork(transcriber, request, { signal, onProgress, workDir: folder });
}

describeWithSharedMedia("a recording of which each channel is one speaker", () => {
  it("has the words of each channel by themselves, though both speak at once", async () => {
    const path = await recording("call.wav", [
      ["goforward.wav", 500],
      ["arctic_a0024.wav", 1_000],
    ]);
    const { transcript, notes } = await transcribe(path, { channels: 2 });
    expect(transcript.channels).toBe(2);
    const textOf = (channel: string) =>
      transcript.words
        .flatMap(({ speaker, text }) => (speaker === channel ? [text] : []))
        .join(" ");
    expect(textOf("ch_0")).toBe("go forward ten meters");
    expect(textOf("ch_1").split(" ").length).toBeGreaterThan(4);
    expect(notes).toEqual(["heard by a draft engine"]);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  });

  it("says on which channel nobody speaks, and takes a recording of one channel", async () => {
    const silent = await recording("silent.wav", [
      ["", 0],
      ["goforward.wav", 500],
    ]);
    const { transcript, notes } = await transcribe(silent, { channels: 2 });
    expect(new Set(transcript.words.map(({ speaker }) => speaker))).toEqual(new Set(["ch_1"]));
    expect(notes).toEqual(["heard by a draft engine", "Channel 1: no speech found"]);
    const nobody = await recording("nobody.wav", [["", 0]]);
    const one = await transcribe(nobody, { channels: 1 });
    expect(one.transcript).toMatchObject({ channels: 1, words: [] });
    expect(one.notes).toEqual(["no speech found"]);
  });

  it("is refused with speakers, and with more channels than people", async () => {
    const path = await recording("refused.wav", [["", 0]]);
    await expect(transcribe(path, { channels: 2, speakers: 2 })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await expect(transcribe(path, { channels: 9 })).rejects.toMatchObject({
      code: "limit_channels",
    });
  });
});
