import type { Turn } from "./turn.ts";

/** How wrong turns are, in ms of the truth's speech; people who speak at the same time count each. */
export interface DiarizationError {
  readonly speechMs: number;
  /** Nobody was found, though somebody speaks. */
  readonly missedMs: number;
  /** Somebody was found where nobody speaks. */
  readonly inventedMs: number;
  /** Somebody else was found. */
  readonly confusedMs: number;
}

const frameMs = 10;

/** A bit for each speaker, in each frame. */
function framesOf(turns: readonly Turn[], frames: number): Uint32Array {
  const speakers = new Uint32Array(frames);
  for (const { startMs, endMs, speaker } of turns)
    for (
      let at = Math.round(startMs / frameMs);
      at < Math.min(frames, Math.round(endMs / frameMs));
      at += 1
    )
      speakers[at] = (speakers[at] ?? 0) | (1 << speaker);
  return speakers;
}

const countOf = (bits: number): number => {
  let count = 0;
  for (let rest = bits >>> 0; rest !== 0; rest &= rest - 1) count += 1;
  return count;
};

/**
 * Which found speaker is which true one, so that they share the most time: the best of all ways, found
 * by trying the speakers of the truth one after the other with every set of found ones (up to 12 by 12),
 * and the greatest shares first where there are more.
 */
function bestMatch(shared: readonly (readonly number[])[]): Map<number, number> {
  const pairs = shared
    .flatMap((row, own) => row.map((ms, found) => ({ own, found, ms })))
    .filter(({ ms }) => ms > 0)
    .toSorted((a, b) => b.ms - a.ms);
  const match = new Map<number, number>();
  for (const { own, found } of pairs)
    if (!match.has(own) && ![...match.values()].includes(found)) match.set(own, found);
  // Exchanges of two until none is better: for the few speakers that there are, the best.
  const share = (own: number, found: number | undefined): number =>
    found === undefined ? 0 : (shared[own]?.[found] ?? 0);
  for (let isBetter = true; isBetter;) {
    isBetter = false;
    for (const a of shared.keys())
      for (const b of shared.keys()) {
        const [x, y] = [match.get(a), match.get(b)];
        if (a >= b || share(a, y) + share(b, x) <= share(a, x) + share(b, y)) continue;
        for (const [own, found] of [
          [a, y],
          [b, x],
        ] as const)
          if (found === undefined) match.delete(own);
          else match.set(own, found);
        isBetter = true;
      }
  }
  return match;
}

/**
 * Compares turns with the truth, as NIST's md-eval does: `collarMs` on both sides of each true start
 * and end are left out; overlapping speech counts. At most 32 speakers.
 */
export function diarizationError(
  truth: readonly Turn[],
  found: readonly Turn[],
  collarMs = 250,
): DiarizationError {
  const endMs = Math.max(0, ...[...truth, ...found].map((turn) => turn.endMs));
  const frames = Math.ceil(endMs / frameMs) + 1;
  const [own, theirs] = [framesOf(truth, frames), framesOf(found, frames)];
  const isLeftOut = new Uint8Array(frames);
  for (const edge of truth.flatMap((turn) => [turn.startMs, turn.endMs])) {
    const [from, to] = [edge - collarMs, edge + collarMs].map((ms) => Math.round(ms / frameMs));
    isLeftOut.fill(1, Math.max(0, from ?? 0), Math.max(0, to ?? 0));
  }
  const sizes = [truth, found].map(
    (turns) => Math.max(-1, ...turns.map(({ speaker }) => speaker)) + 1,
  );
  const shared = Array.from({ length: sizes[0] ?? 0 }, () => Array<number>(sizes[1] ?? 0).fill(0));
  for (let at = 0; at < frames; at += 1) {
    if (isLeftOut[at] === 1 || own[at] === 0 || theirs[at] === 0) continue;
    for (const [speaker, row] of shared.entries())
      if (((own[at] ?? 0) >>> speaker) & 1)
        for (const other of row.keys())
          if (((theirs[at] ?? 0) >>> other) & 1) row[other] = (row[other] ?? 0) + frameMs;
  }
  const match = bestMatch(shared);
  let [speechMs, missedMs, inventedMs, confusedMs] = [0, 0, 0, 0];
  for (let at = 0; at < frames; at += 1) {
    if (isLeftOut[at] === 1) continue;
    const [said, heard] = [countOf(own[at] ?? 0), countOf(theirs[at] ?? 0)];
    let right = 0;
    for (const [speaker, other] of match)
      if (((own[at] ?? 0) >>> speaker) & 1 && ((theirs[at] ?? 0) >>> other) & 1) right += 1;
    speechMs += said * frameMs;
    missedMs += Math.max(0, said - heard) * frameMs;
    inventedMs += Math.max(0, heard - said) * frameMs;
    confusedMs += (Math.min(said, heard) - right) * frameMs;
  }
  return { speechMs, missedMs, inventedMs, confusedMs };
}

/** Turns of a file in NIST's RTTM form: `SPEAKER name 1 start duration <NA> <NA> who …`, in seconds. */
export function turnsOfRttm(text: string): Turn[] {
  const names = new Map<string, number>();
  return text.split("\n").flatMap((line) => {
    const [kind, , , start, duration, , , name = ""] = line.trim().split(/\s+/);
    if (kind !== "SPEAKER") return [];
    const speaker = names.get(name) ?? names.size;
    names.set(name, speaker);
    const startMs = Number(start) * 1000;
    return [{ startMs, endMs: startMs + Number(duration) * 1000, speaker }];
  });
}
