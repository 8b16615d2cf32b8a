import type { RemoteWork } from "../media/engine.ts";

type Times = Pick<RemoteWork<unknown, unknown>, "firstAskMs" | "longestAskMs">;

/**
 * When the first question about accepted work after `lastAskedAt` is due: the pauses double from
 * `firstAskMs` up to `longestAskMs`, counted from the acceptance. Nothing is remembered, so any process
 * can take over the questions. All times are milliseconds since 1970, UTC.
 */
export function nextAskAt(
  since: number,
  lastAskedAt: number,
  { firstAskMs, longestAskMs }: Times,
): number {
  let pauseMs = Math.max(1, Math.min(firstAskMs, longestAskMs));
  let dueAt = since + pauseMs;
  while (dueAt <= lastAskedAt && pauseMs < longestAskMs) {
    pauseMs = Math.min(2 * pauseMs, longestAskMs);
    dueAt += pauseMs;
  }
  if (dueAt > lastAskedAt) return dueAt;
  return dueAt + pauseMs * (Math.floor((lastAskedAt - dueAt) / pauseMs) + 1);
}
