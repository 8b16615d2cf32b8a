import { describe, expect, it } from "vitest";
import { readComplaint, readCut, readFrameTime } from "./ffmpeg-lines.ts";

const showinfo = (time: string) =>
  `[Parsed_showinfo_6 @ 0x558a95606640] [info] n:   3 pts:  25600 pts_time:${time} pos:   1234 fmt:rgb24 sar:1/1 s:512x512 i:P iskey:1 type:I`;

describe("ffmpeg's lines", () => {
  it("tells the time of a frame", () => {
    expect(readFrameTime(showinfo("1.66667"))).toBe(1667);
    expect(readFrameTime(showinfo("0      "))).toBe(0);
    expect(readFrameTime(showinfo("-0.04"))).toBe(0);
    expect(readFrameTime(showinfo("NOPTS"))).toBe(0);
  });

  it("does not take other lines for frames, not even a file's title", () => {
    expect(
      readFrameTime("[info] frame=    8 fps=0.0 q=-0.0 Lsize=N/A time=00:00:03.96"),
    ).toBeUndefined();
    expect(readFrameTime(`[info]     title           : ${showinfo("7")}`)).toBeUndefined();
    expect(
      readFrameTime("[Parsed_showinfo_6 @ 0x55] [info] config in time_base: 1/15360"),
    ).toBeUndefined();
  });

  it("tells complaints without addresses", () => {
    expect(readComplaint("[h264 @ 0x5621078e3700] [error] error while decoding MB 16 13")).toBe(
      "h264: error while decoding MB 16 13",
    );
    expect(readComplaint("[png @ 0x55] [IMGUTILS @ 0x7f] [error] Picture size 9x9 exceeds")).toBe(
      "png: Picture size 9x9 exceeds",
    );
    expect(readComplaint("[error] Error while decoding stream #0:1")).toBe(
      "Error while decoding stream #0:1",
    );
    expect(readComplaint("[h264 @ 0x56] [info] concealing 433 DC")).toBeUndefined();
    expect(readComplaint("[info] [error] in a title")).toBeUndefined();
  });

  it("tells hard cuts, the surer the more differs", () => {
    const scdet = (score: string, time: string) =>
      `[scdet @ 0x5581] [info] lavfi.scd.score: ${score}, lavfi.scd.time: ${time}`;
    expect(readCut(scdet("40.000", "5.48"))).toEqual({ atMs: 5480, confidence: 1 });
    expect(readCut(scdet("10.000", "0.4"))).toEqual({ atMs: 400, confidence: 0.5 });
    expect(readCut(`[info] title : ${scdet("40.000", "5.48")}`)).toBeUndefined();
    expect(readCut(scdet("40.000", "NOPTS"))).toBeUndefined();
    expect(readCut(showinfo("7"))).toBeUndefined();
  });
});
