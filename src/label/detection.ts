/**
 * One thing in a picture as a detector's child process tells it: two corners, score 0–1, index of the
 * COCO class. What the corners are measured in, each engine's protocol says.
 */
export type Detection = readonly [
  left: number,
  top: number,
  right: number,
  bottom: number,
  score: number,
  classIndex: number,
];
