/** Divides a stretch of time by lengths, such as letters of words. Each counts 1 at least. */
export function sharedTimes(
  lengths: readonly number[],
  fromMs: number,
  toMs: number,
): { startMs: number; endMs: number }[] {
  const counts = lengths.map((length) => Math.max(1, length));
  const all = counts.reduce((sum, count) => sum + count, 0);
  const at = (share: number): number => Math.round(fromMs + ((toMs - fromMs) * share) / all);
  let before = 0;
  return counts.map((count) => {
    const startMs = at(before);
    before += count;
    return { startMs, endMs: at(before) };
  });
}
