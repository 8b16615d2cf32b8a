/** How many groups there are to be; what is absent is found out. */
export interface GroupCount {
  readonly min?: number;
  readonly max?: number;
}

export interface GroupOptions extends GroupCount {
  /** Groups whose members are less alike than this, on average, stay apart. Cosine, −1 to 1. */
  readonly alike: number;
  /** A group with less weight than this is no speaker, and goes to the nearest that is one. */
  readonly leastWeight: number;
}

/** More points than this are taken in blocks first: the work grows with the square. */
const blockSize = 1_500;
/** In a block only what is as like as this is joined; the rest waits until all are seen. */
const surelyAlike = 0.6;

/** Points that belong together: the sum of their unit vectors, how many they are, and their weight. */
interface Group {
  readonly sum: Float64Array;
  readonly size: number;
  readonly weight: number;
  readonly members: readonly number[];
}

/** Two groups that are joined, and how alike they are. */
interface Join {
  readonly a: number;
  readonly b: number;
  readonly likeness: number;
}

/** The mean cosine between the members of two groups: of unit vectors it needs their sums alone. */
function likeness(a: Group, b: Group): number {
  let product = 0;
  for (let index = 0; index < a.sum.length; index += 1)
    product += (a.sum[index] ?? 0) * (b.sum[index] ?? 0);
  return product / (a.size * b.size);
}

function joined(a: Group, b: Group): Group {
  return {
    sum: a.sum.map((value, index) => value + (b.sum[index] ?? 0)),
    size: a.size + b.size,
    weight: a.weight + b.weight,
    members: [...a.members, ...b.members],
  };
}

/**
 * Average linkage: which groups are joined. Joined groups get the places after the last. Found by chains
 * of nearest neighbours, whose joins are those of the plain way in another order; memory grows with the
 * number of groups, not with its square.
 */
function joinsOf(groups: readonly Group[]): Join[] {
  const all: (Group | undefined)[] = [...groups];
  let left = groups.length;
  const joins: Join[] = [];
  const chain: number[] = [];
  while (left > 1) {
    if (chain.length === 0) chain.push(all.findIndex((group) => group !== undefined));
    const [top = 0, below] = [chain.at(-1), chain.at(-2)];
    const own = all[top];
    if (own === undefined) break;
    let [nearest, best] = [-1, -Infinity];
    for (const [index, other] of all.entries()) {
      if (other === undefined || index === top) continue;
      const value = likeness(own, other);
      if (value > best || (value === best && index === below)) [nearest, best] = [index, value];
    }
    if (nearest !== below) {
      chain.push(nearest);
      continue;
    }
    chain.splice(-2);
    const other = all[nearest];
    if (other === undefined) break;
    joins.push({ a: top, b: nearest, likeness: best });
    all.push(joined(own, other));
    [all[top], all[nearest]] = [undefined, undefined];
    left -= 1;
  }
  return joins;
}

/** The joins with their places, the most alike first; none before the joins of what it joins. */
function inOrder(joins: readonly Join[], groups: number): { join: Join; place: number }[] {
  const heights: number[] = [];
  for (const { a, b, likeness: own } of joins) {
    // Likeness falls on the way up, but for the rounding of floating point.
    const below = [a, b].map((place) => heights[place - groups] ?? Infinity);
    heights.push(Math.min(own, ...below));
  }
  return joins
    .map((join, index) => ({ join, place: groups + index, height: heights[index] ?? 0 }))
    .toSorted((one, other) => other.height - one.height || one.place - other.place);
}

/** What is left when the first joins are made. */
function groupsAfter(
  groups: readonly Group[],
  made: readonly { join: Join; place: number }[],
): Group[] {
  const all = new Map(groups.entries());
  for (const { join, place } of made) {
    const [a, b] = [all.get(join.a), all.get(join.b)];
    if (a === undefined || b === undefined) continue;
    all.delete(join.a);
    all.delete(join.b);
    all.set(place, joined(a, b));
  }
  return [...all.values()];
}

/** The groups that remain when what is as alike as this is joined. */
function groupsAbove(groups: readonly Group[], least: number): Group[] {
  const ordered = inOrder(joinsOf(groups), groups.length);
  return groupsAfter(
    groups,
    ordered.filter(({ join }) => join.likeness >= least),
  );
}

/** Points that are surely one speaker's, found block by block where there are many. */
function firstGroups(points: readonly Float32Array[], weights: readonly number[]): Group[] {
  const single = points.map((point, index): Group => {
    const norm = Math.hypot(...point) || 1;
    const sum = Float64Array.from(point, (value) => value / norm);
    return { sum, size: 1, weight: weights[index] ?? 0, members: [index] };
  });
  let groups = single;
  while (groups.length > blockSize) {
    const before = groups.length;
    const next: Group[] = [];
    for (let from = 0; from < groups.length; from += blockSize) {
      const block = groups.slice(from, from + blockSize);
      next.push(...groupsAbove(block, surelyAlike));
    }
    groups = next;
    if (groups.length > before * 0.9) break; // voices of which no two are alike
  }
  return groups;
}

/** How many groups weigh enough after no join, after the first, and so on. */
function countsOfHeavy(
  groups: readonly Group[],
  joins: readonly { join: Join; place: number }[],
  leastWeight: number,
): number[] {
  const weights = new Map(groups.map(({ weight }, place) => [place, weight]));
  const isHeavy = (weight: number): number => (weight >= leastWeight ? 1 : 0);
  let count = heavy(groups, leastWeight).length;
  const counts = [count];
  for (const { join, place } of joins) {
    const [a = 0, b = 0] = [weights.get(join.a), weights.get(join.b)];
    weights.set(place, a + b);
    count += isHeavy(a + b) - isHeavy(a) - isHeavy(b);
    counts.push(count);
  }
  return counts;
}

/** The groups that weigh enough. */
function heavy(groups: readonly Group[], leastWeight: number): Group[] {
  return groups.filter(({ weight }) => weight >= leastWeight);
}

/**
 * Groups points by how alike their directions are: average linkage, ended where groups are less alike
 * than `alike`, or where `min` or `max` demand more or fewer. Groups below `leastWeight` do not count;
 * their members go to the nearest that does.
 * @param points vectors of one length
 * @param weights of the points, such as how long each lasts
 * @returns for each point the number of its group, from 0 in the order of their first points
 */
export function groupByLikeness(
  points: readonly Float32Array[],
  weights: readonly number[],
  { min = 1, max = Infinity, alike, leastWeight }: GroupOptions,
): number[] {
  if (points.length === 0) return [];
  const first = firstGroups(points, weights);
  const joins = inOrder(joinsOf(first), first.length);
  const counts = countsOfHeavy(first, joins, leastWeight);
  const count = (made: number): number => counts[made] ?? 0;
  let made = joins.filter(({ join }) => join.likeness >= alike).length;
  while (made < joins.length && count(made) > max) made += 1;
  // Heavy groups fall apart into light ones, too: where none of the ways has enough, the nearest is kept.
  if (count(made) < min)
    for (let fewer = made - 1; fewer >= 0; fewer -= 1) {
      if (count(fewer) > count(made)) made = fewer;
      if (count(made) >= min) break;
    }
  const groups = groupsAfter(first, joins.slice(0, made));
  return numbered(points.length, settled(groups, leastWeight, max));
}

/** The groups that count, the others' members among them. */
function settled(groups: readonly Group[], leastWeight: number, max: number): Group[] {
  const byWeight = groups.toSorted((a, b) => b.weight - a.weight);
  const enough = heavy(byWeight, leastWeight);
  const kept = (enough.length === 0 ? byWeight.slice(0, 1) : enough).slice(0, max);
  const all = [...kept];
  for (const small of byWeight.filter((group) => !kept.includes(group))) {
    const alikes = kept.map((group) => likeness(group, small));
    const nearest = alikes.indexOf(Math.max(...alikes));
    const group = all[nearest];
    if (group !== undefined) all[nearest] = joined(group, small);
  }
  return all;
}

function numbered(points: number, groups: readonly Group[]): number[] {
  const groupOf = Array.from({ length: points }, () => 0);
  for (const [number, { members }] of groups.entries())
    for (const member of members) groupOf[member] = number;
  const order = [...new Set(groupOf)];
  return groupOf.map((number) => order.indexOf(number));
}
