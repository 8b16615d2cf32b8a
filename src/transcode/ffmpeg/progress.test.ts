import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { progressOf, readReports, type Report } from "./progress.ts";

const stream = [
  "frame=0\nout_time_us=-9223372036854775807\nspeed=N/A\nprogress=continue\n",
  "frame=30\nout_time_us=10",
  "00000\nspeed= 2.5x\nprogress=continue\nframe=60\nout_time_us=N/A\nspeed=2x\nprogress=end\n",
];

describe("readReports", () => {
  it("hands on each report, across the breaks of the stream; what is not known is absent", async () => {
    const seen: Report[] = [];
    const last = await readReports(Readable.from(stream), (report) => seen.push(report));
    expect(seen).toEqual([
      { frames: 0 },
      { frames: 30, outTimeMs: 1000, speed: 2.5 },
      { frames: 60, speed: 2 },
    ]);
    expect(last).toEqual(seen[2]);
  });
});

describe("progressOf", () => {
  it("tells fraction, speed and time left", () => {
    expect(progressOf({ outTimeMs: 1000, speed: 2 }, 4000)).toEqual({
      fraction: 0.25,
      speed: 2,
      remainingMs: 1500,
    });
  });
  it("has no fraction when the duration is unknown, and never more than all", () => {
    expect(progressOf({ outTimeMs: 1000, speed: 2 }, undefined)).toEqual({ speed: 2 });
    expect(progressOf({ outTimeMs: 5000 }, 4000)).toEqual({ fraction: 1 });
  });
});
