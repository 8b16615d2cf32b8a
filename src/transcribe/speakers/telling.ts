import { groupByLikeness, type GroupOptions } from "./clusters.ts";

/** Where less of the weight tells, all points are grouped. */
const leastTelling = 0.5;

/** The sum of some vectors' directions, of length 1. */
function directionOf(points: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(points[0]?.length ?? 0);
  for (const point of points) {
    const norm = Math.hypot(...point) || 1;
    for (const [index, value] of point.entries()) sum[index] = (sum[index] ?? 0) + value / norm;
  }
  const norm = Math.hypot(...sum) || 1;
  return sum.map((value) => value / norm);
}

const product = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

/**
 * Groups those points that tell something, as `groupByLikeness` does. Each of the others goes to the group whose middle
 * it is most like: it makes no group, and does not bring two together.
 * @param telling for each point whether it is one of the first
 * @returns for each point the number of its group
 */
export function groupByTelling(
  points: readonly Float32Array[],
  weights: readonly number[],
  telling: readonly boolean[],
  options: GroupOptions,
): number[] {
  const weigh = (isCounted: (index: number) => boolean): number =>
    weights.reduce((sum, weight, index) => sum + (isCounted(index) ? weight : 0), 0);
  const isTelling = (index: number): boolean => telling[index] ?? false;
  if (weigh(isTelling) < leastTelling * weigh(() => true))
    return groupByLikeness(points, weights, options);
  const clear = [...points.keys()].filter(isTelling);
  const taken = (index: number): Float32Array => points[index] ?? new Float32Array();
  const groups = groupByLikeness(
    clear.map(taken),
    clear.map((index) => weights[index] ?? 0),
    options,
  );
  const own = new Map(clear.map((index, place) => [index, groups[place] ?? 0]));
  const middles = Array.from({ length: Math.max(-1, ...groups) + 1 }, (_, group) =>
    directionOf(clear.filter((_index, place) => groups[place] === group).map(taken)),
  );
  return points.map((point, index) => {
    const known = own.get(index);
    if (known !== undefined) return known;
    const alikes = middles.map((middle) => product(middle, point));
    return alikes.indexOf(Math.max(...alikes));
  });
}
