/**
 * Commands that an ffmpeg expert would write by hand for the same outputs: no sandbox, no checks, no
 * rotation, no HDR. The encoders' settings are exactly those of the profile.
 */

const quiet = "-nostdin -v error -y".split(" ");
const clean = "-map_metadata -1 -sn -dn".split(" ");
const sound = "-c:a aac -b:a 160k -ar 44100 -ac 2".split(" ");
const streamed = ["-movflags", "+faststart"];

const webCodec =
  "-c:v libx264 -preset veryfast -profile:v main -level:v 3.1 -refs 3 -crf 23 -maxrate 2200k -bufsize 4400k -g 90";
const phoneCodec =
  "-c:v libx264 -preset veryfast -profile:v high -level:v 4.1 -crf 23 -maxrate 5000k -bufsize 10000k -g 90";
const mp3 = "-c:a libmp3lame -b:a 320k -ar 44100 -ac 2".split(" ");

function fit(width: number, height: number): string {
  const box = `w='min(iw,${width})':h='min(ih,${height})'`;
  return `scale=${box}:force_original_aspect_ratio=decrease:force_divisible_by=2`;
}

const webPicture = `${fit(1280, 720)},setsar=1,format=yuv420p`;
const phonePicture = `${fit(1920, 1080)},setsar=1,format=yuv420p`;
const gifPicture =
  "trim=0:6,setpts=PTS-STARTPTS,fps=10:round=up," +
  "scale=480:480:force_original_aspect_ratio=decrease:flags=lanczos,split[g0][g1];" +
  "[g0]palettegen=max_colors=128:stats_mode=diff[p];" +
  "[g1][p]paletteuse=dither=bayer:bayer_scale=5:diff_mode=rectangle";
const posterPicture = `${fit(1280, 1280)},format=yuvj420p`;

export interface HandWritten {
  readonly clip: string;
  readonly seconds: number;
  /** The folder for the outputs. */
  readonly folder: string;
}

/** Writes both films from a filter graph with the outputs web and x, phone and y. */
function filmsTo(path: string): string[] {
  const made = [...sound, ...clean, ...streamed];
  return [
    ...`-map [web] -map [x] ${webCodec}`.split(" "),
    ...made,
    `${path}-web.mp4`,
    ...`-map [phone] -map [y] ${phoneCodec}`.split(" "),
    ...made,
    `${path}-phone.mp4`,
  ];
}

/** One process with one decode for all four outputs and the poster. */
export function onePass({ clip, seconds, folder }: HandWritten): string[] {
  const from = seconds / 10;
  const graph = [
    "[0:v]split=4[a][b][c][d]",
    `[a]${webPicture}[web]`,
    `[b]${phonePicture}[phone]`,
    `[c]${gifPicture}[gif]`,
    `[d]trim=start=${from}:duration=1,setpts=PTS-STARTPTS,thumbnail=8,${posterPicture}[poster]`,
    "[0:a]asplit=3[x][y][z]",
  ].join(";");
  return [
    "ffmpeg",
    ...quiet,
    "-i",
    clip,
    "-filter_complex",
    graph,
    ...filmsTo(`${folder}/one`),
    "-map",
    "[z]",
    ...mp3,
    ...clean,
    `${folder}/one-audio.mp3`,
    "-map",
    "[gif]",
    ...clean,
    `${folder}/one.gif`,
    ..."-map [poster] -frames:v 1 -q:v 3".split(" "),
    ...clean,
    `${folder}/one.jpg`,
  ];
}

/** Only web and phone, in one pass: the work that copying saves. */
export function twoFilms({ clip, folder }: HandWritten): string[] {
  const graph = `[0:v]split=2[a][b];[a]${webPicture}[web];[b]${phonePicture}[phone];[0:a]asplit=2[x][y]`;
  return ["ffmpeg", ...quiet, "-i", clip, "-filter_complex", graph, ...filmsTo(`${folder}/two`)];
}

/** One process for each output, each with its own decode. */
export function fiveProcesses({ clip, seconds, folder }: HandWritten): string[][] {
  const input = ["-i", clip];
  const web = ["-vf", webPicture, ...webCodec.split(" "), ...sound, ...clean, ...streamed];
  const phone = ["-vf", phonePicture, ...phoneCodec.split(" "), ...sound, ...clean, ...streamed];
  const still = ["-vf", `thumbnail=8,${posterPicture}`, "-frames:v", "1", "-q:v", "3", ...clean];
  return [
    ["ffmpeg", ...quiet, ...input, ...web, `${folder}/par-web.mp4`],
    ["ffmpeg", ...quiet, ...input, ...phone, `${folder}/par-phone.mp4`],
    ["ffmpeg", ...quiet, ...input, "-vn", ...mp3, ...clean, `${folder}/par-audio.mp3`],
    ["ffmpeg", ...quiet, ...input, "-an", "-filter_complex", `[0:v]${gifPicture}`, ...clean].concat(
      `${folder}/par.gif`,
    ),
    ["ffmpeg", ...quiet, "-ss", String(seconds / 10), ...input, ...still, `${folder}/par.jpg`],
  ];
}

/**
 * x264 `medium` in two passes, so that its file is as large as ours: the same picture, profile,
 * level, references and keyframes.
 */
export function mediumAt(
  rendition: "web" | "phone",
  bitRate: number,
  { clip, folder }: HandWritten,
): { first: string[]; second: string[]; path: string } {
  const [picture, codec] =
    rendition === "web" ? [webPicture, webCodec] : [phonePicture, phoneCodec];
  const [limits] = [codec.replace(/-preset veryfast /, "").replace(/ -crf.*(?= -g)/, "")];
  const path = `${folder}/medium-${rendition}.mp4`;
  const common = ["ffmpeg", ...quiet, "-i", clip, "-an", "-vf", picture, ...limits.split(" ")];
  const rate = ["-preset", "medium", "-b:v", String(Math.round(bitRate))];
  const pass = (number: 1 | 2) => [
    ...rate,
    "-pass",
    String(number),
    "-passlogfile",
    `${folder}/medium-${rendition}`,
  ];
  return {
    first: [...common, ...pass(1), "-f", "null", "-"],
    second: [...common, ...pass(2), path],
    path,
  };
}
