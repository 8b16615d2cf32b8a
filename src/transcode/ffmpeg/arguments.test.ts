import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../media/limits.ts";
import { audioFacts, videoFacts } from "../facts.fixture.ts";
import { planRenditions } from "../plan.ts";
import { defaultProfile } from "../profile.ts";
import { transcodeArguments } from "./arguments.ts";
import type { MediaFacts } from "../../media/facts.ts";
import type { RenditionName } from "../../media/media.ts";

function argumentsFor(
  facts: MediaFacts,
  names: readonly RenditionName[],
  sourcePath = "/in",
): string[] {
  const { planned } = planRenditions(facts, defaultProfile);
  const outputs = planned
    .filter(({ rendition }) => names.includes(rendition))
    .map((plan) => ({ plan, path: `/out/${plan.rendition}` }));
  return transcodeArguments({ sourcePath, facts, limits: defaultLimits, outputs });
}

/** What follows an argument, each time that it occurs. */
function after(args: readonly string[], name: string): (string | undefined)[] {
  return args.flatMap((arg, index) => (arg === name ? [args[index + 1]] : []));
}

describe("transcodeArguments", () => {
  const large = videoFacts(
    { width: 1920, height: 1080, displayWidth: 1920, displayHeight: 1080 },
    { bitRate: 192_000 },
  );

  it("gives the web film the figures of its preset", () => {
    const args = argumentsFor(large, ["web"]);
    const figures = [
      "-profile:v",
      "-level:v",
      "-refs",
      "-crf",
      "-maxrate",
      "-bufsize",
      "-g",
      "-b:a",
    ];
    expect(figures.map((name) => after(args, name)[0])).toEqual([
      "main",
      "3.1",
      "3",
      "23",
      "2200000",
      "4400000",
      "90",
      "160000",
    ]);
    const [video, audio] = after(args, "-filter_complex");
    expect(video).toMatch(
      /^\[0:0\]scale=.*:eval=frame:out_range=tv,pad=1280:720:-1:-1:eval=frame,setsar=1,format=yuv420p\[v0\]$/,
    );
    expect(audio).toBe(
      "[0:1]aresample=44100:async=1:first_pts=0,aformat=channel_layouts=stereo[a0]",
    );
  });

  it("reads only files, as plain containers, and keeps a hostile name one argument", () => {
    for (const name of [
      "/x/-vf.mp4",
      "/x/concat:a|b.mp4",
      "/x/a[0:v]b,c=d;e.mp4",
      "/x/%03d\n$(x)",
    ]) {
      const args = argumentsFor(videoFacts(), ["web", "phone"], name);
      expect(after(args, "-i")).toEqual([`file:${name}`]);
      expect(after(args, "-protocol_whitelist")).toEqual(["file"]);
      expect(args.filter((arg) => arg.includes(name))).toHaveLength(1);
      const whitelist = after(args, "-format_whitelist")[0]?.split(",") ?? [];
      for (const format of ["hls", "dash", "concat", "sdp", "image2", "svg_pipe", "lavfi"])
        expect(whitelist).not.toContain(format);
    }
  });

  it("leaves the demuxer to the whitelist when the container is not on it", () => {
    expect(after(argumentsFor(videoFacts({}, {}, { container: "hls" }), ["gif"]), "-f")).toEqual([
      "gif",
    ]);
    expect(after(argumentsFor(audioFacts(), ["audio"]), "-f")).toEqual(["mov", "mp3"]);
  });

  it("decodes into nothing what is only copied, and only that", () => {
    const copied = argumentsFor(videoFacts({}, { sampleRateHz: 44_100 }), ["web", "phone"]);
    expect(copied.join(" ")).toContain("-map 0:0 -map 0:1 -t 43201.000 -f null -");
    expect(after(copied, "-skip_loop_filter")).toEqual(["all"]);
    const mixed = argumentsFor(videoFacts({ profile: "High" }), ["web", "phone"]);
    expect(after(mixed, "-c:v")).toEqual(["libx264", "copy"]);
    expect(mixed).not.toContain("null");
    expect(mixed).not.toContain("-skip_loop_filter");
  });

  it("squares, turns, deinterlaces and tone-maps before the colours are set", () => {
    const facts = videoFacts({
      width: 1440,
      height: 1080,
      displayWidth: 1080,
      displayHeight: 1920,
      rotation: 90,
      interlaced: true,
      transfer: "hlg",
    });
    const [graph] = after(argumentsFor(facts, ["phone"]), "-filter_complex");
    const order = [
      "bwdif",
      "scale=w=",
      "pad=1920:1080",
      "tin=arib-std-b67",
      "tonemap",
      "transpose=clock",
      "setsar=1",
      "yuv420p",
    ];
    const places = order.map((word) => graph?.indexOf(word) ?? -1);
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("cuts the animation before its palette is made", () => {
    const [graph = ""] = after(argumentsFor(large, ["gif"]), "-filter_complex");
    expect(graph.indexOf("trim=duration=6")).toBeGreaterThan(-1);
    expect(graph.indexOf("trim=duration=6")).toBeLessThan(graph.indexOf("palettegen"));
  });
});
