import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MediaError } from "../media/errors.ts";
import { archive, onnxOf } from "./archives.fixture.ts";
import { createModelStore } from "./local.ts";
import type { ModelDownload, ModelManifest } from "./model-store.ts";
import { pullModel } from "./pull.ts";
import type { PullProgress } from "./pull-options.ts";
import { answer, breakOff, fallSilent, ignoreRange, openServer, serve } from "./server.fixture.ts";
import type { Behaviour } from "./server.fixture.ts";
import { removeModel, verifyModel } from "./verify.ts";

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const bytes = onnxOf(600_000);
const stated = { sizeBytes: bytes.length, sha256: sha256(bytes) };
const patience = { silenceMs: 800, tries: 4, pauseMs: 1 };

function manifest(facts: Partial<ModelDownload> = stated): ModelManifest {
  return {
    id: "toy",
    task: "detection",
    kind: "yolox",
    title: "Toy",
    licence: "MIT",
    attribution: "nobody",
    downloads: [{ url: "https://example.invalid/a/toy.onnx", packing: "file", ...facts }],
    files: { model: "toy.onnx" },
  };
}

describe("pullModel", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dailies-models-test-"));
  });
  afterAll(async () => await rm(folder, { recursive: true, force: true }));

  const newDir = async () => await mkdtemp(join(folder, "dir-"));

  /** Pulls the toy from a server that behaves so, and says what came of it. */
  async function pull(
    behaviours: Behaviour[],
    {
      facts = stated,
      dir = "",
      signal = new AbortController().signal,
    }: {
      facts?: Partial<ModelDownload>;
      dir?: string;
      signal?: AbortSignal;
    } = {},
  ) {
    const place = dir || (await newDir());
    const known = [manifest(facts)];
    await using server = await openServer(...behaviours);
    const told: PullProgress[] = [];
    const outcome = await pullModel("toy", {
      dir: place,
      known,
      mirror: server.url,
      signal,
      patience,
      onProgress: (progress) => told.push(progress),
    }).catch((error: unknown) => error);
    const model = createModelStore({ dir: place, known }).find("toy");
    return {
      dir: place,
      known,
      outcome,
      model,
      told,
      ranges: server.ranges(),
      asked: server.asked,
    };
  }

  const code = (outcome: unknown) => (outcome instanceof MediaError ? outcome.code : outcome);

  test("fetches a model, whole, and says how far it is", async () => {
    const { outcome, model, told, dir, asked } = await pull([serve(bytes)]);
    expect(outcome).toMatchObject({ isNew: true });
    expect(asked.map(({ url }) => url)).toEqual(["/toy.onnx"]);
    expect(await readFile(model?.file("model") ?? "")).toEqual(bytes);
    expect(model?.fingerprint).toMatch(/^[0-9a-f]{12}$/);
    expect(() => model?.file("tokens")).toThrow(/no file for tokens/);
    const sizes = told.map(({ doneBytes }) => doneBytes);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(told.at(-1)).toMatchObject({ doneBytes: bytes.length, totalBytes: bytes.length });
    expect(existsSync(join(dir, ".incoming", "toy"))).toBe(false);
  });

  test("what is there is not fetched again", async () => {
    const { dir } = await pull([serve(bytes)]);
    const again = await pull([serve(bytes)], { dir });
    expect(again.outcome).toMatchObject({ isNew: false });
    expect(again.asked).toHaveLength(0);
  });

  test("a connection that breaks off is resumed, as often as it brings something", async () => {
    const part: Behaviour = (request, response) => {
      const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
      response.writeHead(from > 0 ? 206 : 200, {
        etag: '"one"',
        "content-length": bytes.length - from,
        ...(from > 0 && { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
      });
      response.write(bytes.subarray(from, from + 140_000), () =>
        setTimeout(() => response.destroy(), 50),
      );
    };
    const { model, ranges, asked } = await pull([part, part, part, serve(bytes)]);
    expect(await readFile(model?.file("model") ?? "")).toEqual(bytes);
    expect(ranges).toEqual([undefined, "bytes=140000-", "bytes=280000-", "bytes=420000-"]);
    expect(asked[1]?.headers["if-range"]).toBe('"one"');
  });

  test("a later call goes on where an earlier one gave up", async () => {
    const refuses = Array.from({ length: patience.tries - 1 }, () => answer(503));
    const known = [manifest()];
    const dir = await newDir();
    await using server = await openServer(breakOff(bytes, 200_000), ...refuses, serve(bytes));
    const { url: mirror, ranges } = server;
    const signal = new AbortController().signal;
    const options = { dir, known, mirror, signal, patience };
    const first = pullModel("toy", options);
    await expect(first).rejects.toMatchObject({ code: "download_failed", retryable: true });
    await expect(first).rejects.toMatchObject({
      remedy: expect.stringMatching(/models import toy FILE.*DAILIES_MODELS_MIRROR/),
    });
    expect(createModelStore({ dir, known }).find("toy")).toBeUndefined();
    const { model } = await pullModel("toy", options);
    expect(ranges().at(-1)).toBe("bytes=200000-");
    expect(await readFile(model.file("model"))).toEqual(bytes);
  });

  test("one that ends too early, again and again, is no whole model", async () => {
    const tooShort: Behaviour = (_request, response) =>
      void response.writeHead(200).end(bytes.subarray(0, -10));
    const { outcome, model } = await pull([tooShort]);
    expect(code(outcome)).toBe("download_failed");
    expect(String(outcome)).toMatch(/it sent 599996 of 600006 bytes/);
    expect(model).toBeUndefined();
  });

  test("a server that knows no ranges starts anew", async () => {
    const { model, ranges } = await pull([breakOff(bytes, 200_000), ignoreRange(bytes)]);
    expect(ranges).toEqual([undefined, "bytes=200000-"]);
    expect(await readFile(model?.file("model") ?? "")).toEqual(bytes);
  });

  test("a file that changed meanwhile starts anew", async () => {
    const other = Buffer.concat([bytes, onnxOf(9)]);
    const behaviours = [breakOff(other, 200_000, { etag: '"old"' }), serve(bytes)];
    const { model, ranges, asked } = await pull(behaviours, { facts: {} });
    expect(ranges).toEqual([undefined, "bytes=200000-"]);
    expect(asked[1]?.headers["if-range"]).toBe('"old"');
    expect(await readFile(model?.file("model") ?? "")).toEqual(bytes);
  });

  test("a server that sends the rest of another file is not believed", async () => {
    const wrongPart = answer(206, {
      etag: '"two"',
      "content-range": `bytes 200000-${bytes.length - 1}/${bytes.length}`,
    });
    const { model, ranges } = await pull([breakOff(bytes, 200_000), wrongPart, serve(bytes)]);
    expect(ranges).toEqual([undefined, "bytes=200000-", undefined]);
    expect(model).toBeDefined();
  });

  test("without a word to compare, and no hash, nothing is gone on with", async () => {
    const { model, ranges } = await pull([breakOff(bytes, 200_000, {}), serve(bytes, {})], {
      facts: {},
    });
    expect(ranges).toEqual([undefined, undefined]);
    expect(model).toBeDefined();
  });

  test("a part that is the whole needs no byte more", async () => {
    const announcesMore: Behaviour = (_request, response) => {
      response.writeHead(200, { etag: '"one"', "transfer-encoding": "chunked" });
      response.write(bytes, () => setTimeout(() => response.destroy(), 50));
    };
    const { model, ranges } = await pull([announcesMore, serve(bytes)]);
    expect(ranges).toEqual([undefined, `bytes=${bytes.length}-`]);
    expect(model).toBeDefined();
  });

  test("a server that falls silent is left, and asked again", async () => {
    const { model, ranges } = await pull([
      fallSilent(bytes, 0),
      fallSilent(bytes, 100_000),
      serve(bytes),
    ]);
    expect(ranges).toEqual([undefined, undefined, "bytes=100000-"]);
    expect(model).toBeDefined();
  });

  test("one that never says a word ends in an error that says so", async () => {
    const { outcome, asked } = await pull([() => {}]);
    expect(code(outcome)).toBe("download_failed");
    expect(String(outcome)).toMatch(/not a byte came/);
    expect(asked).toHaveLength(patience.tries);
  });

  const shorter = bytes.subarray(0, bytes.length - 10);
  const longer = Buffer.concat([bytes, Buffer.from("more")]);
  const otherBytes = Buffer.from(bytes).fill(7, 100, 200);
  const page = "<!DOCTYPE html><title>Please log in</title>";
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
  test.each<[string, Behaviour, Partial<ModelDownload>, RegExp]>([
    ["a shorter file", serve(shorter), stated, /is to have \d+ bytes/],
    ["a longer file", serve(longer), stated, /is to have \d+ bytes/],
    ["other bytes", serve(otherBytes), stated, /hash is another/],
    ["a web page", answer(200, { "content-type": "text/html" }, page), {}, /is a web page/],
    ["a pointer of git LFS", answer(200, {}, pointer), {}, /pointer of git LFS/],
    ["nothing", answer(200), {}, /is empty/],
    ["a model cut short, of unknown size", serve(shorter), {}, /cut short/],
    ["a model with more behind it", serve(longer), {}, /damaged/],
    [
      "more than it has, unannounced",
      (_request, response) => void response.writeHead(200).end(longer),
      stated,
      /more than the \d+ bytes/,
    ],
  ])("%s is no model, and nothing of it stays", async (_name, behaviour, facts, why) => {
    const { outcome, model, dir } = await pull([behaviour], { facts });
    expect(code(outcome)).toBe("model_invalid");
    expect(String(outcome)).toMatch(why);
    expect(model).toBeUndefined();
    expect(existsSync(join(dir, "toy"))).toBe(false);
    const again = await pull([serve(bytes)], { dir, facts: {} });
    expect(again.model).toBeDefined();
  });

  test("what is not there is said at once", async () => {
    const { outcome, asked } = await pull([answer(404)]);
    expect(outcome).toMatchObject({ code: "download_failed", retryable: false });
    expect(asked).toHaveLength(1);
  });

  test("redirects are followed, but not for ever and not to anywhere", async () => {
    const there = await pull([answer(302, { location: "/elsewhere/toy.bin" }), serve(bytes)]);
    expect(there.asked.map(({ url }) => url)).toEqual(["/toy.onnx", "/elsewhere/toy.bin"]);
    expect(there.model).toBeDefined();
    const endless = await pull([answer(301, { location: "/toy.onnx" })]);
    expect(endless.outcome).toMatchObject({ code: "download_failed", retryable: false });
    expect(endless.asked.length).toBeLessThan(10);
    await using elsewhere = await openServer(serve(bytes));
    const outside = await pull([answer(302, { location: elsewhere.url })]);
    expect(String(outside.outcome)).toMatch(/is not https/);
    expect(elsewhere.asked).toHaveLength(0);
    const file = await pull([answer(302, { location: "file:///etc/passwd" })]);
    expect(String(file.outcome)).toMatch(/is not https/);
  });

  test("without a mirror, only https is spoken", async () => {
    await using server = await openServer(serve(bytes));
    const known = [manifest({ ...stated, url: `${server.url}toy.onnx` })];
    const signal = new AbortController().signal;
    const pulling = pullModel("toy", { dir: await newDir(), known, signal, patience });
    await expect(pulling).rejects.toThrow(/is not https/);
    expect(server.asked).toHaveLength(0);
  });

  test("an interrupted one keeps what came, and holds no lock", async () => {
    const controller = new AbortController();
    const abortsHalfway: Behaviour = (request, response) => {
      fallSilent(bytes, 300_000)(request, response);
      setTimeout(() => controller.abort(), 100);
    };
    const { outcome, dir } = await pull([abortsHalfway], { signal: controller.signal });
    expect(outcome).toMatchObject({ name: "AbortError" });
    expect((await stat(join(dir, ".incoming", "toy", "toy.onnx.part"))).size).toBe(300_000);
    expect((await pull([serve(bytes)], { dir })).model).toBeDefined();
  });

  test("without a published hash, what came first must come again", async () => {
    const first = await pull([serve(bytes)], { facts: {} });
    const signal = new AbortController().signal;
    await removeModel("toy", { dir: first.dir, known: first.known, signal });
    const other = await pull([serve(otherBytes)], { facts: {}, dir: first.dir });
    expect(code(other.outcome)).toBe("model_invalid");
    expect(String(other.outcome)).toMatch(/not what was fetched before.*\.trusted\/toy\.json/);
    const same = await pull([serve(bytes)], { facts: {}, dir: first.dir });
    expect(same.model?.fingerprint).toBe(first.model?.fingerprint);
  });

  test("a file that somebody wrote to is used no more, until it is verified", async () => {
    const { dir, known, model } = await pull([serve(bytes)]);
    const path = model?.file("model") ?? "";
    const store = createModelStore({ dir, known });
    const options = { dir, known, signal: new AbortController().signal };

    await utimes(path, new Date(), new Date(1_000_000));
    expect(store.find("toy")).toBeUndefined();
    expect(store.installed("detection")).toEqual([]);
    expect(await verifyModel("toy", options)).toEqual({ id: "toy", ok: true, wrong: [] });
    expect(store.find("toy")?.fingerprint).toBe(model?.fingerprint);

    await writeFile(path, shorter);
    expect(store.find("toy")).toBeUndefined();
    const verified = await verifyModel("toy", options);
    expect(verified).toEqual({ id: "toy", ok: false, wrong: ["toy.onnx"] });
    expect((await pull([serve(bytes)], { dir })).model?.fingerprint).toBe(model?.fingerprint);
  });

  test("decay that leaves size and time as they were is found by verify", async () => {
    const { dir, known, model } = await pull([serve(bytes)]);
    const path = model?.file("model") ?? "";
    const { atime, mtime } = await stat(path);
    await writeFile(path, otherBytes);
    await utimes(path, atime, mtime);
    const options = { dir, known, signal: new AbortController().signal };
    expect(await verifyModel("toy", options)).toMatchObject({ ok: false, wrong: ["toy.onnx"] });
    expect(createModelStore({ dir, known }).find("toy")).toBeUndefined();
    // Looked at again it is as broken as before, and whole when the right bytes are back.
    expect(await verifyModel("toy", options)).toMatchObject({ ok: false, wrong: ["toy.onnx"] });
    await writeFile(path, bytes);
    expect(await verifyModel("toy", options)).toMatchObject({ ok: true });
    expect(createModelStore({ dir, known }).find("toy")).toBeDefined();
    expect(existsSync(join(dir, "toy", "model.broken.json"))).toBe(false);
    await removeModel("toy", options);
    await expect(verifyModel("toy", options)).rejects.toMatchObject({ code: "not_found" });
  });

  test("a receipt that names another file, or none that it should, is no receipt", async () => {
    const { dir, known } = await pull([serve(bytes)]);
    const path = join(dir, "toy", "model.json");
    const receipt = JSON.parse(await readFile(path, "utf8"));
    const store = createModelStore({ dir, known });
    const withName = (name: string) => ({ ...receipt, files: [{ ...receipt.files[0], name }] });
    for (const text of [
      "",
      "null",
      JSON.stringify({ ...receipt, id: "other" }),
      JSON.stringify({ ...receipt, files: [] }),
      JSON.stringify(withName("../../../etc/passwd")),
      JSON.stringify(withName("other.onnx")),
      JSON.stringify({ ...receipt, files: [{ ...receipt.files[0], sha256: "0".repeat(64) }] }),
    ]) {
      await writeFile(path, text);
      expect(store.find("toy")).toBeUndefined();
    }
    await writeFile(path, JSON.stringify(receipt));
    expect(store.find("toy")).toBeDefined();
  });

  test("what came whole before an interruption is not fetched again", async () => {
    const whole = archive("whole");
    const url = "https://example.invalid/toy.tar.bz2";
    const packed: ModelManifest = {
      ...manifest(),
      downloads: [{ url, packing: "tar.bz2", sizeBytes: whole.length, sha256: sha256(whole) }],
      files: { model: "model.onnx", tokens: "tokens.txt" },
    };
    const signal = new AbortController().signal;
    for (const [bytesThere, requests] of [
      [whole, 0],
      [Buffer.from(whole).fill(7, 100, 200), 1],
    ] as const) {
      const dir = await newDir();
      await mkdir(join(dir, ".incoming", "toy"), { recursive: true });
      await writeFile(join(dir, ".incoming", "toy", "toy.tar.bz2"), bytesThere);
      await using server = await openServer(serve(whole));
      const options = { dir, known: [packed], signal, patience, mirror: server.url };
      const { model } = await pullModel("toy", options);
      expect(await readFile(model.file("tokens"), "utf8")).toBe("a 0\nb 1\n");
      expect(server.asked).toHaveLength(requests);
    }

    const second = onnxOf(9);
    const both: ModelManifest = {
      ...manifest(),
      downloads: [
        { url: "https://example.invalid/toy.onnx", packing: "file", ...stated },
        { url: "https://example.invalid/b.onnx", packing: "file", sha256: sha256(second) },
      ],
      files: { model: "toy.onnx", decoder: "b.onnx" },
    };
    await using server = await openServer(serve(bytes), answer(404), serve(second));
    const dir = await newDir();
    const options = { dir, known: [both], signal, patience, mirror: server.url };
    await expect(pullModel("toy", options)).rejects.toMatchObject({ code: "download_failed" });
    await pullModel("toy", options);
    expect(server.asked.map((request) => request.url)).toEqual(["/toy.onnx", "/b.onnx", "/b.onnx"]);
  });

  test("an archive is unpacked: what engines load, and its licence", async () => {
    const whole = archive("whole");
    const packed: ModelManifest = {
      ...manifest(),
      downloads: [{ url: "https://example.invalid/toy.tar.bz2", packing: "tar.bz2" }],
      files: { model: "model.onnx", tokens: "tokens.txt" },
    };
    const dir = await newDir();
    const known = [packed];
    const signal = new AbortController().signal;
    const options = { dir, known, signal, patience };
    for (const name of ["without tokens", "cut model", "way out", "symbolic link"] as const) {
      await using bad = await openServer(serve(archive(name)));
      const pulling = pullModel("toy", { ...options, mirror: bad.url });
      await expect(pulling).rejects.toMatchObject({ code: "model_invalid" });
      expect(createModelStore({ dir, known }).find("toy")).toBeUndefined();
    }
    await using server = await openServer(serve(whole));
    const { model } = await pullModel("toy", { ...options, mirror: server.url });
    expect(await readFile(model.file("tokens"), "utf8")).toBe("a 0\nb 1\n");
    expect(existsSync(join(model.dir, "LICENSE"))).toBe(true);
    expect(existsSync(join(model.dir, "export.py"))).toBe(false);
  });
});
