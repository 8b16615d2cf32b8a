import { execFileSync } from "node:child_process";

/**
 * Files of many containers, codecs, track layouts and oddities, made here: what is in each is known. The film
 * has four coloured quarters, a white flash with a tone at 2 s, and a second tone at 3.5 s.
 */

/** What a file shows and says, whatever form it has. */
export interface OddCase {
  readonly name: string;
  /** Clockwise quarter turns by which it is to be shown. */
  readonly quarters: number;
  readonly hasVideo: boolean;
  readonly lengthMs: number;
  /** Encoders begin and end each part with some silence of their own. */
  readonly slackMs?: number;
  /** When the tones begin, in seconds. */
  readonly tones: readonly number[];
  /** The picture is padded or of other colours on purpose: quarters are not compared. */
  readonly plain?: true;
  make(folder: string): string;
}

export const seconds = 5;
const red = "0xc83c3c";
const quarters = [
  "0x3cb43c@1:t=fill:x=iw/2:y=0",
  "0x3c3cc8@1:t=fill:x=0:y=ih/2",
  "0xc8c83c@1:t=fill:x=iw/2:y=ih/2",
];

/** The colours of the quarters: top left, top right, bottom left, bottom right. */
export const colours = [
  [200, 60, 60],
  [60, 180, 60],
  [60, 60, 200],
  [200, 200, 60],
] as const;

export function picture(size: string, rate = "25", matrix = "bt601"): string {
  const boxes = quarters.map((box) => `drawbox=c=${box}:w=iw/2:h=ih/2`).join(",");
  const flash = "drawbox=c=white:t=fill:enable='between(t,2,2.199)'";
  return (
    `color=c=${red}:s=${size}:r=${rate}:d=${seconds},format=rgb24,${boxes},${flash},` +
    `scale=out_color_matrix=${matrix}:out_range=tv,format=yuv420p`
  );
}

export const tone = `aevalsrc='0.4*sin(2*PI*1000*t)*(between(t,2,2.2)+between(t,3.5,3.7))':s=48000:d=${seconds}`;

export function ffmpeg(...args: readonly string[]): void {
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-y", ...args], { stdio: "pipe" });
}

export const film = (size: string, rate?: string, matrix?: string): string[] => [
  "-f",
  "lavfi",
  "-i",
  picture(size, rate, matrix),
  "-f",
  "lavfi",
  "-i",
  tone,
];

/** What most of them have. */
export const usual = {
  quarters: 0,
  hasVideo: true,
  lengthMs: seconds * 1000,
  tones: [2, 3.5],
} as const;
