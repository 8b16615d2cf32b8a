import { signal } from "@preact/signals";

/** The element that plays; undefined where there is none (yet). */
export const player = signal<HTMLMediaElement | undefined>(undefined);
/** Where it plays, ms. Follows every frame while it plays. */
export const playedMs = signal(0);

/** Follows where an element plays. Returns what ends that. */
export function follow(element: HTMLMediaElement): () => void {
  player.value = element;
  let frame = 0;
  const look = (): void => {
    playedMs.value = element.currentTime * 1_000;
    if (!element.paused) frame = requestAnimationFrame(look);
  };
  const begin = (): void => {
    cancelAnimationFrame(frame);
    look();
  };
  const names = ["play", "playing", "pause", "seeking", "seeked", "timeupdate"];
  for (const name of names) element.addEventListener(name, begin);
  return () => {
    cancelAnimationFrame(frame);
    for (const name of names) element.removeEventListener(name, begin);
    if (player.value === element) player.value = undefined;
  };
}

/** Goes to a time, and plays from there where asked. */
export function seek(ms: number, { plays = true } = {}): void {
  const element = player.value;
  if (element === undefined) return;
  element.currentTime = ms / 1_000;
  if (plays) void element.play().catch(() => {}); // the browser may want a click first
}

export function toggle(): void {
  const element = player.value;
  if (element === undefined) return;
  if (element.paused) void element.play().catch(() => {});
  else element.pause();
}

export function skip(ms: number): void {
  const element = player.value;
  if (element !== undefined) element.currentTime += ms / 1_000;
}
