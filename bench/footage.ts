import { existsSync } from "node:fs";
import { appendFile, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./measure.ts";

/** People walking past a camera, with a voice reading: real pictures and real speech. */
const walkers = fileURLToPath(new URL("../../shared/media/video/walkers.mp4", import.meta.url));

export const footageIs = existsSync(walkers)
  ? "people walking past a camera, scaled and blended to 30 frames a second, with grain; a voice reading"
  : "ffmpeg's moving test picture with grain; a tone (the shared media files are missing)";

export interface Clip {
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  /** Further options for x264 and the AAC encoder, such as a profile. */
  readonly encoding: readonly string[];
}

/** Like a camera's file: large, High profile, 48 kHz stereo. It cannot be copied into any rendition. */
export const asFilmed =
  "-preset veryfast -profile:v high -b:v 12M -maxrate 16M -bufsize 24M -c:a aac -b:a 192k -ar 48000".split(
    " ",
  );

/** Meets the limits of the web rendition, and so those of the phone rendition too. */
export const asTheWebHasIt = (
  "-preset veryfast -profile:v main -level:v 3.1 -refs 3 -b-pyramid none -g 90 -crf 23 -maxrate 1900k -bufsize 3800k " +
  "-c:a aac -b:a 150k -ar 44100"
).split(" ");

function source(): string[] {
  if (existsSync(walkers)) return ["-stream_loop", "-1", "-i", walkers];
  const sound = "sine=frequency=330:beep_factor=4:sample_rate=48000";
  return ["-f", "lavfi", "-i", "testsrc2=size=768x432:rate=10", "-f", "lavfi", "-i", sound];
}

/** Makes a clip with detail and motion: interpolated frames, and grain that no encoder can skip. */
export async function makeClip(path: string, clip: Clip): Promise<string> {
  const { width, height, seconds, encoding } = clip;
  const size = `scale=${width}:${height}:flags=lanczos`;
  const picture = `minterpolate=fps=30:mi_mode=blend,${size},noise=alls=7:allf=t,format=yuv420p`;
  const sound = existsSync(walkers) ? "0:a" : "1:a";
  await run("ffmpeg", [
    ..."-nostdin -v error -y".split(" "),
    ...source(),
    "-t",
    String(seconds),
    "-map",
    "0:v",
    "-map",
    sound,
    "-vf",
    picture,
    "-ac",
    "2",
    "-c:v",
    "libx264",
    ...encoding,
    "-movflags",
    "+faststart",
    path,
  ]);
  return path;
}

/** Repeats a clip up to a length without encoding it again. */
export async function looped(clip: string, seconds: number, path: string): Promise<string> {
  const copying = ["-t", String(seconds), "-c", "copy", "-movflags", "+faststart", path];
  await run("ffmpeg", [..."-nostdin -v error -y -stream_loop -1 -i".split(" "), clip, ...copying]);
  return path;
}

/** Copies of an MP4 that differ by a number in an additional box, which no program reads. */
export async function copiesOf(clip: string, count: number, folder: string): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, index) =>
    join(folder, `clip-${String(index).padStart(4, "0")}.mp4`),
  );
  for (const [index, path] of paths.entries()) {
    await copyFile(clip, path);
    const box = Buffer.alloc(16);
    box.writeUInt32BE(box.length, 0);
    box.write("free", 4, "latin1");
    box.writeUInt32BE(index, 8);
    await appendFile(path, box);
  }
  return paths;
}
