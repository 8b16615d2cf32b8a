import { MediaError } from "../media/errors.ts";
import type { Labeler } from "./labeler.ts";
import type { OnnxEngine } from "./onnx/labeler.ts";

/** What `engines.labels` may be. */
export const labelEngines = ["auto", "onnx", "centernet"] as const;
export type LabelEngineChoice = (typeof labelEngines)[number];

/** How to get the models that the better engine begins with: 18 MB. */
export const pullLabelModels = "dailies models pull labels";

export interface LabelEngines {
  readonly onnx: Pick<OnnxEngine, "best" | "named">;
  readonly centernet: Labeler;
}

/** In the place of an engine that is wanted and not there: its jobs fail, and say what to do. */
function missing(): Labeler {
  const refuse = async (): Promise<never> => {
    const message = `there is no model for the label engine onnx: ${pullLabelModels}`;
    throw new MediaError("model_missing", message, { details: { install: pullLabelModels } });
  };
  return { id: "onnx-none", start: refuse, collect: refuse, cancel: async () => {} };
}

/** The labeller of new jobs. `auto` is onnx where a runtime and a model for it are here, else CenterNet. */
export function chooseLabeler(wanted: LabelEngineChoice, engines: LabelEngines): Labeler {
  if (wanted === "centernet") return engines.centernet;
  return engines.onnx.best() ?? (wanted === "onnx" ? missing() : engines.centernet);
}

/**
 * The labeller that a job names; what no engine here is called, `chosen` does.
 * @throws MediaError `model_missing` when the job names a model that is not here any more
 */
export function labelerNamed(id: unknown, engines: LabelEngines, chosen: Labeler): Labeler {
  if (typeof id !== "string" || id === chosen.id) return chosen;
  if (id.startsWith("centernet-")) return engines.centernet;
  if (id === "onnx-none") return engines.onnx.best() ?? missing();
  return engines.onnx.named(id) ?? chosen;
}
