import { describe } from "vitest";
import { readEnvironment } from "../../src/config/environment.ts";
import { createModelStore } from "../../src/models/local.ts";
import type { InstalledModel } from "../../src/models/model-store.ts";
import { hasSharedMedia } from "./shared-media.ts";

/**
 * A suite in which models that the setup has fetched hear the shared recordings. Without one or the other it is
 * skipped visibly; in CI it fails.
 * `body` gets what finds a model by its id.
 */
export function describeWithInstalledModels(
  ids: readonly string[],
  name: string,
  body: (modelOf: (id: string) => InstalledModel) => void,
): void {
  // Other tests see no models; these see what the setup has fetched.
  const store = createModelStore({ dir: readEnvironment({}).usualModelsDir });
  const missing = ids.filter((id) => store.find(id) === undefined);
  if (!hasSharedMedia) missing.push("the shared test media");
  const modelOf = (id: string): InstalledModel => {
    const model = store.find(id);
    if (model === undefined) throw new Error(`the model ${id} is not installed`);
    return model;
  };
  const suite = (): void => body(modelOf);
  if (missing.length === 0 || process.env["CI"]) describe(name, suite);
  else describe.skip(`${name} (needs ${missing.join(", ")})`, suite);
}
