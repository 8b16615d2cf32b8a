import { join } from "node:path";
import { MediaError } from "../media/errors.ts";
import type { InstalledModel, ModelManifest, ModelStore } from "./model-store.ts";
import { manifestsIn } from "./own-models.ts";
import { fingerprintOf, fulfils, isUnchanged, readReceipt } from "./receipt.ts";

/** Where models lie, and which there can be. */
export interface ModelStoreOptions {
  /** Absolute. Need not be there. */
  readonly dir: string;
  /** Default: all that Dailies knows, and those of somebody's own that are here. */
  readonly known?: readonly ModelManifest[];
}

/**
 * The models below a folder, each in one of its own beside its receipt. Looking costs a small file
 * read and a stat for each file; what was hashed is believed as long as size and time are the same.
 */
export function createModelStore({ dir, known }: ModelStoreOptions): ModelStore {
  const all = () => known ?? manifestsIn(dir);
  const find = (id: string): InstalledModel | undefined => {
    const manifest = all().find((model) => model.id === id);
    if (manifest === undefined) return undefined;
    const folder = join(dir, id);
    const receipt = readReceipt(folder, id);
    if (receipt === undefined || !fulfils(receipt, manifest)) return undefined;
    if (!receipt.files.every((file) => isUnchanged(folder, file))) return undefined;
    return {
      manifest,
      dir: folder,
      fingerprint: fingerprintOf(receipt, manifest),
      file: (role) => join(folder, fileOf(manifest, role)),
    };
  };
  return {
    find,
    installed: (task) =>
      all()
        .filter((model) => model.task === task)
        .flatMap(({ id }) => find(id) ?? []),
    known: all,
  };
}

function fileOf(manifest: ModelManifest, role: string): string {
  const name = Object.hasOwn(manifest.files, role) ? manifest.files[role] : undefined;
  if (name !== undefined) return name;
  throw new MediaError("model_missing", `the model ${manifest.id} has no file for ${role}`);
}
