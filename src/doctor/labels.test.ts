import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithSharedMedia, sharedMedia } from "../../test/support/shared-media.ts";
import { importModel } from "../models/import.ts";
import { checkLabelEngine } from "./labels.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dailies-doctor-labels-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const look = (labels: "auto" | "onnx" | "centernet") =>
  checkLabelEngine({ modelsDir: folder, engines: { labels, speech: "auto" } });

it("says why it is CenterNet, and how to get better", () => {
  expect(look("auto")).toMatchObject({
    state: "ok",
    found: "CenterNet",
    detail: expect.stringContaining("no model for it is here: `dailies models pull labels`"),
  });
  expect(look("centernet")).toMatchObject({ state: "ok", detail: expect.stringContaining("says") });
  expect(look("onnx")).toMatchObject({ state: "warning", remedy: "dailies models pull labels" });
});

describeWithSharedMedia("with a model that is here", () => {
  it("says which engine it is, and which models", async () => {
    const signal = new AbortController().signal;
    const model = sharedMedia("../models/yolox_nano.onnx");
    await importModel(model, "yolox-nano", { dir: folder, signal });
    expect(look("auto")).toMatchObject({
      state: "ok",
      found: "onnx: yolox-nano",
      detail: expect.stringContaining("onnxruntime-node"),
    });
    expect(look("centernet").found).toBe("CenterNet");
  });
});
