import { unavailableEngine } from "../../media/engine-registry.ts";
import { asMediaError, MediaError } from "../../media/errors.ts";
import { pullLabelModels } from "../../media/label.ts";
import type { LabelEngine, Labeler } from "../labeler.ts";
import { findOnnx } from "./install.ts";
import { createOnnxEngine, type OnnxOptions } from "./labeler.ts";
import { bestModels } from "./models.ts";

/** The id in jobs that were enqueued while no model was here. */
const noModelId = "onnx-none";

/** ONNX models, as the registry has them: a labeller for each set of models. */
export function onnxEntry(options: OnnxOptions): LabelEngine {
  const engine = createOnnxEngine(options);
  const noModel = (): MediaError => {
    const message = `there is no model for the label engine onnx: ${pullLabelModels}`;
    return new MediaError("model_missing", message, { details: { install: pullLabelModels } });
  };
  const missing = (): MediaError | undefined => {
    try {
      findOnnx(options.runtime);
    } catch (thrown) {
      return asMediaError(thrown);
    }
    return bestModels(options.models) === undefined ? noModel() : undefined;
  };
  const best = (): Labeler =>
    engine.best() ?? unavailableEngine(noModelId, () => missing() ?? noModel());
  return {
    name: "onnx",
    ids: /^onnx-/,
    can: { boxes: true },
    missing,
    best,
    named: (id) => engine.named(id) ?? best(),
    close: () => engine.close(),
  };
}
