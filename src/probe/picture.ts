import type { Ratio, VideoFacts } from "../media/facts.ts";
import { listOf, numberOf, objectOf, positiveOf, ratioOf, textOf } from "./json.ts";
import type { Json } from "./json.ts";

type Rotation = VideoFacts["rotation"];

/** How a picture must be turned, and a warning where that is unusual. */
export interface Turn {
  readonly rotation: Rotation;
  readonly warning?: string;
}

const mirrored = "it is to be shown mirrored, which is left out";

/** EXIF 2.3, tag 0x0112: how to turn, and whether it is mirrored as well. */
const exifTurns: Readonly<Record<number, Turn>> = {
  2: { rotation: 0, warning: mirrored },
  3: { rotation: 180 },
  4: { rotation: 180, warning: mirrored },
  5: { rotation: 270, warning: mirrored },
  6: { rotation: 90 },
  7: { rotation: 90, warning: mirrored },
  8: { rotation: 270 },
};

/** The nearest quarter turn, clockwise; ffprobe counts the other way. */
function quarterTurn(counterClockwise: number): Rotation {
  const quarters = (((Math.round(-counterClockwise / 90) % 4) + 4) % 4) as 0 | 1 | 2 | 3;
  return ([0, 90, 180, 270] as const)[quarters];
}

/** The rows of a display matrix, as ffprobe prints it: a reflection has a negative determinant. */
function isMirrored(matrix: string | undefined): boolean {
  const rows = (matrix ?? "").trim().split("\n");
  const [[a = 0, b = 0] = [], [c = 0, d = 0] = []] = rows.map(
    (row) => row.split(":").at(-1)?.trim().split(/\s+/).map(Number) ?? [],
  );
  return a * d - b * c < 0;
}

function matrixTurn(data: Json): Turn | undefined {
  const degrees = numberOf(data, "rotation");
  if (degrees === undefined) return undefined;
  const rotation = quarterTurn(degrees);
  if (isMirrored(textOf(data, "displaymatrix"))) return { rotation, warning: mirrored };
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
