import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readConfig } from "../src/config/config.ts";
import { openDailies } from "../src/runtime/local.ts";

let folder: string;
let film: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-poster-"));
  film = join(folder, "film.mp4");
  // Red for two seconds, then green, then blue.
  const parts = ["red", "lime", "blue"].map((color) => `color=${color}:s=64x64:r=10:d=2`);
  const inputs = parts.flatMap((part) => ["-f", "lavfi", "-i", part]);
  const graph = ["-filter_complex", "[0][1][2]concat=n=3", "-c:v", "libx264", "-g", "100"];
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", ...inputs, ...graph, film]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Red, green or blue: what a poster shows most. */
function colorOf(poster: string): string {
  const pixel = ["-vf", "scale=1:1,format=rgb24", "-f", "rawvideo", "-"];
  const [red = 0, green = 0, blue = 0] = execFileSync("ffmpeg", [
    "-v",
    "error",
    "-i",
    poster,
    ...pixel,
  ]);
  return red > green && red > blue ? "red" : green > blue ? "green" : "blue";
}

const only = ["poster"] as const;

it("takes the poster at the time that is asked for: once, again at another, by the settings", async () => {
  const out = join(folder, "out");
  const poster = join(out, "output/poster/film.jpg");
  const dataDir = join(folder, "library");
  const dailies = await openDailies(readConfig({ dataDir }, {}));
  try {
    await dailies.process([film], { out, only, posterAtMs: 5000 });
    expect(colorOf(poster)).toBe("blue");
    const { finished } = await dailies.reprocess(["film.mp4"], { only, posterAtMs: 2500 });
    expect(finished).toMatchObject([{ state: "ready" }]);
    await dailies.process([film], { out, only, posterAtMs: 2500 });
    expect(colorOf(poster)).toBe("green");
    // The time is kept: without another there is nothing to do, and a forced repetition takes it again.
    const kept = await dailies.reprocess(["film.mp4"], { only });
    expect(kept.finished).toMatchObject([{ state: "unchanged" }]);
    await dailies.reprocess(["film.mp4"], { only, force: true });
    await dailies.process([film], { out, only });
    expect(colorOf(poster)).toBe("green");
    expect(await dailies.enqueueReprocess("film.mp4", { only, posterAtMs: 100 })).toBe(1);
    await dailies.workOff();
    const { outputs } = await dailies.show("film.mp4");
    const made = outputs.find(({ key }) => key === "output/poster/film.jpg");
    expect(made?.version).toBeDefined();
  } finally {
    await dailies.close();
  }
  writeFileSync(join(dataDir, "config.json"), JSON.stringify({ poster: { atMs: 4500 } }));
  const again = await openDailies(readConfig({ dataDir }, {}));
  try {
    await again.process([film], { out, only, posterAtMs: "best" });
    expect(colorOf(poster)).toBe("blue");
  } finally {
    await again.close();
  }
  expect(readFileSync(poster).length).toBeGreaterThan(100);
});
