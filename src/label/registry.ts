import { chooseEntry, engineNamed } from "../media/engine-registry.ts";
import { labelEngineNames, type LabelEngineChoice, type LabelEngineName } from "../media/label.ts";
import type { Limits } from "../media/limits.ts";
import type { ModelStore } from "../models/model-store.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { centernetEntry } from "./centernet/engine.ts";
import type { LabelEngine, Labeler } from "./labeler.ts";
import { onnxEntry } from "./onnx/engine.ts";

interface Parts {
  readonly sandbox: Sandbox;
  readonly objects: ObjectStore;
  readonly models: ModelStore;
  readonly limits: Limits;
}

/** Makes each label engine. An engine is added here, and to the names in `media/label.ts`. */
const engines = { onnx: onnxEntry, centernet: centernetEntry } satisfies Record<
  LabelEngineName,
  (parts: Parts) => LabelEngine
>;

/** The label engines of this machine. */
export interface Labeling {
  readonly engines: readonly LabelEngine[];
  /** The labeller for new jobs: of the engine that was asked for, else of the first that works here. */
  readonly chosen: Labeler;
  /**
   * The labeller that a job's settings name; `chosen` where they name none that any engine here knows.
   * @throws MediaError `model_missing` when the job names a model that is not here any more
   */
  readonly labelerOf: (id: unknown) => Labeler;
  close(): Promise<void>;
}

/** The registry of label engines on this machine. Nothing is loaded before there is work. */
export function createLabeling(parts: Parts, wanted: LabelEngineChoice): Labeling {
  const registry = labelEngineNames.map((name) => engines[name](parts));
  const chosen = chooseEntry(registry, wanted).best();
  return {
    engines: registry,
    chosen,
    labelerOf: (id) => (id === chosen.id ? chosen : (engineNamed(registry, id) ?? chosen)),
    close: async () => void (await Promise.all(registry.map((engine) => engine.close()))),
  };
}
