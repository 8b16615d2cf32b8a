import { existsSync } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../files/replace.ts";
import { MediaError } from "../media/errors.ts";
import { describeFile, ignoreMissing } from "./install.ts";
import { createModelStore, type ModelStoreOptions } from "./local.ts";
import { withModelLock } from "./lock.ts";
import { manifestOf } from "./manifest.ts";
import { manifestsIn } from "./own-models.ts";
import {
  brokenReceiptName,
  fulfils,
  readReceipt,
  receiptName,
  type ReceiptFile,
} from "./receipt.ts";

export interface Verified {
  readonly id: string;
  readonly ok: boolean;
  /** Files that are missing or have other bytes than they had. */
  readonly wrong: readonly string[];
}

/**
 * Hashes every file of a model again. One that is as it was is usable again, if only its time had
 * changed (as copying does); one that is not is usable no more, until it is fetched anew.
 * @throws MediaError `not_found` when the model is not here
 */
export async function verifyModel(
  id: string,
  options: ModelStoreOptions & { readonly signal: AbortSignal },
): Promise<Verified> {
  const { dir, known = manifestsIn(options.dir), signal } = options;
  const manifest = manifestOf(known, id);
  const folder = join(dir, id);
  return await withModelLock(dir, id, { signal }, async () => {
    // After a look that found it broken: it still is, unless somebody put the right bytes back.
    const receipt = readReceipt(folder, id) ?? readReceipt(folder, id, brokenReceiptName);
    if (receipt === undefined) {
      if (!existsSync(folder)) throw notHere(id);
      return { id, ok: false, wrong: [receiptName] };
    }
    const files: ReceiptFile[] = [];
    const wrong: string[] = [];
    for (const file of receipt.files) {
      const found = await describeFile(folder, file.name, signal).catch(() => undefined);
      signal.throwIfAborted();
      if (found?.sha256 === file.sha256) files.push(found);
      else wrong.push(file.name);
    }
    const path = join(folder, receiptName);
    if (wrong.length === 0 && fulfils(receipt, manifest)) {
      if (createModelStore({ dir, known }).find(id) === undefined) {
        await replaceFile(path, `${JSON.stringify({ ...receipt, files }, undefined, 2)}\n`);
        await rm(join(folder, brokenReceiptName), { force: true });
      }
      return { id, ok: true, wrong };
    }
    await rename(path, join(folder, brokenReceiptName)).catch(ignoreMissing); // it is called so already
    return { id, ok: false, wrong };
  });
}

/** @throws MediaError `not_found` when there is nothing of it */
export async function removeModel(
  id: string,
  options: ModelStoreOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const { dir, known = manifestsIn(options.dir), signal } = options;
  manifestOf(known, id);
  const folders = [join(dir, id), join(dir, ".incoming", id)];
  const there = await Promise.all(folders.map((path) => stat(path).catch(() => undefined)));
  if (there.every((each) => each === undefined)) throw notHere(id);
  await withModelLock(dir, id, { signal }, async () => {
    // The receipt first: a model that is half removed is none.
    await rm(join(dir, id, receiptName), { force: true });
    for (const path of folders) await rm(path, { recursive: true, force: true });
  });
}

function notHere(id: string): MediaError {
  return new MediaError("not_found", `the model ${id} is not here`);
}
