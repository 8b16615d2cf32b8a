import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Step } from "../src/media/job.ts";
import { readConfig } from "../src/config/config.ts";
import { openDailies } from "../src/runtime/local.ts";
import { covered, summed, watchChildren } from "./children.ts";
import { atMost, spreadOf, type Bench, type Findings, type Row } from "./figure.ts";
import { copiesOf, asTheWebHasIt, makeClip } from "./footage.ts";
import { transcoding } from "./ours.ts";

interface Overhead {
  /** Wall time minus the sum of the children's lifetimes, per media file. */
  readonly lessSum: number;
  /** Wall time in which no child ran, per media file. */
  readonly idle: number;
  readonly wall: number;
}

const oneSlot = { light: 1, picture: 1, transcode: 1, speech: 1, vision: 1 };

/** Makes the calls one after another in a fresh library, with one slot of each kind. */
async function measure(
  bench: Bench,
  calls: readonly (readonly string[])[],
  only: readonly Step[],
  count: number,
): Promise<Overhead> {
  const dataDir = join(bench.folder, "library");
  const library = await openDailies({ ...readConfig({ dataDir }), slots: oneSlot });
  try {
    await library.recover(); // work that happens once is not a cost of a media file
    const watch = watchChildren();
    const startedAt = performance.now();
    for (const paths of calls) {
      const report = await library.process(paths, { only });
      const bad = report.finished.filter(({ state }) => state !== "ready").length;
      if (bad + report.refused.length > 0) throw new Error(`${bad} of ${paths.length} failed`);
    }
    const wallMs = performance.now() - startedAt;
    const children = watch.stop();
    return {
      lessSum: (wallMs - summed(children)) / count,
      idle: (wallMs - covered(children)) / count,
      wall: wallMs / count,
    };
  } finally {
    await library.close();
    await rm(dataDir, { recursive: true });
  }
}

export async function orchestration(bench: Bench): Promise<Findings> {
  const count = bench.quick ? 6 : 200;
  const clip = join(bench.folder, "second.mp4");
  await makeClip(clip, { width: 320, height: 180, seconds: 1, encoding: asTheWebHasIt });
  const folder = join(bench.folder, "files");
  await mkdir(folder);
  const files = await copiesOf(clip, count, folder);
  const alone: Overhead[] = [];
  const together: Overhead[] = [];
  const whole: Overhead[] = [];
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  for (let round = 0; round < Math.min(bench.rounds, 3); round += 1) {
    bench.note(`round ${round + 1}, ${count} files`);
    alone.push(
      await measure(
        bench,
        files.map((file) => [file]),
        ["audio"],
        count,
      ),
    );
    together.push(await measure(bench, [[folder]], ["audio"], count));
    whole.push(await measure(bench, [[folder]], transcoding, count));
  }
  loop.disable();
  const row = (
    what: string,
    of: Overhead[],
    which: "idle" | "lessSum",
    hasTarget: boolean,
  ): Row => ({
    what,
    unit: "ms",
    measured: spreadOf(of.map((one) => one[which])),
    comparison: { what: "wall per media file", measured: spreadOf(of.map(({ wall }) => wall)) },
    ...(hasTarget ? { target: atMost(50) } : {}),
  });
  return {
    rows: [
      row("one call a file, probe and audio: wall − summed children", alone, "lessSum", true),
      row("one call for all, probe and audio: wall − summed children", together, "lessSum", false),
      row("one call for all, probe and audio: time without a child", together, "idle", true),
      row("one call for all, all transcoding: time without a child", whole, "idle", true),
      row("one call for all, all transcoding: wall − summed children", whole, "lessSum", false),
    ],
    remarks: [
      `${count} files of one second, one slot of each kind. A child's lifetime begins just before it is ` +
        "spawned and ends at its exit.",
      "With one call a file nothing overlaps. So the difference is all time outside ffmpeg: import and its " +
        "fsyncs, claims, commits, working folders, moving outputs into the store. With one call for all, the " +
        "import of the next file and the probe run at the same time as ffmpeg. With all transcoding, the four " +
        "ffmpeg processes of a media file run at once. Then the sum of their lifetimes is more than the wall " +
        "time, and only the time without a child is meaningful.",
      `The main thread was busy for at most ${(loop.max / 1e6).toFixed(0)} ms without a pause, ` +
        `and in 99 % of the measurements for at most ${(loop.percentile(99) / 1e6).toFixed(0)} ms.`,
    ],
  };
}
