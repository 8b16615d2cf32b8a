import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runStep } from "../../test/support/run-step.ts";
import type { Job, NewJob } from "../media/job.ts";
import type { Media } from "../media/media.ts";
import { imageFacts } from "./facts.fixture.ts";
import { generate, openWorkshop, type Workshop } from "./ffmpeg/workshop.fixture.ts";
import { transcodeJobs } from "./jobs.ts";
import { planRenditions } from "./plan.ts";
import { defaultProfile } from "./profile.ts";
import { createTranscodeStep } from "./step.ts";

let shop: Workshop;
beforeAll(async () => {
  shop = await openWorkshop();
});
afterAll(() => shop.close());

const square = { width: 64, height: 64, displayWidth: 64, displayHeight: 64 };
const facts = imageFacts("png_pipe", { codec: "png", pixelFormat: "rgb24", ...square });

async function uploadPicture(): Promise<Media> {
  const path = join(shop.dir, "picture.png");
  await generate(["-f", "lavfi", "-i", "testsrc2=s=64x64", "-frames:v", "1", path]);
  const { version } = await shop.upload(path);
  const bytes = { sha256: "", sizeBytes: 0 };
  const times = { createdAt: 0, updatedAt: 0 };
  return {
    name: "a/picture.png",
    version,
    owner: "local",
    ...bytes,
    ...times,
    facts,
    state: "processing",
  };
}

async function run(media: Media, job: NewJob | undefined) {
  if (job === undefined) throw new Error("nothing was planned");
  const workDir = join(shop.dir, shop.newId());
  await mkdir(workDir);
  const running: Job = { ...job, state: "running", attempts: 1, enqueuedAt: 0 };
  const step = createTranscodeStep({
    transcoderOf: () => shop.transcoder(),
    labelsOf: async () => undefined,
  });
  return runStep(step, { job: running, media, workDir });
}

describe("the transcoding steps", () => {
  it("hand back what was made under the source's output key, its bytes stored by then", async () => {
    const media = await uploadPicture();
    const { jobs } = transcodeJobs(media, planRenditions(facts, defaultProfile), "ffmpeg");
    const { changes, events, notes } = await run(media, jobs[0]);
    expect(notes).toEqual([]);
    const { name, version } = media;
    expect(events).toEqual([{ type: "rendition.created", name, version, rendition: "poster" }]);
    expect(changes).toHaveLength(1);
    const [change] = changes;
    if (change?.type !== "putRendition") throw new Error("no rendition was put");
    expect(change).toMatchObject({ version, rendition: { rendition: "poster", copied: false } });
    const { object } = change.rendition;
    expect(object).toMatchObject({ bucket: "outputs", key: "output/poster/a/picture.png.jpg" });
    expect(await shop.objects.stat(object)).toEqual({ sizeBytes: object.sizeBytes });
  });

  it("refuse a media that was not probed, and a job that does not say what to make", async () => {
    const media = await uploadPicture();
    const { jobs } = transcodeJobs(media, planRenditions(facts, defaultProfile), "ffmpeg");
    const { facts: _facts, ...unprobed } = media;
    await expect(run(unprobed, jobs[0])).rejects.toMatchObject({ code: "internal" });
    const [job] = jobs;
    await expect(run(media, job && { ...job, settings: {} })).rejects.toMatchObject({
      code: "internal",
    });
  });
});
