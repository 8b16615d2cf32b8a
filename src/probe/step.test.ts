import { expect, test } from "vitest";
import { runStep } from "../../test/support/run-step.ts";
import { describeWithSharedMedia, sharedMedia } from "../../test/support/shared-media.ts";
import { newJob } from "../media/job.ts";
import { defaultLimits } from "../media/limits.ts";
import type { Media } from "../media/media.ts";
import { createMemoryObjectStore } from "../objects/memory.ts";
import { createSandbox } from "../sandbox/create.ts";
import { createProbing } from "./registry.ts";
import { createProbeStep } from "./step.ts";

describeWithSharedMedia("the step probe", () => {
  test("reads the source and hands back its facts, once to keep and once to plan with", async () => {
    const objects = createMemoryObjectStore();
    const place = { bucket: "uploads", key: "a/two.mkv" } as const;
    const source = await objects.putFile(place, sharedMedia("hostile/multi_audio.mkv"));
    const { key: name, version, sizeBytes, fingerprint } = source;
    const identity = { name, version, owner: "local", sizeBytes, sha256: fingerprint.value };
    const media: Media = { ...identity, state: "processing", createdAt: 1, updatedAt: 1 };
    const job = {
      ...newJob(media, "probe"),
      state: "running",
      attempts: 1,
      enqueuedAt: 1,
    } as const;
    const sandbox = await createSandbox();
    const step = createProbeStep(createProbing({ sandbox, objects, limits: defaultLimits }));
    expect(step.engineOf(undefined).id).toBe("ffprobe");
    const outcome = await runStep(step, { job, media });

    const [change] = outcome.changes;
    if (change?.type !== "setFacts") throw new Error("no facts");
    const { facts } = change;
    expect(facts).toMatchObject({ type: "video", audioTracks: 2 });
    expect(outcome).toEqual({
      changes: [{ type: "setFacts", version, facts }],
      events: [{ type: "media.probed", name, version, facts }],
      notes: ["it has 2 sound tracks; number 2 (deu) is used, not number 1 (eng)"],
    });
  });
});
