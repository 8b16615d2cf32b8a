import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { MediaError } from "../media/errors.ts";
import { download } from "./download.ts";
import { freshStaging, incomingOf, install } from "./install.ts";
import { nameOf } from "./manifest.ts";
import { createMeter } from "./meter.ts";
import type { ModelDownload, ModelManifest } from "./model-store.ts";
import { prepare } from "./prepare.ts";
import type { PullOptions } from "./pull-options.ts";
import { rememberHashes, trustedHash, trustFile } from "./trust.ts";
import { unpack } from "./unpack.ts";

/** A file's address; a mirror's may be plain http. */
export interface FileAddress {
  readonly url: string;
  readonly mayBePlain: boolean;
}

/**
 * Fetches a model's files from their addresses, one for each download, and puts the model together.
 * @throws MediaError as `pullModel`
 */
export async function fetchFiles(
  manifest: ModelManifest,
  addresses: readonly FileAddress[],
  options: PullOptions,
): Promise<void> {
  const { dir, signal } = options;
  const { id } = manifest;
  const incoming = incomingOf(dir, id);
  const staging = await freshStaging(dir, id);
  const names: string[] = [];
  const learnt: Record<string, string> = {};
  /** Put together when all have come: what an interrupted pull has put together is not gone on with. */
  const whole: { each: ModelDownload; path: string; tell: ReturnType<typeof createMeter> }[] = [];
  for (const [index, each] of manifest.downloads.entries()) {
    const address = addresses[index];
    if (address === undefined) continue;
    const name = nameOf(each);
    const trusted = each.sha256 === undefined ? trustedHash(dir, id, name) : undefined;
    const path = join(incoming, name);
    const { sizeBytes, sha256 = trusted } = each;
    const tell = createMeter(id, options.onProgress);
    const fetched = await download({
      ...address,
      path,
      sizeBytes,
      sha256,
      signal,
      ...(options.patience && { patience: options.patience }),
      onProgress: tell.downloading,
    }).catch((error: unknown) => explainTrust(error, trusted, trustFile(dir, id)));
    if (sha256 === undefined) learnt[name] = fetched.sha256;
    whole.push({ each, path, tell });
  }
  for (const { each, path, tell } of whole) {
    if (each.packing === "file") {
      await rename(path, join(staging, nameOf(each)));
      names.push(nameOf(each));
    } else names.push(...(await unpackInto(path, staging, manifest, signal, tell.unpacking)));
  }
  await install(
    dir,
    manifest,
    staging,
    await prepare(manifest, staging, names),
    { from: addresses[0]?.url ?? "", imported: false },
    signal,
  );
  await rememberHashes(dir, id, learnt);
}

async function unpackInto(
  archive: string,
  staging: string,
  manifest: ModelManifest,
  signal: AbortSignal,
  onProgress: (readBytes: number) => void,
): Promise<string[]> {
  const wanted = new Set(Object.values(manifest.files));
  try {
    return await unpack(archive, staging, wanted, { signal, onProgress });
  } catch (error) {
    // What does not unpack would not tomorrow either.
    if (error instanceof MediaError && error.code === "model_invalid")
      await rm(archive, { force: true });
    throw error;
  }
}

function explainTrust(error: unknown, trusted: string | undefined, path: string): never {
  if (
    trusted === undefined ||
    !(error instanceof MediaError) ||
    error.details["found"] === undefined
  )
    throw error;
  const message = `${error.message}: it is not what was fetched before. If its publisher says that it changed, remove ${path} and fetch it again`;
  throw new MediaError("model_invalid", message, { cause: error, details: error.details });
}
