import { findCenternet } from "../label/centernet/install.ts";
import { pullLabelModels } from "../media/label.ts";
import { findOnnx } from "../label/onnx/install.ts";
import { bestModels } from "../label/onnx/models.ts";
import { asMediaError, type MediaError } from "../media/errors.ts";
import { createModelStore } from "../models/local.ts";
import type { Config } from "../config/config.ts";
import type { Finding } from "./check.ts";

/** What stands against it; undefined when nothing does. */
function obstacle(find: () => unknown): MediaError | undefined {
  try {
    find();
    return undefined;
  } catch (thrown) {
    return asMediaError(thrown);
  }
}

function remedyOf(error: MediaError): string {
  const { install } = error.details;
  return typeof install === "string" ? install : error.remedy;
}

/** The packages for onnx's models, and which models it would take. */
function onnx(modelsDir: string) {
  const lacks = obstacle(() => findOnnx());
  const models = bestModels(createModelStore({ dir: modelsDir }));
  const names = Object.values(models ?? {}).map(({ manifest }) => manifest.id);
  return { lacks, names, usable: lacks === undefined && names.length > 0 };
}

/** Which engine labels, with what, and why that one. */
export function checkLabelEngine({
  modelsDir,
  engines,
}: Pick<Config, "modelsDir"> & Partial<Pick<Config, "engines">>): Finding {
  const wanted = engines?.labels ?? "auto";
  const asked = wanted === "auto" ? "" : ", as engines.labels says";
  const better = onnx(modelsDir);
  if (wanted !== "centernet" && better.usable) {
    const runtime = findOnnx().runtime.name;
    const found = `onnx: ${better.names.join(" + ")}`;
    return { state: "ok", found, detail: `${runtime}, offline${asked}` };
  }
  const why = better.lacks
    ? { reason: "its package is not installed", remedy: remedyOf(better.lacks) }
    : { reason: "no model for it is here", remedy: pullLabelModels };
  if (wanted === "onnx")
    return {
      state: "warning",
      detail: `nothing is labelled by onnx: ${why.reason}`,
      remedy: why.remedy,
    };
  const lacks = obstacle(() => findCenternet());
  if (lacks)
    return {
      state: "warning",
      detail: "nothing is labelled without its packages",
      remedy: remedyOf(lacks),
    };
  const instead =
    wanted === "auto" ? `; onnx sees more, but ${why.reason}: \`${why.remedy}\`` : asked;
  return { state: "ok", found: "CenterNet", detail: `80 kinds of things, offline${instead}` };
}
