import type { MediaFacts, VideoFacts } from "../../src/media/facts.ts";

/** The facts that a probe would find in a picture or a silent video. */
export function pictureFacts(
  type: "image" | "video",
  width: number,
  height: number,
  known: Partial<VideoFacts> = {},
): MediaFacts {
  const turned = known.rotation === 90 || known.rotation === 270;
  return {
    type,
    container: type === "image" ? "jpeg_pipe" : "mov,mp4,m4a,3gp,3g2,mj2",
    containerLongName: type === "image" ? "piped jpeg sequence" : "QuickTime / MOV",
    ...(known.durationMs !== undefined && { durationMs: known.durationMs }),
    audioTracks: 0,
    warnings: [],
    video: {
      streamIndex: 0,
      codec: type === "image" ? "mjpeg" : "h264",
      width,
      height,
      displayWidth: turned ? height : width,
      displayHeight: turned ? width : height,
      rotation: 0,
      sampleAspectRatio: { num: 1, den: 1 },
      variableFrameRate: false,
      interlaced: false,
      transfer: "sdr",
      ...known,
    },
  };
}
