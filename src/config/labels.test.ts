import { describe, expect, it } from "vitest";
import { labelConfig, labelEngineConfig } from "./labels.ts";

describe("the settings of labels", () => {
  it("are what is given, and nothing where nothing is", () => {
    expect(labelConfig("config.json", undefined)).toEqual({});
    expect(labelConfig("config.json", { minConfidence: 0.55, maxLabels: 10 })).toEqual({
      minConfidence: 0.55,
      maxLabels: 10,
    });
    expect(labelEngineConfig("config.json", undefined)).toBe("auto");
    expect(labelEngineConfig("config.json", { labels: "centernet", speech: "auto" })).toBe(
      "centernet",
    );
  });

  it.each([
    [{ minConfidence: 55 }, "labels.minConfidence must be 0.1–1, not 55"],
    [{ minConfidence: "0.5" }, 'labels.minConfidence must be 0.1–1, not "0.5"'],
    [{ maxLabels: 0 }, "labels.maxLabels must be a whole number"],
    [{ maxLabel: 3 }, "labels.maxLabel is no setting"],
    [[], "labels must be an object"],
  ])("are refused by name: %j", (given, message) => {
    expect(() => labelConfig("config.json", given)).toThrow(`config.json: ${message}`);
  });

  it("know their engines", () => {
    const refusal = "engines.labels must be one of auto, onnx, centernet";
    expect(() => labelEngineConfig("config.json", { labels: "yolo" })).toThrow(refusal);
    expect(() => labelEngineConfig("config.json", { label: "onnx" })).toThrow("is no setting");
  });
});
