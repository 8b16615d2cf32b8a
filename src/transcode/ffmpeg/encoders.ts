import type { PlannedVideo } from "../plan.ts";
import type { AudioSpec, VideoCodec } from "../profile.ts";

/** ffmpeg's encoders of each codec. */
export const videoEncoders: Readonly<Record<VideoCodec, string>> = {
  h264: "libx264",
  hevc: "libx265",
  av1: "libsvtav1",
  vp9: "libvpx-vp9",
};

export const audioEncoders: Readonly<Record<AudioSpec["codec"], string>> = {
  aac: "aac",
  mp3: "libmp3lame",
  opus: "libopus",
};

/** SVT-AV1 says what it does on standard error, where only complaints are expected, unless this is set. */
export const encoderEnvironment = { SVT_LOG: "1" } as const;

/** The encoder and its figures: a constant quality below a maximum rate. */
export function videoEncoder(video: PlannedVideo): string[] {
  const { codec, quality, maxBitRate, effort, profile = "high", level = 41, refs } = video;
  const name = ["-c:v", videoEncoders[codec]];
  const most = ["-maxrate", String(maxBitRate), "-bufsize", String(2 * maxBitRate)];
  const crf = ["-crf", String(quality)];
  switch (codec) {
    case "h264":
      return [
        [...name, "-preset", effort],
        ["-profile:v", profile, "-level:v", (level / 10).toFixed(1)],
        // A pyramid of B-frames uses a fourth reference despite this setting, without measurable gain.
        refs === undefined ? [] : ["-refs", String(refs), "-b-pyramid", "none"],
        [...crf, ...most],
      ].flat();
    case "hevc":
      // `hvc1` is what Apple's players accept. In the sandbox x265 complains of a machine that it cannot see.
      return [
        ...name,
        ...`-preset ${effort} -tag:v hvc1 -x265-params log-level=none`.split(" "),
        ...crf,
        ...most,
      ];
    case "av1":
      return [...name, "-preset", "9", ...crf, ...most];
    case "vp9":
      // Constant quality below a rate: libvpx takes the rate itself as the most.
      return [
        ...name,
        ..."-deadline good -cpu-used 5 -row-mt 1".split(" "),
        ...crf,
        "-b:v",
        String(maxBitRate),
      ];
  }
}
