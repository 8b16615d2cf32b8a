import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { isAlive } from "../../../test/support/processes.ts";
import { storeOf } from "../../../test/support/shared-models.ts";
import { doWork } from "../../../test/support/do-work.ts";
import type { Progress } from "../../media/engine.ts";
import type { MediaFacts } from "../../media/facts.ts";
import type { Labeling } from "../../media/label.ts";
import { defaultLimits } from "../../media/limits.ts";
import type { InstalledModel } from "../../models/model-store.ts";
import { createMemoryObjectStore } from "../../objects/memory.ts";
import { createSandbox } from "../../sandbox/create.ts";
import { createOnnxEngine } from "./labeler.ts";
import type { OnnxEngine, OnnxOptions } from "./labeler.ts";

interface LabelOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly minConfidence?: number;
  readonly maxLabels?: number;
}

/** What a test of the engine needs: a folder, a sandbox, and a watch over the children it starts. */
export interface Lookout {
  readonly dir: string;
  /** An engine for one test; `closeEngines` ends it. */
  engineOf(models: readonly InstalledModel[], more?: Partial<OnnxOptions>): OnnxEngine;
  /** One for several tests. The test that made it closes it. */
  keptEngineOf(models: readonly InstalledModel[]): OnnxEngine;
  label(
    engine: OnnxEngine,
    path: string,
    facts: MediaFacts,
    options?: LabelOptions,
  ): Promise<Labeling>;
  closeEngines(): Promise<void>;
  /** Fails when a child lives that worked here. */
  expectNoneLeft(): void;
  close(): void;
}

export async function openLookout(): Promise<Lookout> {
  const objects = createMemoryObjectStore();
  const sandbox = await createSandbox();
  const dir = mkdtempSync(join(tmpdir(), "dailies-onnx-"));
  const engines: OnnxEngine[] = [];
  const seenPids = new Set<number>();

  function keptEngineOf(models: readonly InstalledModel[], more: Partial<OnnxOptions> = {}) {
    const options = { sandbox, objects, limits: defaultLimits, models: storeOf(...models) };
    return createOnnxEngine({ ...options, ...more });
  }
  return {
    dir,
    keptEngineOf,
    engineOf(models, more) {
      const engine = keptEngineOf(models, more);
      engines.push(engine);
      return engine;
    },
    async label(engine, path, facts, options = {}) {
      const { signal = new AbortController().signal, onProgress = () => {}, ...wish } = options;
      const labeler = engine.best();
      if (!labeler) throw new Error("there is no model");
      const source = await objects.putFile({ bucket: "uploads", key: path }, path);
      try {
        const request = { source, facts, ...wish };
        const result = await doWork(labeler, request, { signal, onProgress, workDir: dir });
        return result.labeling;
      } finally {
        for (const pid of engine.pids()) seenPids.add(pid);
        await objects.remove(source);
      }
    },
    async closeEngines() {
      await Promise.all(engines.splice(0).map((engine) => engine.close()));
    },
    expectNoneLeft: () => expect([...seenPids].filter(isAlive)).toEqual([]),
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
}
