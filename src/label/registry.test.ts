import { describe, expect, it } from "vitest";
import { storeOf } from "../../test/support/shared-models.ts";
import type { LabelEngineChoice } from "../media/label.ts";
import { defaultLimits } from "../media/limits.ts";
import type { InstalledModel } from "../models/model-store.ts";
import { createMemoryObjectStore } from "../objects/memory.ts";
import { createSandbox } from "../sandbox/create.ts";
import { createLabeling } from "./registry.ts";

const sandbox = await createSandbox();
const common = { sandbox, objects: createMemoryObjectStore(), limits: defaultLimits };

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

const labelingWith = (wanted: LabelEngineChoice, ...models: InstalledModel[]) =>
  createLabeling({ ...common, models: storeOf(...models) }, wanted);

describe("the registry of label engines", () => {
  it("chooses onnx where there is a model, else CenterNet", () => {
    const chosen = (...given: Parameters<typeof labelingWith>) => labelingWith(...given).chosen.id;
    expect(chosen("auto", model("better"), model("good"))).toBe("onnx-3:better@0123456789ab");
    expect(chosen("auto")).toMatch(/^centernet-/);
    expect(chosen("centernet", model("better"))).toMatch(/^centernet-/);
  });

  it("fails with how to get a model where onnx is wanted and has none", async () => {
    const { chosen } = labelingWith("onnx");
    await expect(chosen.begin({} as never, {} as never)).rejects.toMatchObject({
      code: "model_missing",
      message: expect.stringContaining("dailies models pull"),
    });
  });

  it("gives a job the labeller that it names, whatever is chosen for new ones", () => {
    const { chosen, labelerOf } = labelingWith("auto", model("better"), model("good"));
    expect(labelerOf("onnx-3:good@0123456789ab").id).toBe("onnx-3:good@0123456789ab");
    expect(labelerOf("centernet-coco80-1").id).toBe(labelingWith("centernet").chosen.id);
    expect(labelerOf(undefined)).toBe(chosen);
    expect(labelerOf("onnx-none").id).toBe(chosen.id);
    expect(labelerOf("an-engine-of-another-library").id).toBe(chosen.id);
    expect(() => labelerOf("onnx-3:gone@0123456789ab")).toThrow(/gone.* not here any more/);
  });

  it("says of each engine what it can and what it lacks", () => {
    const { engines } = labelingWith("auto");
    expect(engines.map(({ name, can }) => ({ name, can }))).toEqual([
      { name: "onnx", can: { boxes: true } },
      { name: "centernet", can: { boxes: true, kinds: 80 } },
    ]);
    expect(engines[0]?.missing()).toMatchObject({ code: "model_missing" });
  });
});
