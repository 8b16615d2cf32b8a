import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram, systemPath } from "../sandbox/programs.ts";
import { checkUp } from "../runtime/doctor.ts";
import type { Check } from "./check.ts";

describe("checkUp", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dailies-doctor-test-"));
  });
  afterAll(async () => await rm(folder, { recursive: true, force: true }));

  const config = (dataDir = join(folder, "data"), languageCode = "en-US") => ({
    dataDir,
    languageCode,
    modelsDir: join(folder, "models"),
  });
  const named = (checks: readonly Check[], name: string): Check | undefined =>
    checks.find((check) => check.name === name);

  /** A search path with what a sandbox needs, some of the system's programs, and scripts. */
  async function machine(programs: string[], scripts: Record<string, string>): Promise<string> {
    const path = await mkdtemp(join(folder, "path-"));
    for (const name of ["sh", "true", "cat", "prlimit", "setpriv", "nice", ...programs]) {
      const program = findProgram(name, systemPath);
      if (program !== undefined) await symlink(program, join(path, name));
    }
    for (const [name, text] of Object.entries(scripts)) {
      await writeFile(join(path, name), `#!/bin/sh\n${text}\n`);
      await chmod(join(path, name), 0o755);
    }
    return path;
  }

  test("a machine that is set up has all that is needed, and nothing is changed", async () => {
    const checks = await checkUp(config());
    expect(checks.map(({ name }) => name)).toEqual([
      "Node.js",
      "ffmpeg",
      "ffprobe",
      "pocketsphinx",
      "speech engine",
      "label engine",
      "models",
      "sandbox",
      "data directory",
      "SQLite",
      "queue",
    ]);
    expect(checks.filter(({ state }) => state === "missing")).toEqual([]);
    expect(named(checks, "ffmpeg")).toMatchObject({ state: "ok" });
    expect(named(checks, "ffmpeg")?.found).toMatch(/^\d+\.\d+/);
    expect(named(checks, "ffprobe")?.found).toBe(named(checks, "ffmpeg")?.found);
    expect(named(checks, "pocketsphinx")).toMatchObject({ state: "ok" });
    expect(named(checks, "SQLite")?.found).toMatch(/^3\.\d+/);
    expect(await readdir(folder)).not.toContain("data");
  });

  test("what is fine needs no remedy, and everything else has one", async () => {
    const bare = await machine(["apt-get"], {});
    const checks = await checkUp(config(), { searchPath: bare });
    for (const { state, remedy } of checks) expect(remedy === undefined).toBe(state === "ok");
    expect(named(checks, "ffmpeg")).toEqual({
      name: "ffmpeg",
      state: "missing",
      detail: "nothing can be transcoded without it",
      remedy: "sudo apt-get install ffmpeg",
    });
    expect(named(checks, "ffprobe")).toMatchObject({ state: "missing" });
    expect(named(checks, "pocketsphinx")).toMatchObject({ state: "warning" });
    expect(named(checks, "sandbox")).toMatchObject({
      state: "warning",
      found: "kernel",
      detail: expect.stringMatching(/network is within .* reach; .* read this user's files/),
      remedy: "sudo apt-get install bubblewrap",
    });
  });

  test("the line to install is the system's own", async () => {
    const remedy = async (manager: string) => {
      const searchPath = await machine([], { [manager]: "" });
      return named(await checkUp(config(), { searchPath }), "pocketsphinx")?.remedy;
    };
    expect(await remedy("dnf")).toBe("sudo dnf install pocketsphinx");
    expect(await remedy("brew")).toBe("brew install cmu-pocketsphinx");
    expect(await remedy("pkg")).toBe("Install pocketsphinx with your system's package manager.");
  });

  test("tells what an ffmpeg lacks", async () => {
    const ffmpeg = (encoders: string, filters: string) => `
case "$*" in
  *-encoders*) echo "ffmpeg version 7.1 Copyright" >&2; for e in ${encoders}; do echo " V....D $e  An encoder"; done ;;
  *-filters*) for f in ${filters}; do echo " ..C $f  V->V  A filter"; done ;;
esac`;
    const all = "libx264 libmp3lame aac gif mjpeg";
    const check = async (script: string) => {
      const searchPath = await machine([], { ffmpeg: script });
      return named(await checkUp(config(), { searchPath }), "ffmpeg");
    };
    expect(await check(ffmpeg(all, "zscale tonemap bwdif"))).toMatchObject({
      state: "ok",
      found: "7.1",
    });
    expect(await check(ffmpeg("aac gif mjpeg", "zscale tonemap bwdif"))).toMatchObject({
      state: "missing",
      detail: "lacks the encoders libx264, libmp3lame",
    });
    expect(await check(ffmpeg(all, "bwdif"))).toMatchObject({
      state: "warning",
      detail: "lacks the filters zscale, tonemap: HDR video cannot be shown on ordinary screens",
    });
  });

  test("a pocketsphinx whose model cannot be loaded is a warning", async () => {
    const script = '[ $# = 0 ] && echo "-infile -remove_noise" && exit 1; exit 1';
    const searchPath = await machine([], { pocketsphinx_continuous: script });
    const checks = await checkUp(config(), { searchPath });
    expect(named(checks, "pocketsphinx")).toMatchObject({
      state: "warning",
      detail: "its model for en-US is not there",
    });
  });

  test("a language that the engine does not know is a warning", async () => {
    const checks = await checkUp(config(undefined, "de-DE"));
    expect(named(checks, "speech engine")).toMatchObject({ state: "warning" });
    expect(named(checks, "speech engine")?.detail).toContain("nothing is heard in de-DE");
  });

  test("a data directory is tried, and left as it was", async () => {
    const dataDir = join(folder, "library");
    await mkdir(dataDir);
    expect(named(await checkUp(config(dataDir)), "data directory")).toMatchObject({
      state: "ok",
      found: dataDir,
      detail: expect.stringMatching(/^\d+\.\d GB free$/) as unknown,
    });
    expect(await readdir(dataDir)).toEqual([]);
  });

  test("a data directory that cannot be is missing, with the reason", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const check = named(await checkUp(config(join(file, "data"))), "data directory");
    expect(check).toMatchObject({ state: "missing", detail: `${file} is not a folder` });
  });

  test("without any sandbox at all everything else is still looked at", async () => {
    const checks = await checkUp(config(), { searchPath: join(folder, "nowhere") });
    expect(named(checks, "sandbox")).toMatchObject({ state: "missing" });
    expect(named(checks, "SQLite")).toMatchObject({ state: "ok" });
    expect(checks).toHaveLength(11);
  });
});
