import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildLibrary, nameOf } from "../bench/library.ts";
import type { ListedMediaJson } from "../src/cli/ls.ts";
import { readConfig } from "../src/config/config.ts";
import type { LocalLibrary } from "../src/local/library.ts";
import { openDailies } from "../src/runtime/local.ts";
import { dailies, dailiesCommand, start } from "./support/command.ts";
import { lookAt } from "./support/library.ts";

const dataDir = mkdtempSync(join(tmpdir(), "dailies-lists-"));
const media = 1_230;
/** Every name, in the order of lists. */
const names = Array.from({ length: media }, (_, index) => nameOf(index));
let library: LocalLibrary;
beforeAll(async () => {
  await buildLibrary(dataDir, { media, transcripts: 12 }, () => {});
  library = await openDailies(readConfig({ dataDir }));
});
afterAll(async () => {
  await library.close();
  rmSync(dataDir, { recursive: true });
});

describe("a library of many media files", () => {
  it("is listed completely, page by page, with and without filters", async () => {
    const listed = async (filter: Parameters<LocalLibrary["allMedia"]>[0]) => {
      const found: string[] = [];
      for await (const page of library.allMedia(filter)) {
        expect(page.length).toBeLessThanOrEqual(100);
        found.push(...page.map((one) => one.media.name));
      }
      return found;
    };
    expect(await listed({})).toEqual(names);
    for (const limit of [1, 100, 101, 1_229, 1_230, 9_999])
      expect(await listed({ limit })).toEqual(names.slice(0, limit));
    const after = names[500] ?? "";
    expect(await listed({ after, limit: 300 })).toEqual(names.slice(501, 801));
    expect(await listed({ startsWith: "day-0001/" })).toEqual(names.slice(1_000));
    expect(await listed({ startsWith: "day-0001/", after: "day-0001/take-0001100.mp4" })).toEqual(
      names.slice(1_101),
    );
    const videos = names.filter((_, index) => index % 10 === 0);
    expect(await listed({ type: "video" })).toEqual(videos);
    expect(await listed({ label: "person" })).toEqual(videos.slice(0, 12));
    expect(await listed({ startsWith: "none" })).toEqual([]);
  });

  it("is listed as one JSON document, or as one line for each media file", async () => {
    const { stdout, exitCode } = await dailies(dataDir, "ls", "--json");
    const document: { media: ListedMediaJson[] } = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(document.media.map(({ name }) => name)).toEqual(names);
    expect(stdout).toBe(`${JSON.stringify(document, undefined, 2)}\n`);
    const { stdout: lines } = await dailies(dataDir, "ls");
    expect(lines.split("\n")).toHaveLength(1 + media + 1);
    expect((await dailies(dataDir, "ls", "--startswith", "x", "--json")).stdout).toBe(
      '{\n  "media": []\n}\n',
    );
  });

  it.each([["--json"], ["--jsonl"], ["--no-color"]])(
    "ends quietly when the reader stops: ls %s | head",
    async (mode) => {
      const running = start([...dailiesCommand, "ls", mode, "--data-dir", dataDir]);
      const { stdout } = running.child;
      await new Promise<void>((resolve) => stdout?.once("data", () => resolve()));
      stdout?.destroy();
      expect(await running.ended).toMatchObject({ exitCode: 0, stderr: "" });
      expect(lookAt(dataDir)).toMatchObject({ integrity: "ok", sessions: 0 });
    },
  );
});
