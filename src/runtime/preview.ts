import { previewBatch } from "../batch/batch.ts";
import type { BatchPreview } from "../batch/report.ts";
import type { BatchSettings } from "../batch/settings.ts";
import type { Config } from "../config/config.ts";
import { vocabularyFrom } from "../local/vocabulary.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import { createModelStore } from "../models/local.ts";
import { createMemoryObjectStore } from "../objects/memory.ts";
import { createProbe } from "../probe/probe.ts";
import { createSandbox } from "../sandbox/create.ts";
import { createSpeech } from "../transcribe/registry.ts";

/** What a batch would do. Needs no library, and makes none. @throws what `previewBatch` throws */
export async function previewBatchAlone(
  config: Config,
  settings: BatchSettings,
  signal: AbortSignal,
): Promise<BatchPreview> {
  const { dataDir, slots, limits } = config;
  const sandbox = await createSandbox();
  const objects = createMemoryObjectStore();
  const models = createModelStore({ dir: config.modelsDir });
  const speech = createSpeech({ config, sandbox, objects, models });
  const engines = {
    checkSpeech: (options: TranscriptionOptions) => speech.check(options),
    settingsFor: (options: TranscriptionOptions) => speech.settings(options),
  };
  const ports = {
    dataDir,
    slots,
    vocabularyFrom,
    probe: createProbe({ sandbox, limits }),
    engines: async () => engines,
  };
  return previewBatch(ports, settings, signal).finally(() => speech.close());
}
