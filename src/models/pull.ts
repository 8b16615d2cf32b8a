import { mkdir, rename, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { MediaError } from "../media/errors.ts";
import { download, type Patience } from "./download.ts";
import { freshStaging, incomingOf, install } from "./install.ts";
import { createModelStore, type ModelStoreOptions } from "./local.ts";
import { withModelLock } from "./lock.ts";
import { downloadBytes, knownModels, manifestOf, nameOf } from "./manifest.ts";
import type { InstalledModel, ModelDownload, ModelManifest } from "./model-store.ts";
import { rememberHashes, trustedHash, trustFile } from "./trust.ts";
import { unpack } from "./unpack.ts";

/** How far a pull is. */
export interface PullProgress {
  readonly id: string;
  /** `waiting`: another process pulls the same model. */
  readonly phase: "waiting" | "downloading" | "unpacking";
  /** Of the download, or of the archive that is unpacked. */
  readonly doneBytes: number;
  /** Absent when it is not known. */
  readonly totalBytes?: number;
  /** Since this call began to receive. Absent while that cannot be said. */
  readonly bytesPerSecond?: number;
  readonly remainingMs?: number;
}

export interface PullOptions extends ModelStoreOptions {
  /** An address under which the files lie by their names, instead of the publishers' own. */
  readonly mirror?: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: PullProgress) => void;
  readonly patience?: Partial<Patience>;
}

export interface Pulled {
  readonly model: InstalledModel;
  /** False when it was there already, or came through another process meanwhile. */
  readonly isNew: boolean;
}

/**
 * Fetches a model, unless it is there: to a part that later calls go on with, checked while it
 * comes, put together apart, and moved into its place whole. One process at a time; others wait.
 * @throws MediaError `invalid_argument` for an unknown id or one that can only be imported;
 * `download_failed`, `model_invalid`, `disk_full`; the signal's reason
 */
export async function pullModel(id: string, options: PullOptions): Promise<Pulled> {
  const { dir, known = knownModels, signal } = options;
  const manifest = manifestOf(known, id);
  const store = createModelStore({ dir, known });
  const there = (): InstalledModel | undefined => store.find(id);
  const here = there();
  if (here !== undefined) return { model: here, isNew: false };
  const addresses = manifest.downloads.map((each) => addressOf(manifest, each, options.mirror));
  await mkdir(dir, { recursive: true });
  const onWait = (): void => options.onProgress?.({ id, phase: "waiting", doneBytes: 0 });
  return await withModelLock(dir, id, { signal, onWait }, async () => {
    const meanwhile = there();
    if (meanwhile !== undefined) return { model: meanwhile, isNew: false };
    await requireSpace(dir, manifest);
    await fetchAll(manifest, addresses, options);
    const model = there();
    if (model === undefined)
      throw new MediaError("model_invalid", `${id} was changed while it was put into its place`);
    return { model, isNew: true };
  });
}

/** A mirror has all files in one folder; its own address is somebody's word, and may be plain http. */
function addressOf(manifest: ModelManifest, each: ModelDownload, mirror: string | undefined) {
  if (mirror !== undefined) {
    const base = mirror.endsWith("/") ? mirror : `${mirror}/`;
    return { url: new URL(nameOf(each), base).href, mayBePlain: true };
  }
  if (each.url !== undefined) return { url: each.url, mayBePlain: false };
  throw new MediaError(
    "invalid_argument",
    `${manifest.id} is published nowhere in this form; \`dailies models import ${manifest.id} FILE\` takes one in`,
  );
}

/** An archive and what is in it lie side by side for a while. */
async function requireSpace(dir: string, manifest: ModelManifest): Promise<void> {
  const bytes = downloadBytes(manifest);
  if (bytes === undefined) return;
  const isPacked = manifest.downloads.some(({ packing }) => packing !== "file");
  const wanted = isPacked ? bytes * 2.5 : bytes;
  const { bavail, bsize } = await statfs(dir);
  if (bavail * bsize < wanted)
    throw new MediaError(
      "disk_full",
      `${manifest.id} needs ${Math.ceil(wanted / 1e6)} MB in ${dir}`,
    );
}

async function fetchAll(
  manifest: ModelManifest,
  addresses: readonly { url: string; mayBePlain: boolean }[],
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
    names,
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

const tellEveryMs = 100;

/** Turns bytes into progress with speed and time left, ten times a second at most. */
function createMeter(id: string, tell: PullOptions["onProgress"]) {
  let begun: { at: number; bytes: number } | undefined;
  let toldAt = 0;
  return {
    downloading: (doneBytes: number, totalBytes: number | undefined): void => {
      const now = performance.now();
      begun ??= { at: now, bytes: doneBytes };
      if (tell === undefined || (now - toldAt < tellEveryMs && doneBytes !== totalBytes)) return;
      toldAt = now;
      const seconds = (now - begun.at) / 1000;
      const speed = seconds > 0.5 ? (doneBytes - begun.bytes) / seconds : undefined;
      const left = totalBytes === undefined ? undefined : totalBytes - doneBytes;
      tell({
        id,
        phase: "downloading",
        doneBytes,
        ...(totalBytes !== undefined && { totalBytes }),
        ...(speed !== undefined && { bytesPerSecond: speed }),
        ...(speed && left !== undefined && { remainingMs: (left / speed) * 1000 }),
      });
    },
    unpacking: (doneBytes: number): void => {
      const now = performance.now();
      if (now - toldAt < tellEveryMs) return;
      toldAt = now;
      tell?.({ id, phase: "unpacking", doneBytes });
    },
  };
}
