import { constants } from "node:fs";
import { copyFile, readdir, rm, rmdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { MediaError } from "../media/errors.ts";
import { checkContent } from "./check.ts";
import { flush } from "../files/durable.ts";
import { sha256Of } from "../files/sha256.ts";
import { freshStaging, incomingOf, install } from "./install.ts";
import { createModelStore, type ModelStoreOptions } from "./local.ts";
import { withModelLock } from "./lock.ts";
import { manifestOf, nameOf } from "./manifest.ts";
import { manifestsIn } from "./own-models.ts";
import type { InstalledModel, ModelDownload, ModelManifest } from "./model-store.ts";
import { prepare } from "./prepare.ts";
import { unpack } from "./unpack.ts";

export interface ImportOptions extends ModelStoreOptions {
  readonly signal: AbortSignal;
}

/**
 * Takes in a model that was fetched elsewhere: the published file or archive, or a folder with the
 * files that its engine loads. Whatever came before under its id is replaced.
 * @param id default: told by the file's hash, else by its name
 * @throws MediaError `not_found` when there is no such path; `invalid_argument` when nothing is
 * known of it; `model_invalid` when it is not what it should be
 */
export async function importModel(
  path: string,
  id: string | undefined,
  options: ImportOptions,
): Promise<InstalledModel> {
  const { dir, known = manifestsIn(options.dir), signal } = options;
  const from = resolve(path);
  const found = await stat(from).catch(() => undefined);
  if (found === undefined) throw new MediaError("not_found", `there is no ${path}`);
  const manifest =
    id === undefined ? await recognise(from, found.isDirectory(), known) : manifestOf(known, id);
  await withModelLock(dir, manifest.id, { signal }, async () => {
    const staging = await freshStaging(dir, manifest.id);
    try {
      const names = found.isDirectory()
        ? await copyFolder(from, staging, manifest)
        : await copyOne(from, staging, manifest, options);
      const prepared = await prepare(manifest, staging, names);
      await install(dir, manifest, staging, prepared, { from, imported: true }, signal);
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      await rmdir(incomingOf(dir, manifest.id)).catch(() => {}); // parts of a download are in it
      throw error;
    }
  });
  const model = createModelStore({ dir, known }).find(manifest.id);
  if (model !== undefined) return model;
  throw new MediaError("model_invalid", `${manifest.id} was changed while it was taken in`);
}

/** Which model a file or folder is. */
async function recognise(
  path: string,
  isFolder: boolean,
  known: readonly ModelManifest[],
): Promise<ModelManifest> {
  const name = basename(path);
  const byName = known.find(
    ({ id, downloads }) =>
      id === name ||
      downloads.some((each) => nameOf(each) === name || nameOf(each) === `${name}.tar.bz2`),
  );
  const sha256 = isFolder ? undefined : await sha256Of(path);
  const stated = (manifest: ModelManifest): boolean =>
    manifest.downloads.some((each) => each.sha256 !== undefined && each.sha256 === sha256);
  const manifest = known.find(stated) ?? byName;
  if (manifest !== undefined) return manifest;
  throw new MediaError(
    "invalid_argument",
    `${path} is no model that is known by its name or hash; say which: \`dailies models import ID ${path}\``,
  );
}

/** The download that a single file is meant to be. */
function downloadOf(manifest: ModelManifest): ModelDownload {
  const [only, ...others] = manifest.downloads;
  if (only !== undefined && others.length === 0) return only;
  throw new MediaError(
    "invalid_argument",
    `${manifest.id} is made of several files: put them into a folder and import that`,
  );
}

async function copyOne(
  path: string,
  staging: string,
  manifest: ModelManifest,
  { dir, signal }: ImportOptions,
): Promise<string[]> {
  const download = downloadOf(manifest);
  const name = nameOf(download);
  const isPacked = download.packing === "tar.bz2";
  // The copy is checked, not what may still be written to.
  const copy = join(isPacked ? incomingOf(dir, manifest.id) : staging, name);
  try {
    await copyFile(path, copy, constants.COPYFILE_FICLONE);
    await flush(copy);
    await checkContent(copy);
    if (download.sha256 !== undefined && (await sha256Of(copy, signal)) !== download.sha256)
      throw new MediaError("model_invalid", `${path} is not ${manifest.id}: its hash is another`, {
        details: { expected: download.sha256 },
      });
    if (!isPacked) return [name];
    return await unpack(copy, staging, new Set(Object.values(manifest.files)), { signal });
  } finally {
    if (isPacked) await rm(copy, { force: true }).catch(() => {}); // it may be as large as the model
  }
}

/** The files that the engine loads, from a folder or the only folder in it. */
async function copyFolder(
  path: string,
  staging: string,
  manifest: ModelManifest,
): Promise<string[]> {
  const names = [...new Set(Object.values(manifest.files))];
  const inner = (await readdir(path, { withFileTypes: true })).filter((each) => each.isDirectory());
  const places = [path, ...(inner.length === 1 ? [join(path, inner[0]?.name ?? "")] : [])];
  for (const place of places) {
    const found = await Promise.all(
      names.map(async (name) => (await stat(join(place, name)).catch(() => undefined))?.isFile()),
    );
    if (!found.every(Boolean)) continue;
    for (const name of names) {
      await copyFile(join(place, name), join(staging, name), constants.COPYFILE_FICLONE);
      await flush(join(staging, name));
    }
    return names;
  }
  throw new MediaError("model_invalid", `${path} does not have ${names.join(", ")}`);
}
