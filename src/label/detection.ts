/**
 * One thing in a picture as a detector's child process reports it: two corners, score 0–1, index of the
 * COCO class. Each engine's protocol defines the unit of the corners.
 */
export type Detection = readonly [
  left: number,
  top: number,
  right: number,
  bottom: number,
  score: number,
  classIndex: number,
];
