import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dailies } from "./support/command.ts";
import { ffmpeg } from "./support/ffmpeg.ts";

/** Names whose accents are spelled in one way (macOS: decomposed) and typed in the other. */

const folder = mkdtempSync(join(tmpdir(), "dailies-names-"));
const library = join(folder, "library");
const composed = "caf\u00e9 m\u00fcde.wav";
const decomposed = composed.normalize("NFD");
const run = (...args: string[]) => dailies(library, ...args);

beforeAll(async () => {
  ffmpeg("-f", "lavfi", "-i", "sine=duration=0.3", join(folder, decomposed));
  const { exitCode } = await run("process", join(folder, composed), "--only", "audio,transcribe");
  expect(exitCode).toBe(0);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a name", () => {
  it.each([
    ["show"],
    ["logs"],
    ["jobs"],
    ["retry"],
    ["reprocess"],
    ["cancel"],
    ["get", "audio", "--to", join(folder, "out")],
    ["export", "--format", "json"],
  ])("is found in either spelling by %s", async (command, ...rest) => {
    for (const name of [composed, decomposed]) {
      const { exitCode, stderr } = await run(command, name, ...rest);
      expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({
        exitCode: 0,
        stderr: "",
      });
    }
  });

  it("is found by its beginning, and by its key", async () => {
    for (const name of [composed, decomposed]) {
      const { stdout } = await run("ls", "--startswith", name.slice(0, 5), "--json");
      expect(JSON.parse(stdout).media).toHaveLength(1);
      const key = `output/transcribe/${name}.json`;
      expect((await run("show", "--metadata", key)).exitCode).toBe(0);
    }
    expect((await run("rm", composed)).exitCode).toBe(0);
  });
});

describe("two names that differ only in how their accents are encoded", () => {
  const other = join(folder, "other");
  const make = async (file: string, pitch: number) => {
    const sound = `sine=frequency=${pitch}:duration=0.3`;
    ffmpeg("-f", "lavfi", "-i", sound, file);
  };
  const names = async () => {
    const { stdout } = await run("ls", "--json");
    return JSON.parse(stdout).media.map(({ name }: { name: string }) => name);
  };

  it("are one name: other contents are refused, or get their folder's name", async () => {
    mkdirSync(other);
    await make(join(folder, decomposed), 300);
    await make(join(other, composed), 400);
    expect((await run("put", join(folder, decomposed))).exitCode).toBe(0);
    const refused = await run("put", join(other, composed));
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("(with its accents encoded in another way) is there");
    expect((await run("process", other, "--only", "audio")).exitCode).toBe(0);
    expect(await names()).toEqual([decomposed, `other/${composed}`]);
  });

  it("are one name: the same contents are unchanged, and --replace replaces them", async () => {
    await make(join(folder, "again.wav"), 300);
    const { stdout } = await run("put", join(folder, "again.wav"), "--name", composed, "--json");
    expect(stdout).toContain('"unchanged"');
    await make(join(folder, "again.wav"), 500);
    const replaced = ["put", join(folder, "again.wav"), "--name", composed, "--replace"];
    expect((await run(...replaced)).exitCode).toBe(0);
    expect(await names()).toEqual([decomposed, `other/${composed}`]);
  });
});

describe("export", () => {
  const speech = join(folder, "speech.wav");
  beforeAll(async () => {
    ffmpeg("-f", "lavfi", "-i", "flite=text='the quick brown fox':voice=slt", speech);
    await run("process", speech, "--only", "transcribe");
  }, 60_000);

  it.each([
    [["--format", "WORD", "-o", join(folder, "a.docx")], "PK"],
    [["--output", join(folder, "b.docx")], "PK"],
    [["-o", join(folder, "c.srt")], "1\n00:00:0"],
    [["-f", "webvtt", "-o", join(folder, "d.txt")], "WEBVTT"],
  ])("knows the format by other words and by the file's ending: %j", async (args, begins) => {
    const { exitCode, stderr } = await run("export", "speech.wav", ...args);
    expect(exitCode, stderr).toBe(0);
    const written = readFileSync(args.at(-1) ?? "", "latin1");
    expect(written.startsWith(begins)).toBe(true);
  });

  it("asks for a format when nothing says it, and names them", async () => {
    const { exitCode, stderr } = await run("export", "speech.wav");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("formats are srt, vtt, txt, json, csv, docx");
    expect((await run("export", "speech.wav", "-f", "pdf")).stderr).toContain("word");
  });
});
