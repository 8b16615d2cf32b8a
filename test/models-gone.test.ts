import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkModels } from "../src/doctor/models.ts";
import { describeWithSharedMedia, sharedMedia } from "./support/shared-media.ts";
import { aboutDownloadBytes, downloadBytes, knownModels } from "../src/models/manifest.ts";
import { openModels } from "../src/models/models.ts";

let modelsDir: string;
beforeAll(async () => {
  modelsDir = await mkdtemp(join(tmpdir(), "dailies-vanished-"));
});
afterAll(() => rm(modelsDir, { recursive: true, force: true }));

it("says of every model about how large it is", () => {
  const unknown = knownModels.filter(
    (model) => (downloadBytes(model) ?? aboutDownloadBytes(model)) === undefined,
  );
  expect(unknown.map(({ id }) => id)).toEqual([]);
});

describeWithSharedMedia("a model that was used and is gone", () => {
  it("is missed in the list and by doctor, until it is let go", async () => {
    const { signal } = new AbortController();
    const models = openModels({ modelsDir });
    await models.import(sharedMedia("../models/yolox_nano.onnx"), "yolox-nano", signal);
    expect(models.vanished()).toEqual([]);
    await models.markSeen(["yolox-nano"]);
    expect(models.vanished()).toEqual([]);
    await rm(join(modelsDir, "yolox-nano"), { recursive: true });
    expect(models.vanished()).toEqual(["yolox-nano"]);
    expect(checkModels({ modelsDir })).toMatchObject({
      state: "warning",
      detail: expect.stringContaining("not here any more: yolox-nano"),
      remedy: "dailies models pull yolox-nano",
    });
    await models.remove("yolox-nano", signal);
    expect(models.vanished()).toEqual([]);
    await expect(models.remove("yolox-nano", signal)).rejects.toMatchObject({ code: "not_found" });
  });

  it("is said before the work, and that the small engine made the labels after it", () => {
    const dir = join(modelsDir, "cli");
    mkdirSync(join(dir, "models"), { recursive: true });
    writeFileSync(join(dir, "models/.remembered.json"), '{"shown":["yolox-nano"]}');
    const picture = sharedMedia("images/sample.jpg");
    const bin = fileURLToPath(new URL("../bin/dailies", import.meta.url));
    const env = { ...process.env, DAILIES_MODELS_DIR: join(dir, "models") };
    const args = ["process", picture, "--data-dir", join(dir, "library"), "--only", "label"];
    const { status, stderr } = spawnSync(bin, args, { env, encoding: "utf8" });
    expect(status).toBe(0);
    expect(stderr).toContain("yolox-nano is not here any more");
    expect(stderr).toContain("`dailies models pull yolox-nano` brings it back");
    expect(stderr).toContain("Labels come from the small engine (CenterNet");
  });

  it("is not missed when it was removed", async () => {
    const { signal } = new AbortController();
    const models = openModels({ modelsDir });
    await models.import(sharedMedia("../models/yolox_nano.onnx"), "yolox-nano", signal);
    await models.markSeen(["yolox-nano"]);
    await models.remove("yolox-nano", signal);
    expect(models.vanished()).toEqual([]);
  });
});
