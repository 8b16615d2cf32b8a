import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A good file that cases break. */
export interface Seed {
  /** The file's name with its usual extension. */
  readonly name: string;
  readonly bytes: Buffer;
}

const picture = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=15:duration=1.2"];
const sound = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1.2"];
const film = [...picture, ...sound];
/** Options that give the same bytes each time: one thread, and no version in the file. */
const exact = "-threads 1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact".split(" ");
const x264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 8".split(" ");
const words = (text: string) => (text === "" ? [] : text.split(" "));

/** Name, inputs and codecs of a small file for every supported container. */
const recipes: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["faststart.mp4", film, [...x264, ...words("-c:a aac -movflags +faststart")]],
  ["plain.mp4", film, [...x264, ...words("-c:a aac")]],
  ["fragmented.mp4", film, [...x264, ...words("-c:a aac -movflags frag_keyframe+empty_moov")]],
  ["mpeg4.mov", film, words("-c:v mpeg4 -c:a pcm_s16le")],
  [
    "hevc.mp4",
    picture,
    words("-c:v libx265 -preset ultrafast -x265-params log-level=none:pools=1"),
  ],
  [
    "hdr.mp4",
    picture,
    words(
      "-c:v libx265 -preset ultrafast -x265-params log-level=none:pools=1 -pix_fmt yuv420p10le" +
        " -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc",
    ),
  ],
  ["full-chroma.mp4", film, words("-vf crop=151:101,format=yuv444p -c:v libx264 -c:a aac")],
  ["two-voices.mkv", film, [...x264, ...words("-map 0 -map 1 -map 1 -c:a libmp3lame")]],
  ["interlaced.ts", picture, words("-vf interlace -c:v mpeg2video -r 25 -flags +ilme+ildct")],
  ["cover.mp3", film, words("-map 1 -map 0 -frames:v 1 -c:v mjpeg -disposition:v attached_pic")],
  ["h264.mkv", film, [...x264, ...words("-c:a libopus")]],
  ["vp8.webm", film, words("-c:v libvpx -b:v 200k -c:a libvorbis")],
  ["live.webm", film, words("-c:v libvpx -b:v 200k -c:a libopus -live 1")],
  ["xvid.avi", film, words("-c:v mpeg4 -c:a libmp3lame")],
  ["old.flv", film, words("-c:v flv1 -c:a libmp3lame -ar 44100")],
  ["disc.mpg", film, words("-c:v mpeg2video -r 25 -c:a mp2")],
  ["tv.ts", film, words("-c:v mpeg2video -r 25 -c:a mp2")],
  ["windows.wmv", film, words("-c:v wmv2 -c:a wmav2")],
  ["raw.h264", picture, x264],
  ["sound.mp3", sound, words("-c:a libmp3lame")],
  ["sound.m4a", sound, words("-c:a aac")],
  ["sound.wav", sound, []],
  ["sound.flac", sound, []],
  ["sound.ogg", sound, words("-c:a libvorbis")],
  ["sound.aiff", sound, []],
  ["moving.gif", picture, []],
  ["still.png", picture, words("-frames:v 1")],
  ["still.jpg", picture, words("-frames:v 1")],
  ["still.webp", picture, words("-frames:v 1")],
  ["still.bmp", picture, words("-frames:v 1")],
  ["still.tiff", picture, words("-frames:v 1")],
];

/** Makes the good files with ffmpeg, below a folder, and reads them. */
export function makeSeeds(folder: string): Seed[] {
  mkdirSync(folder);
  for (const [name, inputs, codecs] of recipes)
    execFileSync("ffmpeg", [
      ...words("-nostdin -v error"),
      ...inputs,
      ...exact,
      ...codecs,
      join(folder, name),
    ]);
  return readdirSync(folder)
    .toSorted()
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}
