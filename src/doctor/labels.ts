import { findCenternet } from "../label/centernet/install.ts";
import { findOnnx } from "../label/onnx/install.ts";
import { bestModels } from "../label/onnx/models.ts";
import { asMediaError, type MediaError } from "../media/errors.ts";
import { labelEngineNames, pullLabelModels, type LabelEngineName } from "../media/label.ts";
import { createModelStore } from "../models/local.ts";
import type { Config } from "../config/config.ts";
import type { Finding } from "./check.ts";

/** A label engine on this machine: what it is, or why it cannot work and what helps. */
type Examined = { readonly title: string } & (
  | { readonly found: string; readonly detail: string }
  | { readonly reason: string; readonly remedy: string }
);

function remedyOf(error: MediaError): string {
  const { install } = error.details;
  return typeof install === "string" ? install : error.remedy;
}

function examineOnnx(modelsDir: string): Examined {
  const title = "onnx";
  try {
    const runtime = findOnnx().runtime.name;
    const models = Object.values(bestModels(createModelStore({ dir: modelsDir })) ?? {});
    if (models.length === 0)
      return { title, reason: "no model for it is here", remedy: pullLabelModels };
    const names = models.map(({ manifest }) => manifest.id).join(" + ");
    return { title, found: `onnx: ${names}`, detail: `${runtime}, offline` };
  } catch (thrown) {
    const remedy = remedyOf(asMediaError(thrown));
    return { title, reason: "its package is not installed", remedy };
  }
}

function examineCenternet(): Examined {
  const title = "CenterNet";
  try {
    findCenternet();
    return { title, found: title, detail: "80 kinds of things, offline" };
  } catch (thrown) {
    const remedy = remedyOf(asMediaError(thrown));
    return { title, reason: "its packages are not installed", remedy };
  }
}

const examine: Readonly<Record<LabelEngineName, (modelsDir: string) => Examined>> = {
  onnx: examineOnnx,
  centernet: examineCenternet,
};

/** Which engine labels, with what, and why that one. */
export function checkLabelEngine({
  modelsDir,
  engines,
}: Pick<Config, "modelsDir"> & Partial<Pick<Config, "engines">>): Finding {
  const wanted = engines?.labels ?? "auto";
  const names = wanted === "auto" ? labelEngineNames : [wanted];
  const asked = wanted === "auto" ? "" : ", as engines.labels says";
  let better = "";
  let warning: Finding = { state: "warning", detail: "nothing is labelled" };
  for (const name of names) {
    const examined = examine[name](modelsDir);
    const { title } = examined;
    if ("found" in examined)
      return { state: "ok", found: examined.found, detail: examined.detail + asked + better };
    const { reason, remedy } = examined;
    better += `; ${title} sees more, but ${reason}: \`${remedy}\``;
    warning = { state: "warning", detail: `nothing is labelled by ${title}: ${reason}`, remedy };
  }
  return warning;
}
