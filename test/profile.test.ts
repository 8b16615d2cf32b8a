import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const bin = fileURLToPath(new URL("../bin/dailies", import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-profile-"));
  const source = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=1"];
  const args = [...source, "-c:v", "libx264", join(folder, "film.mp4")];
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", ...args]);
  const own = { renditions: { web: { width: 160, height: 90 }, phone: false, gif: false } };
  writeFileSync(join(folder, "own.json"), JSON.stringify(own));
  writeFileSync(join(folder, "bad.json"), '{"renditions":{"web":{"codec":"mpeg9"}}}');
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(bin, args, { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}
const sizes = (): unknown => {
  const shown: { renditions: { rendition: string; width?: number }[] } = JSON.parse(
    run("show", "film.mp4", "--json").stdout,
  );
  return Object.fromEntries(shown.renditions.map(({ rendition, width }) => [rendition, width]));
};

it("processes by a profile that was put with a file, keeps it, and goes back to the default", () => {
  const bad = run("put", "film.mp4", "--profile", "./bad.json");
  expect(bad.status).toBe(1);
  expect(bad.stderr).toContain("./bad.json: renditions.web.codec must be one of h264");
  expect(bad.stderr).toContain("docs/renditions.md");
  expect(run("put", "film.mp4", "--profile", "./own.json").status).toBe(0);
  // Another process does the work: the profile is the file's, not the worker's.
  expect(run("process", "film.mp4", "--only", "video,gif,poster", "-q").status).toBe(0);
  expect(sizes()).toEqual({ web: 160, poster: 320 });
  const again = run("reprocess", "film.mp4", "--only", "video,gif", "--json");
  expect(JSON.parse(again.stdout)).toMatchObject({ finished: [{ state: "unchanged" }] });
  expect(run("reprocess", "film.mp4", "--only", "video", "--profile", "default").status).toBe(0);
  expect(sizes()).toEqual({ web: 320, phone: 320, poster: 320 });
  expect(run("reprocess", "film.mp4", "--profile", "nobody").stderr).toContain("there are default");
});
