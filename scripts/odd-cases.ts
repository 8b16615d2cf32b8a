import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ffmpeg, film, picture, seconds, tone, usual, type OddCase } from "./odd-source.ts";

/** Containers with the codecs that programs write into them. */
const forms: readonly (readonly [ending: string, video: string, audio: string])[] = [
  ["mp4", "libx264", "aac"],
  ["mp4", "mpeg4", "libmp3lame"],
  ["mov", "prores_ks", "pcm_s16le"],
  ["mov", "mjpeg", "pcm_s24le"],
  ["mkv", "libx264", "flac"],
  ["mkv", "ffv1", "pcm_s16le"],
  ["mkv", "mpeg2video", "ac3"],
  ["webm", "libvpx", "libvorbis"],
  ["webm", "libvpx-vp9", "libopus"],
  ["avi", "mpeg4", "libmp3lame"],
  ["avi", "mjpeg", "pcm_s16le"],
  ["flv", "flv1", "libmp3lame"],
  ["flv", "libx264", "aac"],
  ["ts", "libx264", "aac"],
  ["ts", "mpeg2video", "mp2"],
  ["m2ts", "libx264", "ac3"],
  ["mpg", "mpeg2video", "mp2"],
  ["vob", "mpeg2video", "ac3"],
  ["wmv", "wmv2", "wmav2"],
  ["mxf", "mpeg2video", "pcm_s16le"],
  ["3gp", "mpeg4", "aac"],
  ["ogv", "libtheora", "libvorbis"],
];

const encoders = (video: string, audio: string): string[] => [
  "-c:v",
  video,
  "-c:a",
  audio,
  ..."-q:v 2 -ar 48000 -ac 2".split(" "),
  ...(video.startsWith("libvpx") ? ["-b:v", "2M", "-deadline", "realtime", "-cpu-used", "8"] : []),
];

function plainFilm([ending, video, audio]: (typeof forms)[number], size: string): OddCase {
  const name = `${video}-${audio}-${size}.${ending}`;
  return {
    ...usual,
    name,
    make(folder) {
      const path = join(folder, name);
      const isTall = Number(size.split("x")[1]) >= 720;
      const matrix = isTall && video !== "mjpeg" ? "bt709" : "bt601";
      ffmpeg(...film(size, "25", matrix), ...encoders(video, audio), path);
      return path;
    },
  };
}

/** A film of x264 and AAC that is changed on the way into its file. */
function changed(
  name: string,
  args: readonly string[],
  facts: Partial<OddCase> = {},
  input: readonly string[] = film("640x360"),
): OddCase {
  return {
    ...usual,
    ...facts,
    name,
    make(folder) {
      const path = join(folder, name);
      ffmpeg(...input, "-c:v", "libx264", "-c:a", "aac", "-ar", "48000", ...args, path);
      return path;
    },
  };
}

function turnedFilm(ending: string, turn: number): OddCase {
  const name = `turned-${turn * 90}.${ending}`;
  return {
    ...usual,
    name,
    quarters: turn,
    make(folder) {
      const [stored, path] = [join(folder, `stored-${name}`), join(folder, name)];
      ffmpeg(...film("640x360"), "-c:v", "libx264", "-c:a", "aac", stored);
      // ffmpeg counts the turns of this tag counter-clockwise.
      ffmpeg("-i", stored, "-c", "copy", "-metadata:s:v:0", `rotate=${360 - turn * 90}`, path);
      return path;
    },
  };
}

/** Sound alone: containers, and channels without places of which one has the tones. */
function sound(name: string, args: readonly string[], filter = "anull"): OddCase {
  return {
    ...usual,
    name,
    hasVideo: false,
    make(folder) {
      const path = join(folder, name);
      ffmpeg("-f", "lavfi", "-i", tone, "-af", filter, ...args, path);
      return path;
    },
  };
}

/** The one channel of several that has the tones. */
function discrete(channels: number, voice: number): OddCase {
  const name = `channel-${voice + 1}-of-${channels}.wav`;
  return {
    ...sound(name, []),
    make(folder) {
      const [raw, path] = [join(folder, `${name}.raw`), join(folder, name)];
      ffmpeg("-f", "lavfi", "-i", tone, "-f", "s16le", raw);
      const spoken = readFileSync(raw);
      // Not every ffmpeg has a layout of ten channels.
      const samples = Buffer.alloc(spoken.length * channels);
      for (let at = 0; at < spoken.length / 2; at += 1)
        spoken.copy(samples, 2 * (at * channels + voice), 2 * at, 2 * at + 2);
      const head = Buffer.alloc(44);
      head.write("RIFF", 0);
      head.writeUInt32LE(36 + samples.length, 4);
      head.write("WAVEfmt ", 8);
      head.writeUInt32LE(16, 16);
      head.writeUInt16LE(1, 20);
      head.writeUInt16LE(channels, 22);
      head.writeUInt32LE(48_000, 24);
      head.writeUInt32LE(48_000 * channels * 2, 28);
      head.writeUInt16LE(channels * 2, 32);
      head.writeUInt16LE(16, 34);
      head.write("data", 36);
      head.writeUInt32LE(samples.length, 40);
      writeFileSync(path, Buffer.concat([head, samples]));
      return path;
    },
  };
}

const silence = ["-f", "lavfi", "-i", `anullsrc=r=48000:cl=stereo:d=${seconds}`];
const silentFirst = ["-map", "0:v", "-map", "2:a", "-map", "1:a"];
const late = ["-itsoffset", "0.6", "-f", "lavfi", "-i", tone];
const lateInput = ["-f", "lavfi", "-i", picture("640x360"), ...late];
const lateFacts = { lengthMs: 5600, tones: [2.6, 4.1], plain: true } as const;

const oddities: readonly OddCase[] = [
  ...["mp4", "mov"].flatMap((ending) => [1, 2, 3].map((turn) => turnedFilm(ending, turn))),
  ...["mkv", "mov", "mp4", "ts"].map((ending) =>
    changed(`silent-first.${ending}`, silentFirst, {}, [...film("640x360"), ...silence]),
  ),
  ...["mkv", "mp4", "ts", "flv"].map((ending) =>
    changed(`late-sound.${ending}`, [], lateFacts, lateInput),
  ),
  ...["mp4", "mkv", "ts", "mpg"].map((ending) =>
    changed(`anamorphic.${ending}`, [
      "-vf",
      "scale=480:360,setsar=4/3",
      ...(ending === "mpg" ? ["-c:v", "mpeg2video", "-q:v", "2", "-c:a", "mp2"] : []),
    ]),
  ),
  ...["mp4", "mkv"].map((ending) => changed(`ten-bit.${ending}`, ["-pix_fmt", "yuv420p10le"])),
  ...["mp4", "mkv"].map((ending) => changed(`full-chroma.${ending}`, ["-pix_fmt", "yuv444p"])),
  ...["mp4", "ts"].map((ending) =>
    changed(`sixty-frames.${ending}`, [], {}, film("640x360", "60")),
  ),
  ...["mkv", "mp4"].map((ending) =>
    changed(`antiphase.${ending}`, ["-af", "pan=stereo|c0=c0|c1=-1*c0"]),
  ),
  ...["mp4", "mkv"].map((ending) =>
    changed(`sparse.${ending}`, [
      "-vf",
      "select='not(mod(n,25))+between(t,2,2.25)'",
      "-vsync",
      "vfr",
    ]),
  ),
  ...[3, 5, 6, 7, 8, 10, 12, 16].map((channels) => discrete(channels, channels - 2)),
  ...[
    "wav",
    "flac",
    "mp3",
    "m4a",
    "ogg",
    "opus",
    "aac",
    "ac3",
    "mp2",
    "wma",
    "aiff",
    "caf",
    "mka",
  ].map((ending) => sound(`sound.${ending}`, ending === "opus" ? ["-c:a", "libopus"] : [])),
  ...["wav", "m4a", "flac"].map((ending) =>
    sound(`antiphase.${ending}`, [], "pan=stereo|c0=c0|c1=-1*c0"),
  ),
];

/** Parts made one by one and joined byte for byte, as people join recordings. */
function joined(
  name: string,
  parts: readonly (readonly string[])[],
  facts: Partial<OddCase>,
): OddCase {
  return {
    ...usual,
    ...facts,
    name,
    make(folder) {
      const pieces = parts.map((args, index) => {
        const piece = join(folder, `part-${index}-${name}`);
        ffmpeg(...args, piece);
        return readFileSync(piece);
      });
      const path = join(folder, name);
      writeFileSync(path, Buffer.concat(pieces));
      return path;
    },
  };
}

const twice = {
  lengthMs: 2 * seconds * 1000,
  tones: [2, 3.5, 7, 8.5],
  plain: true,
  slackMs: 100,
} as const;
const part = (size: string): string[] => [...film(size), "-c:v", "libx264", "-c:a", "aac"];
const spoken = (...args: readonly string[]): string[] => ["-f", "lavfi", "-i", tone, ...args];
const bare = ["-id3v2_version", "0", "-write_xing", "0"];

const joins: readonly OddCase[] = [
  joined(
    "two-rates.mp3",
    [spoken("-ar", "22050", ...bare), spoken("-ar", "44100", "-ac", "2", ...bare)],
    {
      ...twice,
      hasVideo: false,
    },
  ),
  joined("two-channels.aac", [spoken("-ac", "1"), spoken("-ac", "2")], {
    ...twice,
    hasVideo: false,
  }),
  joined("two-sizes.ts", [part("640x360"), part("352x288")], twice),
  joined("clock-restarts.ts", [part("640x360"), part("640x360")], twice),
];

/** All cases; the sizes of plain films are chosen by the seed. */
export function oddCases(random: () => number): readonly OddCase[] {
  const sizes = ["640x360", "1280x720", "352x288", "720x576"];
  const any = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
  const films = forms.flatMap((form) => {
    const first = any(sizes);
    return [first, any(sizes.filter((size) => size !== first))].map((size) =>
      plainFilm(form, size),
    );
  });
  return [...films, ...oddities, ...joins];
}
