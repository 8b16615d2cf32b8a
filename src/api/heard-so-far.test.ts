import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { audioFacts } from "../transcode/facts.fixture.ts";
import { startApi } from "./server.fixture.ts";

interface HeardJob {
  readonly id: string;
  readonly step: string;
  readonly heardSoFar?: object;
}

const piece = (startMs: number, text: string) => ({
  startMs,
  lengthMs: 900,
  text,
  language: "en",
  tokens: [],
  timestamps: [],
  durations: [],
  logProbs: [],
});

it("tells what a transcription that is not done has heard so far", async () => {
  const api = await startApi();
  const name = "talk.mp4";
  const of = `${api.url}/v1/media/${name}`;
  const facts = audioFacts();
  await api.add(name, { extra: (version) => [{ type: "setFacts", version, facts }] });
  const body = JSON.stringify({ only: ["transcribe"], speech: { engine: "pocketsphinx" } });
  const headers = { "content-type": "application/json" };
  expect((await fetch(`${of}/reprocess`, { method: "POST", headers, body })).status).toBe(202);
  const hearing = async () => {
    const { items } = (await (await fetch(`${of}/jobs`)).json()) as { items: HeardJob[] };
    return items.find(({ step }) => step === "transcribe");
  };
  const job = await hearing();
  expect(job).toMatchObject({ state: "queued" });
  expect(job).not.toHaveProperty("heardSoFar");
  const kept = join(api.folder, "work/kept", job?.id ?? "");
  await mkdir(kept, { recursive: true });
  const lines = [
    { pieces: [piece(0, " It was")], untilMs: 1_000 },
    { pieces: [piece(1_500, " the best")], untilMs: 2_500 },
  ].map((line) => JSON.stringify(line));
  // A line that is being written is not read.
  await writeFile(join(kept, "a.jsonl"), [...lines, '{"pieces": ['].join("\n"));
  expect((await hearing())?.heardSoFar).toEqual({ untilMs: 2_500, text: "It was the best" });
  await fetch(`${of}/cancel`, { method: "POST" });
  expect(await hearing()).not.toHaveProperty("heardSoFar");
  expect(api.errors).toEqual([]);
  await api.close();
});
