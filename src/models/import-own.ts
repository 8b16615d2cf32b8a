import { constants } from "node:fs";
import { copyFile, readdir, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { flush } from "../files/durable.ts";
import { MediaError } from "../media/errors.ts";
import { freshStaging, incomingOf, install } from "./install.ts";
import { createModelStore } from "./local.ts";
import { withModelLock } from "./lock.ts";
import type { InstalledModel } from "./model-store.ts";
import { ownManifest, ownManifestName, type OwnModel } from "./own-models.ts";
import { prepare } from "./prepare.ts";

/**
 * Takes in a model of somebody's own under an id of its own: a folder with its files, told by their names, or
 * its only file. What came before under that id is replaced.
 * @throws MediaError `not_found` when there is no such path, `invalid_argument`, `model_invalid`
 */
export async function importOwnModel(
  path: string,
  own: OwnModel,
  { dir, signal }: { readonly dir: string; readonly signal: AbortSignal },
): Promise<InstalledModel> {
  const from = resolve(path);
  const found = await stat(from).catch(() => undefined);
  if (found === undefined) throw new MediaError("not_found", `there is no ${path}`);
  const folder = found.isDirectory() ? from : dirname(from);
  const names = found.isDirectory() ? (await readdir(from)).toSorted() : [basename(from)];
  const manifest = ownManifest(own, names, path);
  const { id, files } = manifest;
  await withModelLock(dir, id, { signal }, async () => {
    const staging = await freshStaging(dir, id);
    try {
      const wanted = [...new Set(Object.values(files))];
      for (const name of wanted) {
        await copyFile(join(folder, name), join(staging, name), constants.COPYFILE_FICLONE);
        await flush(join(staging, name));
      }
      const prepared = await prepare(manifest, staging, wanted);
      const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
      await writeFile(join(staging, ownManifestName), text, { flush: true });
      const all = [...prepared, ownManifestName];
      await install(dir, manifest, staging, all, { from, imported: true }, signal);
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      await rmdir(incomingOf(dir, id)).catch(() => {});
      throw error;
    }
  });
  const model = createModelStore({ dir }).find(id);
  if (model !== undefined) return model;
  throw new MediaError("model_invalid", `${id} was changed while it was taken in`);
}
