import { existsSync } from "node:fs";
import { join } from "node:path";
import { MediaError } from "../media/errors.ts";
import { importOwnModel } from "./import-own.ts";
import { importModel } from "./import.ts";
import { createModelStore } from "./local.ts";
import { aboutDownloadBytes, downloadBytes, engineOf, manifestOf, modelSets } from "./manifest.ts";
import { forget, readRemembered, remember, vanishedModels } from "./memory.ts";
import type { InstalledModel, ModelCost, ModelManifest, ModelTask } from "./model-store.ts";
import { ownKinds, ownTasks, type OwnModel } from "./own-models.ts";
import { pullModel, type Pulled } from "./pull.ts";
import type { PullOptions, PullProgress } from "./pull-options.ts";
import { readReceipt } from "./receipt.ts";
import { removeModel, verifyModel, type Verified } from "./verify.ts";

export { ownKinds, ownTasks, type OwnModel };
export type { Pulled, PullProgress, Verified };

/** A model, and how it stands on this machine. */
export interface ModelListing {
  readonly id: string;
  readonly title: string;
  readonly task: ModelTask;
  /** The engine that loads it. */
  readonly engine: string;
  /** An SPDX identifier. */
  readonly licence: string;
  readonly attribution: string;
  /** BCP 47 primary languages; absent where that does not matter. */
  readonly languages?: readonly string[];
  /** Absent where it was not measured. */
  readonly cost?: ModelCost;
  /** `changed`: its files are not what they were; `dailies models verify` says more. */
  readonly state: "installed" | "absent" | "changed";
  /** Whether an address of it is known; else it can only be imported. */
  readonly pullable: boolean;
  /** What has to come over the network. Absent where it was not published. */
  readonly downloadBytes?: number;
  /** The same, rounded, where only that was published. */
  readonly aboutDownloadBytes?: number;
  /** On the disk, while it is here. */
  readonly sizeBytes?: number;
  readonly fingerprint?: string;
  readonly from?: string;
  /** ISO 8601, UTC. */
  readonly fetchedAt?: string;
}

interface ModelsConfig {
  readonly modelsDir: string;
  readonly modelsMirror?: string | undefined;
}

/** The models of this machine, for people: what there is, getting it and letting it go. */
export interface Models {
  list(): readonly ModelListing[];
  /** Ids and names of sets, as ids. @throws MediaError `invalid_argument` for one that is neither */
  ids(names: readonly string[]): readonly string[];
  about(id: string): ModelListing;
  pull(
    id: string,
    options: Pick<PullOptions, "signal" | "onProgress" | "patience">,
  ): Promise<Pulled>;
  import(path: string, id: string | undefined, signal: AbortSignal): Promise<InstalledModel>;
  /** Takes in a model that Dailies does not know; see `importOwnModel`. */
  importOwn(path: string, own: OwnModel, signal: AbortSignal): Promise<InstalledModel>;
  verify(id: string, signal: AbortSignal): Promise<Verified>;
  remove(id: string, signal: AbortSignal): Promise<void>;
  /** Models that are here and whose licence nobody has seen. */
  unseen(): readonly ModelListing[];
  markSeen(ids: readonly string[]): Promise<void>;
  /** Models that were here, and are not any more although nobody removed them with `models rm`. */
  vanished(): readonly string[];
}

export function openModels(config: ModelsConfig): Models {
  const { modelsDir: dir, modelsMirror: mirror } = config;
  const store = createModelStore({ dir });
  const list = (): ModelListing[] =>
    store.known().map((manifest) => listing(dir, manifest, store.find(manifest.id), mirror));
  return {
    list,
    ids: (names) => [
      ...new Set(names.flatMap((name) => modelSets[name] ?? known(store.known(), name))),
    ],
    about: (id) => {
      const manifest = manifestOf(store.known(), id);
      return listing(dir, manifest, store.find(id), mirror);
    },
    pull: (id, options) => pullModel(id, { dir, mirror, ...options }),
    import: (path, id, signal) => importModel(path, id, { dir, signal }),
    importOwn: (path, own, signal) => importOwnModel(path, own, { dir, signal }),
    verify: (id, signal) => verifyModel(id, { dir, signal }),
    remove: async (id, signal) => {
      // One that somebody else took away is let go, too.
      if (!vanishedModels(dir, store).includes(id)) await removeModel(id, { dir, signal });
      await forget(dir, [id]);
    },
    unseen: () => {
      const { shown } = readRemembered(dir);
      return list().filter(({ id, state }) => state === "installed" && !shown.includes(id));
    },
    markSeen: (ids) => remember(dir, { shown: ids }),
    vanished: () => vanishedModels(dir, store),
  };
}

function known(all: readonly ModelManifest[], name: string): string {
  if (all.some(({ id }) => id === name)) return name;
  throw new MediaError(
    "invalid_argument",
    `no model is called ${name}; there are ${all.map(({ id }) => id).join(", ")}, and the sets ${Object.keys(modelSets).join(", ")}`,
  );
}

function listing(
  dir: string,
  manifest: ModelManifest,
  here: InstalledModel | undefined,
  mirror: string | undefined,
): ModelListing {
  const { id, title, task, licence, attribution, languages, cost, downloads } = manifest;
  const bytes = downloadBytes(manifest);
  const about = bytes === undefined ? aboutDownloadBytes(manifest) : undefined;
  const receipt = here && readReceipt(here.dir, id);
  return {
    id,
    title,
    task,
    engine: engineOf(task),
    licence,
    attribution,
    ...(languages && { languages }),
    ...(cost && { cost }),
    state: here ? "installed" : existsSync(join(dir, id)) ? "changed" : "absent",
    pullable: mirror !== undefined || downloads.every(({ url }) => url !== undefined),
    ...(bytes !== undefined && { downloadBytes: bytes }),
    ...(about !== undefined && { aboutDownloadBytes: about }),
    ...(here && { fingerprint: here.fingerprint }),
    ...(receipt && {
      sizeBytes: receipt.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      from: receipt.from,
      fetchedAt: receipt.fetchedAt,
    }),
  };
}
