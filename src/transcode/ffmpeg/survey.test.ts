import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { videoFacts } from "../facts.fixture.ts";
import type { PlannedRendition } from "../plan.ts";
import { generate, openWorkshop, thumbnail, type Workshop } from "./workshop.fixture.ts";

let shop: Workshop;
beforeAll(async () => {
  shop = await openWorkshop();
});
afterAll(() => shop.close());

/**
 * A film of grey noise that is black at its start, with a white square in the middle at some time.
 * @param every frames between keyframes
 */
async function film(name: string, seconds: number, from: number, to: number, every: number) {
  const path = join(shop.dir, name);
  const source = `color=gray:s=160x90:r=5:d=${seconds},noise=c0s=12:c0f=t`;
  const square = `drawbox=60:25:40:40:white:fill:enable='between(t,${from},${to})'`;
  const black = "drawbox=0:0:160:90:black:fill:enable='lt(t,2)'";
  const codec = ["-c:v", "libx264", "-preset", "ultrafast", "-g", String(every)];
  await generate(["-f", "lavfi", "-i", `${source},${square},${black}`, ...codec, path]);
  const size = { width: 160, height: 90, displayWidth: 160, displayHeight: 90 };
  const durationMs = seconds * 1000;
  return { path, facts: videoFacts({ ...size, durationMs }, "none", { durationMs }) };
}

/** The light in the middle and in a corner of a poster, 0–255. */
async function lights(made: Awaited<ReturnType<Workshop["make"]>>): Promise<[number, number]> {
  const pixels = await thumbnail(made.renditions.poster?.path ?? "");
  return [pixels[(8 * 16 + 8) * 3] ?? 0, pixels[0] ?? 0];
}

describe("the poster of a film", () => {
  it("shows what is there for three of forty seconds, between keyframes too", async () => {
    const { path, facts } = await film("short.mp4", 40, 21, 24, 500);
    const [middle, corner] = await lights(await shop.make(path, facts, ["poster"]));
    expect(middle).toBeGreaterThan(200);
    expect(corner).toBeLessThan(180);
    expect(await shop.leftovers()).toEqual([]);
  });

  it("comes from the keyframes of a long film, wherever they are", async () => {
    const { path, facts } = await film("long.mp4", 240, 150, 170, 25);
    const [middle] = await lights(await shop.make(path, facts, ["poster"]));
    expect(middle).toBeGreaterThan(200);
  });

  it("is the frame of the time that was asked for; the last one where that is past the end", async () => {
    const { path, facts } = await film("asked.mp4", 10, 4, 6, 50);
    const at = (atMs: number) => (plan: PlannedRendition) =>
      plan.rendition === "poster" ? { ...plan, choice: { candidates: 24, atMs } } : plan;
    const shown = async (atMs: number) =>
      (await lights(await shop.make(path, facts, ["poster"], { adjust: at(atMs) })))[0];
    expect(await shown(500)).toBeLessThan(30);
    expect(await shown(4200)).toBeGreaterThan(200);
    const last = await shown(99_000);
    expect(last).toBeGreaterThan(90);
    expect(last).toBeLessThan(170);
  });
});
