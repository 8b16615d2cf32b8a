import type { Ratio, VideoFacts } from "../media/facts.ts";
import { listOf, numberOf, objectOf, positiveOf, ratioOf, textOf } from "./json.ts";
import type { Json } from "./json.ts";

type Rotation = VideoFacts["rotation"];

/** How a stored picture becomes upright: turned clockwise, then mirrored (left and right exchanged). */
export interface Turn {
  readonly rotation: Rotation;
  readonly mirrored?: true;
  readonly warning?: string;
}

/** EXIF 2.3, tag 0x0112. */
const exifTurns: Readonly<Record<number, Turn>> = {
  2: { rotation: 0, mirrored: true },
  3: { rotation: 180 },
  4: { rotation: 180, mirrored: true },
  5: { rotation: 90, mirrored: true },
  6: { rotation: 90 },
  7: { rotation: 270, mirrored: true },
  8: { rotation: 270 },
};

/** How EXIF's orientation turns a picture; undefined for 1 and for what is none. */
export const exifTurn = (orientation: number): Turn | undefined => exifTurns[orientation];

/**
 * AVIF's steps as one turn.
 * @param quarters counter-clockwise quarter turns, made first
 * @param mirror 0: top and bottom are exchanged, 1: left and right; undefined: not mirrored
 */
export function turnOfSteps(quarters: number, mirror: number | undefined): Turn {
  const turned = quarterTurn(90 * quarters);
  if (mirror === undefined) return { rotation: turned };
  // Exchanging top and bottom is half a turn and exchanging left and right.
  return { rotation: mirror === 1 ? turned : quarterTurn(90 * quarters + 180), mirrored: true };
}

/** The nearest quarter turn, clockwise; ffprobe counts the other way. */
function quarterTurn(counterClockwise: number): Rotation {
  const quarters = (((Math.round(-counterClockwise / 90) % 4) + 4) % 4) as 0 | 1 | 2 | 3;
  return ([0, 90, 180, 270] as const)[quarters];
}

/** The four numbers of a display matrix that turn and mirror, as ffprobe prints it: x' = ax + cy, y' = bx + dy. */
function matrixOf(text: string | undefined): { a: number; b: number; c: number; d: number } {
  const rows = (text ?? "").trim().split("\n");
  const [[a = 0, b = 0] = [], [c = 0, d = 0] = []] = rows.map(
    (row) => row.split(":").at(-1)?.trim().split(/\s+/).map(Number) ?? [],
  );
  return { a, b, c, d };
}

function matrixTurn(data: Json): Turn | undefined {
  const degrees = numberOf(data, "rotation");
  if (degrees === undefined) return undefined;
  const { a, b, c, d } = matrixOf(textOf(data, "displaymatrix"));
  // A reflection has a negative determinant. Without its exchange of left and right, a rotation remains.
  if (a * d - b * c < 0)
    return { rotation: quarterTurn((-Math.atan2(b, -a) * 180) / Math.PI), mirrored: true };
  const rotation = quarterTurn(degrees);
  if (Math.abs(degrees) % 90 < 1 || Math.abs(degrees) % 90 > 89) return { rotation };
  return { rotation, warning: `it is to be turned by ${degrees}°; a quarter turn is used` };
}

/** How a stream must be turned: by EXIF for photographs, else by the container's display matrix. */
export function turnOf(stream: Json, frame: Json | undefined): Turn {
  const tag = frame === undefined ? undefined : numberOf(objectOf(frame, "tags"), "Orientation");
  const exif = tag === undefined ? undefined : exifTurns[tag];
  if (exif !== undefined) return exif;
  const sideData = [...listOf(stream, "side_data_list"), ...listOf(frame ?? {}, "side_data_list")];
  for (const data of sideData) {
    const turn = matrixTurn(data);
    if (turn !== undefined) return turn;
  }
  return { rotation: 0 };
}

const square: Ratio = { num: 1, den: 1 };

/** The pixels' shape. A shape more than ten times as wide as high, or the reverse, is a mistake. */
export function pixelShapeOf(stream: Json): { shape: Ratio; warning?: string } {
  const shape = ratioOf(stream, "sample_aspect_ratio") ?? square;
  const stretch = shape.num / shape.den;
  if (stretch <= 10 && stretch >= 0.1) return { shape };
  const warning = `its pixel shape ${shape.num}:${shape.den} makes no sense; square pixels are used`;
  return { shape: square, warning };
}

/** The displayed size: made square first (height kept), then turned. */
export function displaySize(
  width: number,
  height: number,
  shape: Ratio,
  rotation: Rotation,
): { displayWidth: number; displayHeight: number } {
  const wide = Math.max(1, Math.round((width * shape.num) / shape.den));
  const lies = rotation === 0 || rotation === 180;
  return { displayWidth: lies ? wide : height, displayHeight: lies ? height : wide };
}

/** Bits of one component: as the stream says, else as its pixel format's name does. */
export function bitDepthOf(stream: Json): number | undefined {
  const stated = positiveOf(stream, "bits_per_raw_sample");
  if (stated !== undefined) return stated;
  const format = textOf(stream, "pix_fmt");
  if (format === undefined) return undefined;
  const [, name = "", bits] = /^(.*?)(\d+)(?:le|be)$/.exec(format) ?? [];
  if (bits === undefined) return 8;
  if (/^(?:rgb|bgr)$/.test(name)) return Number(bits) / 3;
  if (/^(?:rgba|bgra)$/.test(name)) return Number(bits) / 4;
  return Number(/(?:10|12|14|16|9|32)$/.exec(bits)?.[0] ?? bits);
}
