import { describe, expect, it } from "vitest";
import { createReader } from "./listen.ts";
import { createMeter } from "./measure.ts";

/** Packets of one stream, `count` of 0.1 s each, from a time on. */
const packets = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => [0, from + at / 10, from + at / 10, 0.1, 50] as const);

function lengthOf(container: string, ...starts: readonly number[]): number | undefined {
  const meter = createMeter(container);
  for (const start of starts) for (const packet of packets(start, 40)) meter.take(packet);
  return meter.result()?.durationMs;
}

describe("the length of a file by its packets", () => {
  it("does not count a jump of a broadcast's clock, in either direction", () => {
    expect(lengthOf("mpegts", 18_000, 3)).toBe(8000);
    expect(lengthOf("mpegts", 3, 18_000)).toBe(8000);
  });

  it("counts a gap, and a jump of a clock that does not jump", () => {
    expect(lengthOf("mpegts", 1, 10)).toBe(13_000);
    expect(lengthOf("matroska,webm", 0, 3600)).toBe(3_604_000);
  });

  it("tells where each stream begins; a packet without a time follows the one before", () => {
    const meter = createMeter("matroska,webm");
    for (const packet of packets(1, 10)) meter.take(packet);
    meter.take([1, 1.5, NaN, 0.2, 10]);
    meter.take([1, NaN, NaN, 0.2, 10]);
    const { streams, durationMs } = meter.result() ?? {};
    expect(durationMs).toBe(1000);
    expect(streams?.get(1)).toEqual({ packets: 2, sizeBytes: 20, startMs: 500, endMs: 900 });
  });

  it("is unknown when no packet has a time", () => {
    const meter = createMeter("avi");
    meter.take([0, NaN, NaN, 0.1, 10]);
    expect(meter.result()).toBeUndefined();
  });
});

describe("what the filters say of loudness", () => {
  it("is read by stream and channel; a filter that was made anew adds to what it said", () => {
    const reader = createReader();
    for (const line of [
      "[astats@s2 @ 0x1] Channel: 1",
      "[astats@s2 @ 0x1] Peak level dB: -inf",
      "[astats@s2 @ 0x1] RMS level dB: -inf",
      "[astats@s10 @ 0x2] Channel: 2",
      "[astats@s10 @ 0x2] Peak level dB: -6.5",
      "[astats@s2 @ 0x3] Channel: 1",
      "[astats@s2 @ 0x3] Peak level dB: -20.25",
      "title: [astats@s3 @ 0x3] Peak level dB: 0",
    ])
      reader.take(line);
    expect([...reader.tracks().keys()]).toEqual([2, 10]);
    expect(reader.tracks().get(2)).toEqual({ peaksDb: [-20.25], levelsDb: [-Infinity] });
    expect(reader.tracks().get(10)?.peaksDb[1]).toBe(-6.5);
  });
});
