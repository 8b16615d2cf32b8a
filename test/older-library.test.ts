import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Job } from "../src/media/job.ts";
import { readConfig } from "../src/config/config.ts";
import { openDailies } from "../src/runtime/local.ts";

/**
 * A library of an older version (schema 7). It has a video and another one that shares its results, a
 * recording with transcription options, pictures of two owners and from a watched folder, a picture that
 * was removed by hand, one that was removed just before, a failed job, a cancelled job, keys, subscriptions.
 */
const archive = fileURLToPath(new URL("./fixtures/library-schema-7.tar.gz", import.meta.url));

const states = {
  "ada.jpg": "ready",
  "broken.mp4": "failed",
  "copy.mp4": "ready",
  "later.mp4": "failed",
  "memo.mp3": "ready",
  "seen.jpg": "ready",
  "talk.mp4": "ready",
};

const ofTalk = [
  "output/audio/talk.mp3",
  "output/captions/talk.srt",
  "output/captions/talk.vtt",
  "output/gif/talk.gif",
  "output/labels/talk.json",
  "output/phone/talk.mp4",
  "output/poster/talk.jpg",
  "output/transcribe/talk.json",
  "output/web/talk.mp4",
];

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of chunks) parts.push(Uint8Array.from(part));
  return Buffer.concat(parts);
}

describe("a library of an older version", () => {
  let folder: string;
  let dataDir: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "dailies-older-"));
    execFileSync("tar", ["-xzf", archive, "-C", folder]);
    dataDir = join(folder, "library");
  });
  afterEach(() => rm(folder, { recursive: true }));
  const open = () => openDailies(readConfig({ dataDir }, {}));

  /** Reads the tables after their migration. */
  async function rows(sql: string): Promise<Record<string, unknown>[]> {
    await (await open()).close();
    const database = new DatabaseSync(join(dataDir, "dailies.db"), { readOnly: true });
    const found = database.prepare(sql).all();
    database.close();
    return found.map((row) => ({ ...row }));
  }

  it("opens with all results", async () => {
    const library = await open();
    const listed = (await library.list()).map(({ media }) => [media.name, media.state]);
    expect(Object.fromEntries(listed)).toEqual(states);
    const talk = await library.show("talk.mp4");
    expect(talk.outputs.map(({ key }) => key)).toEqual(ofTalk);
    expect(talk.transcript?.words.map(({ text }) => text).join(" ")).toBe("lol on there is no");
    const copy = await library.show("copy.mp4");
    expect(copy.outputs.map(({ version }) => version).toSorted()).toEqual(
      talk.outputs.map(({ version }) => version).toSorted(),
    );
    const hits = await library.search({ words: "there" });
    expect(hits.map(({ name }) => name).toSorted()).toEqual(["copy.mp4", "talk.mp4"]);
    expect((await library.find("ada.jpg")).owner).toBe("ada");
    expect(await library.reconcile({ verify: true })).toMatchObject({ lostCount: 0 });
    await library.close();
  });

  it("has its jobs with their owners and outcomes", async () => {
    const library = await open();
    const failed = await library.jobsOf(await library.find("broken.mp4"));
    expect(failed.map(({ job }) => job)).toMatchObject([
      { step: "probe", failure: { code: "damaged_media" } },
    ]);
    const cancelled = await library.jobsOf(await library.find("later.mp4"));
    expect(cancelled.map(({ job }) => job)).toMatchObject([{ step: "probe", state: "cancelled" }]);
    await library.close();
    expect(
      await rows("SELECT owner, count(*) AS jobs FROM jobs GROUP BY owner ORDER BY owner"),
    ).toEqual([
      { owner: "ada", jobs: 4 },
      { owner: "local", jobs: 27 },
    ]);
    expect(await rows("SELECT name FROM media WHERE told IS NOT NULL ORDER BY name")).toHaveLength(
      7,
    );
  });

  it("has its transcription options, events, imports, keys and subscriptions", async () => {
    const options = await rows(
      "SELECT transcription_options AS o FROM media WHERE name = 'memo.mp3'",
    );
    expect(JSON.parse(String(options[0]?.["o"]))).toMatchObject({
      languageCode: "en-GB",
      vocabulary: { phrases: [{ phrase: "Los Angeles" }, { phrase: "river" }] },
    });
    const events = await rows("SELECT event ->> '$.type' AS type FROM events ORDER BY sequence");
    expect(events).toHaveLength(53);
    expect(events.filter(({ type }) => type === "transcription.requested")).toHaveLength(1);
    expect(events.filter(({ type }) => type === "speech.asked")).toEqual([]);
    expect(await rows("SELECT path, removed FROM imports WHERE removed = 1")).toEqual([
      { path: "/srv/watched/dropped.jpg", removed: 1 },
    ]);
    expect(await rows("SELECT path FROM watched_folders")).toEqual([{ path: "/srv/watched" }]);
    const library = await open();
    const keys = await library.access.listKeys();
    expect(keys.map(({ name, user }) => `${name} ${user}`).toSorted()).toEqual([
      "desk local",
      "studio ada",
    ]);
    expect((await library.notices.subscriptions()).map(({ state }) => state).toSorted()).toEqual([
      "confirmed",
      "confirmed",
      "pending",
    ]);
    await library.close();
  });

  it("can be used: removed files are deleted, and finished work is not repeated", async () => {
    const library = await open();
    expect(await rows("SELECT count(*) AS n FROM trash")).toEqual([{ n: 3 }]);
    await library.recover();
    expect(await rows("SELECT count(*) AS n FROM trash")).toEqual([{ n: 0 }]);
    const source = await library.sourceOf(await library.find("talk.mp4"));
    const bytes = await bytesOf(await library.chunks(source, { start: 0, end: source.sizeBytes }));
    const file = join(folder, "talk.mp4");
    await writeFile(file, bytes);
    expect((await library.put(file, { name: "talk.mp4" })).change).toBe("unchanged");
    const jobs = (await library.jobs()).length;
    expect((await library.put(file, { name: "other.mp4" })).change).toBe("shared");
    const shared = await library.jobsOf(await library.find("other.mp4"));
    // Steps that this version does otherwise are done again; the others are as they were.
    const known = (await library.jobsOf(await library.find("talk.mp4"))).map(({ job }) => job);
    const isKnown = (job: Job) =>
      known.some((one) => one.step === job.step && isDeepStrictEqual(one.settings, job.settings));
    const same = shared.map(({ job }) => job).filter(isKnown);
    expect(same.map(({ step }) => step)).toEqual(expect.arrayContaining(["probe", "index"]));
    expect(same.filter(({ state }) => state !== "succeeded")).toEqual([]);
    expect(await library.jobs()).toHaveLength(jobs + shared.length);
    await library.remove("other.mp4");
    expect((await library.show("talk.mp4")).outputs).toHaveLength(9);
    await library.close();
  });
});
