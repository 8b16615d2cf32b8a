import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { dailies } from "./support/command.ts";
import { ffmpeg } from "./support/ffmpeg.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-import-"));
const library = join(folder, "library");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("a subtitle file becomes the transcript: search, captions and exports follow at once", async () => {
  const sound = join(folder, "talk.wav");
  ffmpeg("-f", "lavfi", "-i", "sine=frequency=300:duration=4", sound);
  await dailies(library, "process", sound, "--only", "audio");
  const srt = join(folder, "talk.srt");
  writeFileSync(srt, "1\n00:00:01,000 --> 00:00:03,000\n今天上海的天气 <b>很</b> 好\n");
  const taken = await dailies(
    library,
    "transcript",
    "import",
    "talk.wav",
    srt,
    "--language",
    "zh-CN",
  );
  expect(taken.stdout).toMatch(
    /^talk\.wav: \d+ words from SRT, zh-CN\n {2}the times of \d+ words are estimates/,
  );
  expect(taken.exitCode).toBe(0);
  const found = await dailies(library, "search", "上海", "--json");
  expect(JSON.parse(found.stdout)).toMatchObject({
    hits: [
      { name: "talk.wav", matched: ["words"], moments: [{ snippet: "今天[上海]的天气很好" }] },
    ],
  });
  const out = await dailies(library, "export", "talk.wav", "--format", "srt");
  expect(out.stdout).toContain("今天上海的天气很好");
  writeFileSync(srt, "1\n00:00:03,000 --> 00:00:01,000\nx\n");
  const refused = await dailies(library, "transcript", "import", "talk.wav", srt);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain("line 2: it ends before it begins");
  const none = await dailies(library, "transcript", "import", "talk.wav", join(folder, "none.srt"));
  expect(none.stderr).toContain("there is no file");
}, 60_000);
