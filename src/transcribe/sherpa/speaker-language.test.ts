import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithSharedMedia, sharedMedia } from "../../../test/support/shared-media.ts";
import { doWork } from "../../../test/support/do-work.ts";
import { defaultLimits } from "../../media/limits.ts";
import { createMemoryObjectStore } from "../../objects/memory.ts";
import { createSandbox } from "../../sandbox/create.ts";
import { wavOf } from "../batches.ts";
import type { TranscribeRequest } from "../transcriber.ts";
import { silero, storeOf, toyTransducer } from "./toy-models.fixture.ts";
import { toyEmbedding, toyLanguages, toySegmentation } from "./toy-onnx.fixture.ts";
import { createSherpaTranscriber } from "./transcriber.ts";
import type { SherpaTranscriber } from "./transcriber.ts";

const objects = createMemoryObjectStore();
const modelsDir = sharedMedia("../models");
const made: SherpaTranscriber[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dailies-speakers-"));
});
afterAll(async () => {
  await Promise.all(made.map((transcriber) => transcriber.close()));
  await rm(folder, { recursive: true });
});

/** Words of one clip, with a hum by which the toy models tell who speaks, and in which language. */
function conversation(hums: readonly ("low" | "high")[]): string {
  const bytes = readFileSync(sharedMedia("speech/goforward.wav")).subarray(44);
  const clip = new Int16Array(new Uint8Array(bytes.subarray(0, bytes.length & ~1)).buffer);
  const turn = 4 * 16_000;
  const all = new Int16Array(hums.length * turn);
  for (const [index, hum] of hums.entries())
    for (const [place, sample] of clip.entries()) {
      const tone = Math.sin((2 * Math.PI * (hum === "low" ? 300 : 3000) * place) / 16_000);
      all[index * turn + 8_000 + place] = sample + 4000 * tone;
    }
  const path = join(folder, `${hums.join("-")}.wav`);
  writeFileSync(path, wavOf(all));
  return path;
}

async function transcribe(path: string, more: Partial<TranscribeRequest>) {
  const model = toyTransducer(join(modelsDir, "toy-transducer"), { languages: ["en", "de"] });
  const voice = silero(modelsDir);
  const others = [toySegmentation(folder), toyEmbedding(folder), toyLanguages(folder)];
  const models = storeOf(model, voice, ...others);
  const sandbox = await createSandbox();
  const options = { sandbox, objects, limits: defaultLimits, models, model, voice, threads: 1 };
  const by = createSherpaTranscriber(options);
  made.push(by);
  const place = { bucket: "outputs", key: "output/audio/a.mp3" } as const;
  const source = await objects.putFile(place, path);
  const request = { languageCode: "en-US", ...more, source };
  const { signal } = new AbortController();
  const start = { signal, onProgress: () => {}, workDir: folder };
  return (await doWork(by, request, start)).transcript;
}

/** Who speaks in each turn of four seconds. */
const speakersByTurn = (words: readonly { startMs: number; speaker?: string }[]) =>
  [...Map.groupBy(words, ({ startMs }) => Math.floor(startMs / 4_000)).values()].map((spoken) => [
    ...new Set(spoken.map(({ speaker }) => speaker)),
  ]);

describeWithSharedMedia("speakers and languages, by toy models", () => {
  it.each([["auto" as const], [2]])("tells speakers apart: %s", async (speakers) => {
    const path = conversation(["high", "low", "low", "high"]);
    const { words } = await transcribe(path, { speakers });
    expect(speakersByTurn(words)).toEqual([["spk_0"], ["spk_1"], ["spk_1"], ["spk_0"]]);
  });

  it("finds out the language, says how sure that is, and keeps to the candidates", async () => {
    const path = conversation(["high", "low", "high"]);
    const free = await transcribe(path, { identifyLanguage: {} });
    expect(free.languageCode).toBe("de");
    expect(free.languageIdentification?.map(({ code }) => code)).toEqual(["de", "en"]);
    expect(free.languageIdentification?.[0]?.score).toBeCloseTo(2 / 3, 1);

    const candidates = ["en-GB", "de-AT"];
    const held = await transcribe(path, { identifyLanguage: { candidates } });
    expect(held.languageCode).toBe("de-AT");
    expect(held.languageIdentification?.map(({ code }) => code)).toEqual(["de-AT", "en-GB"]);

    const none = { candidates: ["fr-FR"] };
    await expect(transcribe(path, { identifyLanguage: none })).rejects.toMatchObject({
      code: "unsupported_language",
    });
  });
});
