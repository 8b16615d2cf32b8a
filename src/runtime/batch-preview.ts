import type { BatchSettings } from "../batch/settings.ts";
import type { SpeechWish } from "../media/speech.ts";
import { createModelStore } from "../models/local.ts";
import { createMemoryObjectStore } from "../objects/memory.ts";
import { createSandbox } from "../sandbox/create.ts";
import { previewBatch } from "./batch.ts";
import type { Config } from "./config.ts";
import type { BatchPreview } from "./batch-report.ts";
import { composeSpeech } from "./speech.ts";

/** What a batch would do, told without a library: none is made where there is none. @throws what `previewBatch` throws */
export async function previewBatchAlone(
  config: Config,
  settings: BatchSettings,
  signal: AbortSignal,
): Promise<BatchPreview> {
  const speech = composeSpeech({
    config,
    sandbox: await createSandbox(),
    objects: createMemoryObjectStore(),
    models: createModelStore({ dir: config.modelsDir }),
  });
  const heard = {
    settingsFor: (wish: SpeechWish) => {
      const { id: transcriber, languageCode } = speech.choose(wish);
      return { transcriber, languageCode };
    },
    checkSpeech: (wish: SpeechWish) => speech.check(wish),
  };
  try {
    return await previewBatch({ config, localSteps: async () => heard }, settings, signal);
  } finally {
    await speech.close();
  }
}
