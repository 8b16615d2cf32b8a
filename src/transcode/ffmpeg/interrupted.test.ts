import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { doWork } from "../../../test/support/do-work.ts";
import { defaultLimits } from "../../media/limits.ts";
import { createSandbox } from "../../sandbox/create.ts";
import { videoFacts } from "../facts.fixture.ts";
import { planRenditions } from "../plan.ts";
import { defaultProfile } from "../profile.ts";
import { createFfmpegTranscoder } from "./transcoder.ts";
import { openWorkshop, type Workshop } from "./workshop.fixture.ts";

let shop: Workshop;
beforeAll(async () => {
  shop = await openWorkshop();
});
afterAll(() => shop.close());

/** Makes a web film by copying, with a script in ffmpeg's place. */
async function makeWith(name: string, script: string) {
  const dir = join(shop.dir, name);
  const workDir = join(dir, "work");
  await mkdir(workDir, { recursive: true });
  const ffmpeg = join(dir, "ffmpeg");
  await writeFile(ffmpeg, `#!/bin/sh\necho started >> starts\n${script}\n`);
  await chmod(ffmpeg, 0o755);
  const { planned } = planRenditions(videoFacts(), defaultProfile);
  const web = planned.filter(({ rendition }) => rendition === "web");
  const transcoder = createFfmpegTranscoder({
    sandbox: await createSandbox(),
    objects: shop.objects,
    limits: defaultLimits,
    version: async () => "of the tests",
    ffmpeg,
  });
  const work = doWork(
    transcoder,
    {
      source: await shop.upload(ffmpeg),
      facts: videoFacts(),
      renditions: web.map((plan) => ({ plan, target: { bucket: "outputs", key: "web" } as const })),
    },
    { workDir, signal: new AbortController().signal, onProgress: () => undefined },
  );
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  const starts = (await readFile(join(workDir, "starts"), "utf8")).trim().split("\n").length;
  return { error, starts };
}

describe("an ffmpeg that a signal ends while it copies streams", () => {
  const failure = { code: "engine_failed", retryable: true };

  it.each(["KILL", "TERM", "HUP"])("SIG%s: the step fails; nothing is encoded", async (signal) => {
    const { error, starts } = await makeWith(signal, `kill -${signal} $$`);
    expect(error).toMatchObject({ ...failure, details: { signal: `SIG${signal}` } });
    expect(starts).toBe(1);
  });

  it("SIGSEGV: the source may have crashed it, so it runs again and encodes", async () => {
    const { error, starts } = await makeWith("SEGV", "kill -SEGV $$");
    expect(error).toMatchObject({ ...failure, details: { signal: "SIGSEGV" } });
    expect(starts).toBe(2);
  });
});

it.each([
  ["No space left on device", "disk_full"],
  ["Input/output error", "storage_failed"],
])("an ffmpeg that leaves with 0 but could not write the end of a file: %s", async (said, code) => {
  const path = "file:web.mp4";
  const words = `Invalid data found\nError writing trailer of ${path}: ${said}\nError closing file ${path}: ${said}`;
  const { error, starts } = await makeWith(code, `: > web.mp4; echo "${words}" >&2`);
  expect(error).toMatchObject({ code, retryable: true });
  expect(starts).toBe(1);
});
