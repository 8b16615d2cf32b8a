import { afterAll, beforeAll, expect, it } from "vitest";
import { runStep } from "../../test/support/run-step.ts";
import { pictureFacts } from "../../test/support/picture-facts.ts";
import { describeWithSharedMedia, sharedMedia } from "../../test/support/shared-media.ts";
import { newJob } from "../media/job.ts";
import type { Job } from "../media/job.ts";
import { defaultLimits } from "../media/limits.ts";
import type { Media } from "../media/media.ts";
import { createMemoryObjectStore } from "../objects/memory.ts";
import { readBytes } from "../objects/stored.ts";
import { createSandbox } from "../sandbox/create.ts";
import { createCenternetLabeler } from "./centernet/labeler.ts";
import type { CenternetLabeler } from "./centernet/labeler.ts";
import { createLabelStep } from "./step.ts";

const objects = createMemoryObjectStore();
let labeler: CenternetLabeler;
beforeAll(async () => {
  const sandbox = await createSandbox();
  labeler = createCenternetLabeler({ sandbox, objects, limits: defaultLimits });
});
afterAll(() => labeler.close());

describeWithSharedMedia("the step label", () => {
  it("stores Rekognition's JSON and hands back what to record", async () => {
    const place = { bucket: "uploads", key: "a/pets.jpg" } as const;
    const source = await objects.putFile(place, sharedMedia("images/pets.jpg"));
    const media: Media = {
      name: source.key,
      version: source.version,
      owner: "local",
      sha256: source.fingerprint.value,
      sizeBytes: source.sizeBytes,
      facts: pictureFacts("image", 512, 430),
      state: "processing",
      createdAt: 1,
      updatedAt: 1,
    };
    const job: Job = { ...newJob(media, "label"), state: "running", attempts: 1, enqueuedAt: 1 };
    const step = createLabelStep({ labelerOf: () => labeler, objects });
    const outcome = await runStep(step, { job, media });

    const [put, labels] = outcome.changes;
    if (put?.type !== "putOutput" || labels?.type !== "putLabels") throw new Error("other changes");
    const { object } = put;
    expect(object).toMatchObject({
      bucket: "outputs",
      key: "output/labels/a/pets.jpg.json",
      contentType: "application/json",
    });
    expect(outcome.events).toEqual([
      { type: "labels.created", name: media.name, version: media.version, labels: object.version },
    ]);
    expect(labels.labels.map(({ name }) => name)).toContain("Dog");

    const text = (await readBytes(objects, object)).toString();
    expect(Buffer.byteLength(text)).toBe(object.sizeBytes);
    const names = JSON.parse(text).Labels.map(({ Name }: { Name: string }) => Name);
    expect(names).toEqual(expect.arrayContaining(["Dog", "Animal", "Pet"]));

    const wish = { ...job, settings: { maxLabels: 2, minConfidence: 0.5 } };
    const again = await runStep(step, { job: wish, media });
    const [, fewer] = again.changes;
    if (fewer?.type !== "putLabels") throw new Error("other changes");
    expect(fewer.labels).toHaveLength(2);
    for (const { confidence } of fewer.labels) expect(confidence).toBeGreaterThanOrEqual(0.5);
  });
});
