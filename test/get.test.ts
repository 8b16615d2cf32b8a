import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dailies, until } from "./support/command.ts";
import { ffmpeg } from "./support/ffmpeg.ts";
import { filesBelow } from "./support/library.ts";
import { startServing, stopServing } from "./support/serving.ts";

/** Results leave the library: on request, into a folder that is kept, and over HTTP. */

const folder = mkdtempSync(join(tmpdir(), "dailies-get-"));
const library = join(folder, "library");
const picture = join(folder, "café 1.png");
const to = join(folder, "results");
const keys = ["output/labels/a/café 1.png.json", "output/poster/a/café 1.png.jpg"];

const results = (dir: string): string[] =>
  filesBelow(dir).filter((path) => !path.includes("/.dailies-"));

beforeAll(async () => {
  ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x240", "-frames:v", "1", picture);
  const { exitCode } = await dailies(library, "process", picture, "--name", "a/café 1.png");
  expect(exitCode).toBe(0);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("dailies get", () => {
  it("writes every output by its key, and says where", async () => {
    const { stdout, exitCode } = await dailies(library, "get", "a/café 1.png", "--to", to);
    expect(exitCode).toBe(0);
    const paths = stdout.trim().split("\n");
    expect(paths.toSorted()).toEqual(keys.map((key) => join(to, key)));
    for (const path of paths) expect(readFileSync(path).length).toBeGreaterThan(20);
    expect(results(to)).toEqual(keys);
  });

  it("writes the kinds that are named", async () => {
    const some = join(folder, "some");
    const ended = await dailies(library, "get", "a/café 1.png", "poster", "--to", some, "--json");
    expect(JSON.parse(ended.stdout)).toMatchObject({ files: [{ kind: "poster" }] });
    expect(results(some)).toEqual([keys[1]]);
  });

  it.each([
    [["a/café 1.png", "web"], "not_found", "There is: labels, poster."],
    [["a/café 1.png", "wob"], "invalid_argument", "captions"],
    [["nothing.mp4"], "not_found", ""],
    [["a/café 1.png", "--to", "/proc/x/y"], "storage_failed", ""],
  ])("refuses %j", async (args, code, remedy) => {
    const { exitCode, stderr } = await dailies(library, "get", ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`(${code})`);
    expect(stderr).toContain(remedy);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

describe("dailies serve --results", () => {
  it("keeps a folder of all outputs, and every output is there over HTTP", async () => {
    const kept = join(folder, "kept");
    const one = await startServing(library, ["--results", kept]);
    try {
      await until("the outputs of before", () => keys.every((key) => existsSync(join(kept, key))));
      for (const key of keys) {
        const answer = await fetch(
          `${one.url}/v1/outputs/${key.split("/").map(encodeURIComponent).join("/")}`,
        );
        expect(Buffer.from(await answer.arrayBuffer())).toEqual(readFileSync(join(kept, key)));
      }
      const name = encodeURIComponent("a/café 1.png");
      const labels = await fetch(`${one.url}/v1/media/${name}/outputs/labels`);
      expect(await labels.json()).toHaveProperty("Labels");
      expect((await fetch(`${one.url}/v1/media/${name}/outputs/web`)).status).toBe(404);

      const put = await fetch(`${one.url}/v1/objects/b.png`, {
        method: "PUT",
        body: readFileSync(picture),
      });
      expect(put.ok).toBe(true);
      await until("new ones", () => existsSync(join(kept, "output/poster/b.png.jpg")));
      writeFileSync(join(kept, "mine.txt"), "mine");
      await fetch(`${one.url}/v1/objects/b.png`, { method: "DELETE" });
      const left = ["mine.txt", ...keys];
      await until("removed ones", () => isDeepStrictEqual(results(kept), left));
    } finally {
      await stopServing(one);
    }
    // what was removed while nothing served goes at the next start
    await dailies(library, "rm", "a/café 1.png");
    const again = await startServing(library, ["--results", kept]);
    try {
      await until("removed ones", () => keys.every((key) => !existsSync(join(kept, key))));
    } finally {
      await stopServing(again);
    }
  }, 90_000);

  it("on a place that cannot be made ends at once", async () => {
    const ended = await dailies(library, "serve", "--port", "0", "--results", "/proc/x/y");
    expect(ended).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("storage_failed") });
  });
});
