import { rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../files/durable.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import { fetchFiles, type FileAddress } from "./fetch-files.ts";
import { freshStaging, incomingOf, install } from "./install.ts";
import { createModelStore } from "./local.ts";
import { withModelLock } from "./lock.ts";
import { downloadBytes, manifestOf, nameOf } from "./manifest.ts";
import { manifestsIn } from "./own-models.ts";
import { createMeter } from "./meter.ts";
import type { InstalledModel, ModelManifest, WheelSource } from "./model-store.ts";
import { fetchWheel, wheelName } from "./package-index.ts";
import { prepare } from "./prepare.ts";
import type { PullOptions } from "./pull-options.ts";
import { unpackWheel } from "./wheel.ts";

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
  const { dir, known = manifestsIn(options.dir), signal } = options;
  const manifest = manifestOf(known, id);
  const store = createModelStore({ dir, known });
  const there = (): InstalledModel | undefined => store.find(id);
  const here = there();
  if (here !== undefined) return { model: here, isNew: false };
  const addresses = addressesOf(manifest, options.mirror);
  await makeFolder(dir);
  const onWait = (): void => options.onProgress?.({ id, phase: "waiting", doneBytes: 0 });
  return await withModelLock(dir, id, { signal, onWait }, async () => {
    const meanwhile = there();
    if (meanwhile !== undefined) return { model: meanwhile, isNew: false };
    await requireSpace(dir, manifest);
    await fetchFromFirst(manifest, addresses, options);
    const model = there();
    if (model === undefined)
      throw new MediaError("model_invalid", `${id} was changed while it was put into its place`);
    return { model, isNew: true };
  });
}

/**
 * Where a model's files lie; a mirror has all files in one folder, its own address is somebody's word, and may
 * be plain http. Undefined: nowhere, but there are alternatives.
 */
function addressesOf(
  { id, downloads, alternatives = [] }: ModelManifest,
  mirror: string | undefined,
): readonly FileAddress[] | undefined {
  if (mirror !== undefined) {
    const base = mirror.endsWith("/") ? mirror : `${mirror}/`;
    return downloads.map((each) => ({ url: new URL(nameOf(each), base).href, mayBePlain: true }));
  }
  const urls = downloads.flatMap(({ url }) => url ?? []);
  if (urls.length === downloads.length && urls.length > 0)
    return urls.map((url) => ({ url, mayBePlain: false }));
  if (alternatives.length > 0) return undefined;
  throw new MediaError(
    "invalid_argument",
    `${id} is published nowhere in this form; \`dailies models import ${id} FILE\` takes one in`,
  );
}

/** Where there is another source, the first one is not waited for as long. */
const hasty = { silenceMs: 10_000, tries: 2, pauseMs: 500 };

/**
 * Fetches a model from the first source that has it: the mirror alone; else the publisher, else a package index.
 * @throws MediaError of the first source, with what the others said
 */
async function fetchFromFirst(
  manifest: ModelManifest,
  addresses: readonly FileAddress[] | undefined,
  options: PullOptions,
): Promise<void> {
  // Who names a mirror wants nothing from elsewhere.
  const others = options.mirror === undefined ? (manifest.alternatives ?? []) : [];
  const patience = others.length > 0 ? { ...hasty, ...options.patience } : options.patience;
  const files = { ...options, ...(patience && { patience }) };
  const sources = [
    ...(addresses === undefined ? [] : [() => fetchFiles(manifest, addresses, files)]),
    ...others.map((wheel) => () => fetchFromIndex(manifest, wheel, options)),
  ];
  const failures: MediaError[] = [];
  const { id } = manifest;
  options.onProgress?.({ id, phase: "connecting", doneBytes: 0 });
  for (const fetchIt of sources)
    try {
      // oxlint-disable-next-line no-await-in-loop -- one source after the other
      return await fetchIt();
    } catch (error) {
      options.signal.throwIfAborted();
      const failure = asMediaError(error);
      if (failure.code !== "download_failed" && failure.code !== "model_invalid") throw error;
      failures.push(failure);
    }
  const [first] = failures;
  if (first === undefined) throw new MediaError("internal", `${id} has no source`);
  throw withOtherWays(id, first, failures);
}

/** The first error with what the other sources said; where nothing came, with the ways without a network. */
function withOtherWays(id: string, first: MediaError, failures: readonly MediaError[]): MediaError {
  const { code, retryable, details } = first;
  const message = failures.map((failure) => failure.message).join("; ");
  const remedy =
    `Run the same command again: it goes on where it stopped. Without a network, take the files from another ` +
    `machine (\`dailies models import ${id} FILE\`), or name a mirror (DAILIES_MODELS_MIRROR).`;
  const isMissing = code === "download_failed";
  return new MediaError(code, message, {
    cause: first,
    details,
    ...(isMissing ? { retryable, remedy } : {}),
  });
}

/** Fetches a model from the makers' wheel, through the package index that pip is set to. */
async function fetchFromIndex(
  manifest: ModelManifest,
  wheel: WheelSource,
  { dir, signal, onProgress }: PullOptions,
): Promise<void> {
  const { id } = manifest;
  const staging = await freshStaging(dir, id);
  const place = join(incomingOf(dir, id), "index");
  const tell = createMeter(id, onProgress);
  try {
    const path = await fetchWheel(wheel, place, signal, tell.downloading);
    const members = await unpackWheel(path, staging, wheel.members, signal);
    const names = await prepare(manifest, staging, members);
    await install(
      dir,
      manifest,
      staging,
      names,
      { from: wheelName(wheel), imported: false },
      signal,
    );
  } finally {
    await rm(place, { recursive: true, force: true });
  }
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
