import { describe } from "vitest";
import { readEnvironment } from "../../src/config/environment.ts";
import { createModelStore } from "../../src/models/local.ts";
import type { InstalledModel } from "../../src/models/model-store.ts";

/**
 * A suite that needs models which the setup has fetched. Without them it is skipped visibly; in CI it fails.
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
  const modelOf = (id: string): InstalledModel => {
    const model = store.find(id);
    if (model === undefined) throw new Error(`the model ${id} is not installed`);
    return model;
  };
  const suite = (): void => body(modelOf);
  if (missing.length === 0 || process.env["CI"]) describe(name, suite);
  else describe.skip(`${name} (needs ${missing.join(", ")})`, suite);
}
