import { join } from "node:path";
import { spreadOf, type Bench, type Findings, type Row } from "./figure.ts";
import { asFilmed, footageIs, looped, makeClip } from "./footage.ts";
import { costOf } from "./measure.ts";
import { withLibrary } from "../test/support/with-library.ts";
import { dailies } from "./measure.ts";

/** How each step of the only media file ended, and how many seconds after the file was taken in. */
async function endings(dataDir: string) {
  return withLibrary(dataDir, async (library) => {
    const [listing] = await library.list({ limit: 1 });
    if (listing === undefined) throw new Error("nothing was taken in");
    const jobs = await library.jobs({ name: listing.media.name });
    const { transcript } = await library.show(listing.media.name);
    const ended = jobs.map((job) => ({
      step: job.step,
      state: job.state,
      tookS: ((job.finishedAt ?? NaN) - (job.startedAt ?? NaN)) / 1000,
      afterS: ((job.finishedAt ?? NaN) - listing.media.createdAt) / 1000,
    }));
    return { ended, words: transcript?.words.length ?? 0 };
  });
}

export async function hour(bench: Bench): Promise<Findings> {
  const seconds = bench.sample ?? (bench.quick ? 4 : bench.full ? 3_600 : 600);
  const size = bench.quick ? { width: 320, height: 180 } : { width: 1920, height: 1080 };
  bench.note("making the video");
  const clip = await makeClip(join(bench.folder, "clip.mp4"), {
    ...size,
    seconds: bench.quick ? 4 : 45,
    encoding: asFilmed,
  });
  const video = await looped(clip, seconds, join(bench.folder, "long.mp4"));
  const dataDir = join(bench.folder, "library");
  bench.note(`processing ${seconds} s`);
  const cost = await costOf([dailies, "process", video, "--data-dir", dataDir, "--quiet"]);
  const { ended, words } = await endings(dataDir);
  const failed = ended.filter(({ state }) => state !== "succeeded" && state !== "skipped");
  if (failed.length > 0) throw new Error(`${failed.map(({ step }) => step).join(", ")} failed`);
  const after = (step: string) => ended.find((one) => one.step === step)?.afterS ?? NaN;
  const once = (what: string, unit: Row["unit"], value: number): Row => ({
    what,
    unit,
    measured: spreadOf([value]),
  });
  const took = ended
    .toSorted((a, b) => b.tookS - a.tookS)
    .map(({ step, tookS }) => `${step} ${tookS.toFixed(1)} s`);
  return {
    rows: [
      once("audio rendition can be played", "s", after("audio")),
      once("web and phone renditions can be played", "s", after("video")),
      once(`words can be read (${words} of them)`, "s", after("transcribe")),
      once("everything is done", "s", cost.wallMs / 1000),
      once("everything is done ÷ length of the video", "×", cost.wallMs / 1000 / seconds),
      once("media-hours per core-hour", "h/h", seconds / (cost.cpuMs / 1000)),
    ],
    remarks: [
      `${seconds === 3_600 ? "One hour" : `A sample of ${seconds} s (the hour: \`npm run bench -- g --full\`)`} ` +
        `of ${size.width}×${size.height} at 30 frames a second, once: ${footageIs}, looped without ` +
        "encoding again. All steps, default slots.",
      `Where the time goes: ${took.join(", ")}. They overlap.`,
      "The transcript appears as a whole: the first words can be read when the last one can.",
    ],
  };
}
