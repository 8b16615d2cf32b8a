/** About so many pixels of a picture are compared. */
const samples = 2000;
/** A channel that differs by more, of 255, has changed: noise of a camera does not reach it. */
const noticeable = 24;

/** The part of a picture that differs from another of the same size, 0–1, judged by some of its pixels. */
function changedPart(one: Uint8Array, other: Uint8Array): number {
  // An odd step takes red, green and blue in turn.
  const step = Math.max(1, Math.floor(one.length / samples) | 1);
  let [compared, changed] = [0, 0];
  for (let at = 0; at < one.length; at += step) {
    compared += 1;
    if (Math.abs(one[at]! - other[at]!) > noticeable) changed += 1;
  }
  return compared === 0 ? 0 : changed / compared;
}

/** Less than this has changed: it is the same scene, in which somebody walks. */
const sameScene = 0.2;

/**
 * Says of each frame of a video whether the whole of it is worth a look of the classifier. In a scene
 * that stays the same, every second frame is: labels a frame apart are one segment all the same
 * (timeline.ts).
 */
export function createSceneWatch(): (pixels: Uint8Array) => boolean {
  let last: Uint8Array | undefined;
  let skipped = false;
  return (pixels) => {
    const isSame =
      last !== undefined && last.length === pixels.length && changedPart(pixels, last) < sameScene;
    skipped = isSame && !skipped;
    if (!skipped) last = Uint8Array.from(pixels);
    return !skipped;
  };
}
