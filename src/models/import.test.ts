import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWithSharedMedia, sharedModel } from "../../test/support/shared-media.ts";
import { archive, onnxOf } from "./archives.fixture.ts";
import { importModel } from "./import.ts";
import { createModelStore } from "./local.ts";
import { downloadBytes, knownModels, modelSets, nameOf } from "./manifest.ts";
import { isPlainName } from "./receipt.ts";
import type { ModelManifest } from "./model-store.ts";

const signal = new AbortController().signal;

const toy: ModelManifest = {
  id: "toy",
  task: "speech",
  kind: "transducer",
  title: "Toy",
  licence: "MIT",
  attribution: "nobody",
  downloads: [{ url: "https://example.invalid/toy-1.tar.bz2", packing: "tar.bz2" }],
  files: { model: "model.onnx", tokens: "tokens.txt" },
};

describe("importModel", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dailies-import-test-"));
  });
  afterAll(async () => await rm(folder, { recursive: true, force: true }));

  const options = async () => {
    const dir = await mkdtemp(join(folder, "dir-"));
    return { dir, known: [toy], signal };
  };

  test("an archive is known by its name, or by what it is said to be", async () => {
    for (const [name, id] of [
      ["toy-1.tar.bz2", undefined],
      ["download (3).bin", "toy"],
    ] as const) {
      const path = join(folder, name);
      await writeFile(path, archive("whole"));
      const where = await options();
      const model = await importModel(path, id, where);
      expect(model.manifest.id).toBe("toy");
      expect(createModelStore(where).find("toy")?.fingerprint).toBe(model.fingerprint);
    }
    await expect(
      importModel(join(folder, "download (3).bin"), undefined, await options()),
    ).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(
      importModel(join(folder, "nowhere"), undefined, await options()),
    ).rejects.toMatchObject({ code: "not_found" });
  });

  test("a folder gives the same model as the archive that it came from", async () => {
    const path = join(folder, "unpacked");
    await mkdir(join(path, "toy-1"), { recursive: true });
    await writeFile(join(path, "toy-1", "model.onnx"), Buffer.from("\x08\x07\x12\x03toy"));
    await writeFile(join(path, "toy-1", "tokens.txt"), "a 0\nb 1\n");
    const model = await importModel(path, "toy", await options());
    const packed = await importModel(join(folder, "toy-1.tar.bz2"), "toy", await options());
    expect(model.fingerprint).toBe(packed.fingerprint);
    await rm(join(path, "toy-1", "tokens.txt"));
    await expect(importModel(path, "toy", await options())).rejects.toMatchObject({
      code: "model_invalid",
      message: expect.stringContaining("tokens.txt") as unknown,
    });
  });

  test("what is wrong leaves what was there as it was", async () => {
    const where = await options();
    const before = await importModel(join(folder, "toy-1.tar.bz2"), "toy", where);
    const wrong = join(folder, "wrong");
    for (const bytes of [archive("cut model"), archive("bomb").subarray(0, 40), onnxOf(9)]) {
      await writeFile(wrong, bytes);
      const importing = importModel(wrong, "toy", where);
      await expect(importing).rejects.toMatchObject({ code: "model_invalid" });
      // A copy may be as large as the model, and nobody would ever look for it.
      expect(existsSync(join(where.dir, ".incoming", "toy"))).toBe(false);
    }
    expect(createModelStore(where).find("toy")?.fingerprint).toBe(before.fingerprint);
  });

  test("a link in a model's folder is no file of it", async () => {
    const where = await options();
    const model = await importModel(join(folder, "toy-1.tar.bz2"), "toy", where);
    await rm(model.file("tokens"));
    await symlink("/etc/hostname", model.file("tokens"));
    expect(createModelStore(where).find("toy")).toBeUndefined();
  });
});

describe("the manifest", () => {
  test("has what it takes to fetch, load and name each model", () => {
    const ids = knownModels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const manifest of knownModels) {
      expect(isPlainName(manifest.id)).toBe(true);
      expect(manifest.licence).toMatch(/^[\w.-]+$/);
      expect(manifest.attribution).not.toBe("");
      expect(manifest.downloads.length).toBeGreaterThan(0);
      for (const file of Object.values(manifest.files)) expect(isPlainName(file)).toBe(true);
      for (const download of manifest.downloads) {
        expect(isPlainName(nameOf(download))).toBe(true);
        if (download.url !== undefined) expect(download.url).toMatch(/^https:\/\//);
        else expect(download.sha256).toBeDefined();
        if (download.sha256 !== undefined) expect(download.sha256).toMatch(/^[0-9a-f]{64}$/);
      }
      const plain = manifest.downloads.filter(({ packing }) => packing === "file").map(nameOf);
      if (plain.length === manifest.downloads.length)
        expect(Object.values(manifest.files).toSorted()).toEqual(plain.toSorted());
    }
    // A mirror is one folder: no two of them may have one name.
    const names = knownModels.flatMap(({ downloads }) => downloads.map(nameOf));
    expect(new Set(names).size).toBe(names.length);
    for (const set of Object.values(modelSets)) for (const id of set) expect(ids).toContain(id);
    const parakeet = knownModels[0];
    expect(parakeet && downloadBytes(parakeet)).toBe(487_170_055);
  });
});

describeWithSharedMedia("real models", () => {
  test("are known by their hashes, and whole", async () => {
    const dir = await mkdtemp(join(tmpdir(), "dailies-real-models-test-"));
    for (const [file, id] of [
      ["silero_vad.onnx", "silero-vad"],
      ["mobilenet_v2_1.0_224.onnx", "mobilenet-v2-coral"],
      ["yolox_nano.onnx", "yolox-nano"],
    ] as const) {
      const model = await importModel(sharedModel(file), undefined, { dir, signal });
      expect(model.manifest.id).toBe(id);
    }
    const store = createModelStore({ dir });
    expect(store.installed("voice").map(({ manifest }) => manifest.id)).toEqual(["silero-vad"]);
    await rm(dir, { recursive: true });
  });
});
