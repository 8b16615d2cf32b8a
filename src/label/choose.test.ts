import { describe, expect, it } from "vitest";
import { storeOf } from "../../test/support/shared-models.ts";
import { defaultLimits } from "../media/limits.ts";
import type { InstalledModel } from "../models/model-store.ts";
import { createMemoryObjectStore } from "../objects/memory.ts";
import { createSandbox } from "../sandbox/create.ts";
import { createCenternetLabeler } from "./centernet/labeler.ts";
import { chooseLabeler, labelerNamed } from "./choose.ts";
import { createOnnxEngine } from "./onnx/labeler.ts";

const sandbox = await createSandbox();
const common = { sandbox, objects: createMemoryObjectStore(), limits: defaultLimits };
const centernet = createCenternetLabeler(common);

/** Nothing is loaded before there is work. */
const model = (id: string): InstalledModel => ({
  manifest: {
    id,
    task: "detection",
    kind: "yolox",
    title: id,
    licence: "MIT",
    attribution: "",
    downloads: [],
    files: { model: "model.onnx" },
  },
  dir: "/nowhere",
  fingerprint: "0123456789ab",
  file: () => "/nowhere/model.onnx",
});

const enginesWith = (...models: InstalledModel[]) => ({
  centernet,
  onnx: createOnnxEngine({ ...common, models: storeOf(...models) }),
});

describe("which engine labels", () => {
  it("is onnx where there is a model, else CenterNet", () => {
    const id = "onnx-2:better@0123456789ab";
    expect(chooseLabeler("auto", enginesWith(model("better"), model("good"))).id).toBe(id);
    expect(chooseLabeler("auto", enginesWith()).id).toBe(centernet.id);
    expect(chooseLabeler("centernet", enginesWith(model("better"))).id).toBe(centernet.id);
  });

  it("is none where onnx is wanted and has no model: it fails with how to get one", async () => {
    const labeler = chooseLabeler("onnx", enginesWith());
    await expect(labeler.start({} as never, {} as never)).rejects.toMatchObject({
      code: "model_missing",
      message: expect.stringContaining("dailies models pull"),
    });
  });

  it("is that which the job names, whatever is chosen for new ones", () => {
    const engines = enginesWith(model("better"), model("good"));
    const chosen = chooseLabeler("auto", engines);
    const named = (id: unknown) => labelerNamed(id, engines, chosen).id;
    expect(named("onnx-2:good@0123456789ab")).toBe("onnx-2:good@0123456789ab");
    expect(named("centernet-coco80-1")).toBe(centernet.id);
    expect(named(undefined)).toBe(chosen.id);
    expect(named("onnx-none")).toBe(chosen.id);
    expect(() => named("onnx-2:gone@0123456789ab")).toThrow(/gone.* not here any more/);
  });
});
