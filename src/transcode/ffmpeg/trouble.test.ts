import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWithSharedMedia, sharedMedia } from "../../../test/support/shared-media.ts";
import { damageNote } from "../../media/damage.ts";
import { remoteOf } from "../../media/engine.ts";
import { defaultLimits } from "../../media/limits.ts";
import { videoFacts } from "../facts.fixture.ts";
import { damageOf } from "./damage.ts";
import { complaints, generate, openWorkshop, probe, type Workshop } from "./workshop.fixture.ts";

let shop: Workshop;
beforeAll(async () => {
  shop = await openWorkshop();
});
afterAll(() => shop.close());

async function stored(): Promise<number> {
  let count = 0;
  for await (const _object of shop.objects.list("outputs")) count += 1;
  return count;
}

describeWithSharedMedia("damaged sources", () => {
  it("flipped bits: encoded rather than taken over, so that the film is sound; and said", async () => {
    const source = sharedMedia("hostile/bitflip.mp4");
    const { renditions, notes } = await shop.make(source, videoFacts(), ["web", "phone"]);
    expect([renditions.web?.copied, renditions.phone?.copied]).toEqual([false, false]);
    expect(notes).toEqual([expect.stringMatching(/^the source is damaged: \d\d+ decode errors/)]);
    expect(await complaints(renditions.web?.path ?? "")).toBe("");
    expect((await probe(renditions.web?.path ?? "")).durationMs).toBeGreaterThan(3900);
  });

  it("half a file: what there is, and how much that is", async () => {
    const source = sharedMedia("hostile/trunc_faststart.mp4");
    const { renditions, notes } = await shop.make(source, videoFacts(), ["web", "audio", "poster"]);
    expect(notes).toContainEqual(
      expect.stringMatching(/^the source is damaged: .*; 1\.\d of 4\.0 s could be decoded$/),
    );
    const { durationMs } = await probe(renditions.web?.path ?? "");
    expect(durationMs).toBeGreaterThan(1000);
    expect(durationMs).toBeLessThan(2000);
    expect(await complaints(renditions.web?.path ?? "")).toBe("");
    expect(renditions.poster).toMatchObject({ width: 640, height: 360 });
  });

  it("noise: refused in one line, with nothing left behind", async () => {
    const before = await stored();
    for (const names of [["web", "phone"], ["audio"], ["gif"], ["poster"]] as const)
      await expect(
        shop.make(sharedMedia("hostile/random.mp4"), videoFacts(), names),
      ).rejects.toMatchObject({ code: "damaged_media", retryable: false });
    expect([await stored(), await shop.leftovers()]).toEqual([before, []]);
  });

  it("a playlist that calls itself a film opens nothing", async () => {
    for (const file of ["evil_concat.mp4", "evil_hls_file.mp4", "evil_sdp.mp4"])
      await expect(
        shop.make(sharedMedia(`hostile/${file}`), videoFacts(), ["web"]),
      ).rejects.toMatchObject({ code: "damaged_media" });
  });
});

describe("damageOf", () => {
  const film = (ms: number) => {
    const tracks = [{ kind: "video", durationMs: ms, width: 640, height: 360 }] as const;
    const plan = { rendition: "web" } as never;
    return [{ plan, facts: { tracks, durationMs: ms } }];
  };
  it("takes a container's word on a stream's length only when something went wrong", () => {
    const facts = videoFacts({ durationMs: undefined }, "none", { durationMs: 12_000 });
    expect(damageOf(facts, film(3100), 0)).toBeUndefined();
    const damage = damageOf(facts, film(3100), 37);
    expect(damage && damageNote(damage)).toBe(
      "the source is damaged: 37 decode errors; 3.1 of 12.0 s could be decoded",
    );
  });
  it("forgives half a second, or a fiftieth", () => {
    expect(damageOf(videoFacts({}, "none"), film(3501), 0)).toBeUndefined();
    expect(damageOf(videoFacts({}, "none"), film(3499), 0)).toMatchObject({ errors: 0 });
  });
});

/** Command lines of living ffmpegs that write below our folder; a killed one may linger as a zombie. */
async function ffmpegsAtWork(): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    ids.map((id) => readFile(join("/proc", id, "cmdline"), "latin1").catch(() => "")),
  );
  return lines.filter((line) => line.includes(shop.dir) && line.includes("ffmpeg"));
}

describe("stopping", () => {
  let long: string;
  beforeAll(async () => {
    long = join(shop.dir, "long.mp4");
    const source = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=60:d=20"];
    await generate([...source, "-c:v", "libx264", "-preset", "ultrafast", long]);
  });
  const facts = videoFacts(
    { profile: "High", frameRate: { num: 60, den: 1 }, durationMs: 20_000 },
    "none",
    { durationMs: 20_000 },
  );

  it.skipIf(process.platform !== "linux")(
    "a cancelled job's child is gone, and nothing is left of what it wrote",
    async () => {
      const before = await stored();
      const abort = new AbortController();
      let sawChild = 0;
      const work = shop.make(long, facts, ["web", "phone"], {
        signal: abort.signal,
        onProgress: () => {
          void (async () => {
            sawChild = Math.max(sawChild, (await ffmpegsAtWork()).length);
            abort.abort();
          })();
        },
      });
      await expect(work).rejects.toMatchObject({ code: "cancelled" });
      expect(sawChild).toBeGreaterThan(0);
      // The kernel ends what is inside the sandbox a moment after the sandbox itself.
      await expect.poll(ffmpegsAtWork, { timeout: 2000 }).toEqual([]);
      expect([await stored(), await shop.leftovers()]).toEqual([before, []]);
    },
  );

  it("what plays longer than is allowed is refused, also when it does not say how long it is", async () => {
    const unsaid = { ...facts, durationMs: undefined };
    const { durationMs: _unsaid, ...untold } = unsaid;
    const limits = { ...defaultLimits, maxDurationMs: 1000 };
    await expect(shop.make(long, untold, ["web"], { limits })).rejects.toMatchObject({
      code: "limit_duration",
    });
  });

  it("an output that grows too large is refused, and gone", async () => {
    const limits = { ...defaultLimits, outputBytes: 50_000 };
    await expect(shop.make(long, facts, ["web"], { limits })).rejects.toMatchObject({
      code: "limit_size",
    });
    expect(await shop.leftovers()).toEqual([]);
  });
});

describe("the transcoder as an engine", () => {
  it("names itself, and never accepts work for later", async () => {
    const transcoder = shop.transcoder();
    expect(transcoder.id).toBe("ffmpeg");
    expect(() => remoteOf(transcoder)).toThrow(expect.objectContaining({ code: "not_supported" }));
  });
});
