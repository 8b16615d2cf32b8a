import { type SlotKind, slotKinds } from "../../src/media/job.ts";
import { nextOwner } from "../../src/queue/owner-turns.ts";
import type { JobRecord } from "../../src/catalog/record.ts";
import type { Slots } from "../../src/queue/job-queue.ts";
import type { MemoryState } from "../../src/state/memory/state.fixture.ts";

/** What a process has begun, in order: whose turn it is follows from it. */
export type Served = { readonly kind: SlotKind; readonly owner: string }[];

/** The job that is to be handed out next, if every claim goes by priority. */
export function nextJob(
  { records, slots: held, sequence }: MemoryState,
  slots: Slots,
  now: number,
  served: Served,
): JobRecord | undefined {
  const place = ({ id, slot }: JobRecord) => slot.priority * 1e9 + (sequence.get(id) ?? 0);
  const waiting = [...records.values()]
    .flatMap(({ jobs }) => jobs)
    .filter(({ state, runAfter = 0 }) => state === "queued" && runAfter <= now)
    .toSorted((a, b) => place(a) - place(b));
  const all = [...records.values()];
  const ownerOfVersion = new Map(all.map(({ media }) => [media.version, media.owner] as const));
  const ownerOf = (version: string) => ownerOfVersion.get(version) ?? "";
  const ownerOfAttempt = new Map(
    all.flatMap(({ media, jobs }) =>
      jobs.map(({ running }) => [running?.attempt, media.owner] as const),
    ),
  );
  for (const kind of slotKinds) {
    const ofKind = waiting.filter(({ slot }) => slot.kind === kind);
    const taken = [...held.values()].filter((one) => one.kind === kind);
    const versions = new Set(taken.map(({ version }) => version));
    const sibling = ofKind.find(({ version }) => kind === "transcode" && versions.has(version));
    if (sibling !== undefined) return sibling;
    const used = kind === "transcode" ? versions.size : taken.length;
    if (used >= slots[kind]) continue;
    const owners = [...new Set(ofKind.map(({ version }) => ownerOf(version)))].toSorted();
    const owner = nextOwner(
      owners.map((one) => ({
        owner: one,
        running: taken.filter(({ attempt }) => ownerOfAttempt.get(attempt) === one).length,
        lastServedAt: served.findLastIndex((last) => last.kind === kind && last.owner === one),
      })),
    );
    const next = ofKind.find(({ version }) => ownerOf(version) === owner);
    if (next !== undefined) return next;
  }
  return undefined;
}
