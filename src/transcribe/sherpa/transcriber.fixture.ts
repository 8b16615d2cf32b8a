import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { isAlive } from "../../../test/support/processes.ts";
import { sharedMedia } from "../../../test/support/shared-media.ts";
import { doWork } from "../../../test/support/do-work.ts";
import type { Progress } from "../../media/engine.ts";
import { defaultLimits } from "../../media/limits.ts";
import type { InstalledModel } from "../../models/model-store.ts";
import { createMemoryObjectStore } from "../../objects/memory.ts";
import { createSandbox } from "../../sandbox/create.ts";
import { wavOf } from "../batches.ts";
import type { TranscribeRequest, TranscribeResult } from "../transcriber.ts";
import { silero, storeOf, toyTransducer } from "./toy-models.fixture.ts";
import { createSherpaTranscriber } from "./transcriber.ts";
import type { SherpaOptions, SherpaTranscriber } from "./transcriber.ts";

export const modelsDir = sharedMedia("../models");
export const toyDir = join(modelsDir, "toy-transducer");

interface Asked extends Partial<Omit<TranscribeRequest, "source">> {
  readonly path: string;
  /** Default: one for all tests that leave it as it was, for loading takes longer than most of them. */
  readonly by?: SherpaTranscriber;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** What a test of the transcriber needs: a folder, a sandbox, and a watch over the children it starts. */
interface Studio {
  readonly folder: string;
  readonly common: SherpaTranscriber;
  /** A transcriber of a test's own, closed after it. Default: the toy, and silero. */
  readonly sherpa: (
    more?: Partial<SherpaOptions> & { with?: readonly InstalledModel[] },
  ) => SherpaTranscriber;
  /** The same without a voice detector. */
  readonly withoutVoice: (model?: InstalledModel) => SherpaTranscriber;
  readonly transcribe: (asked: Asked) => Promise<TranscribeResult>;
  /** The same speech at places in samples, and silence between and after. */
  readonly recording: (name: string, places: readonly number[]) => string;
  /** A folder with copies of the toy's files, to be broken. */
  readonly toyCopy: (name: string) => string;
}

interface OpenStudio extends Studio {
  /** After each test. */
  closeMade(): Promise<void>;
  /** Fails when a child lives that worked here. */
  close(): Promise<void>;
}

/** Speech of 2.8 s: "go forward ten meters". */
function speech(): Int16Array {
  const bytes = readFileSync(sharedMedia("speech/goforward.wav"));
  return new Int16Array(
    new Uint8Array(bytes.subarray(44, bytes.length - (bytes.length % 2))).buffer,
  );
}

async function openStudio(): Promise<OpenStudio> {
  const objects = createMemoryObjectStore();
  const sandbox = await createSandbox();
  const folder = mkdtempSync(join(tmpdir(), "dailies-sherpa-"));
  const made: SherpaTranscriber[] = [];
  const pids = new Set<number>();

  const sherpa: Studio["sherpa"] = (more = {}) => {
    const { model = toyTransducer(toyDir), voice = silero(modelsDir), with: others = [] } = more;
    const models = storeOf(model, voice, ...others);
    const options = { sandbox, objects, limits: defaultLimits, threads: 1, ...more };
    const transcriber = createSherpaTranscriber({ ...options, models, model, voice });
    made.push(transcriber);
    return transcriber;
  };
  const common = sherpa();
  made.pop();

  return {
    folder,
    common,
    sherpa,
    withoutVoice(model = toyTransducer(toyDir)) {
      const options = { sandbox, objects, limits: defaultLimits, models: storeOf(model), model };
      const transcriber = createSherpaTranscriber(options);
      made.push(transcriber);
      return transcriber;
    },
    async transcribe(asked) {
      const { path, by = common, onProgress, ...more } = asked;
      const { signal = new AbortController().signal, ...wanted } = more;
      const place = { bucket: "outputs", key: "output/audio/a.mp3" } as const;
      const source = await objects.putFile(place, path);
      const watch = (progress: Progress) => {
        for (const pid of by.pids()) pids.add(pid);
        onProgress?.(progress);
      };
      try {
        const request = { languageCode: "en-US", ...wanted, source };
        return await doWork(by, request, { signal, onProgress: watch, workDir: folder });
      } finally {
        for (const pid of by.pids()) pids.add(pid);
        await objects.remove(source);
      }
    },
    recording(name, places) {
      const clip = speech();
      const all = new Int16Array((places.at(-1) ?? 0) + clip.length + 16_000);
      for (const place of places) all.set(clip, place);
      const path = join(folder, name);
      writeFileSync(path, wavOf(all));
      return path;
    },
    toyCopy(name) {
      const dir = join(folder, name);
      mkdirSync(dir);
      for (const file of ["encoder.onnx", "decoder.onnx", "joiner.onnx", "tokens.txt"])
        copyFileSync(join(toyDir, file), join(dir, file));
      return dir;
    },
    async closeMade() {
      await Promise.all(made.splice(0).map((transcriber) => transcriber.close()));
    },
    async close() {
      await common.close();
      rmSync(folder, { recursive: true });
      expect([...pids].filter(isAlive)).toEqual([]);
    },
  };
}

/** A studio for all tests of a file, opened before them and closed after. */
export function useStudio(): Studio {
  let studio: OpenStudio;
  beforeAll(async () => {
    studio = await openStudio();
  });
  afterEach(() => studio.closeMade());
  afterAll(() => studio.close());
  return {
    get folder() {
      return studio.folder;
    },
    get common() {
      return studio.common;
    },
    sherpa: (more) => studio.sherpa(more),
    withoutVoice: (model) => studio.withoutVoice(model),
    transcribe: (asked) => studio.transcribe(asked),
    recording: (name, places) => studio.recording(name, places),
    toyCopy: (name) => studio.toyCopy(name),
  };
}
