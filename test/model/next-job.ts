import { slotKinds } from "../../src/media/job.ts";
import type { JobRecord } from "../../src/catalog/record.ts";
import type { Slots } from "../../src/queue/job-queue.ts";
import type { MemoryState } from "../../src/state/memory/state.fixture.ts";

/** The job that is to be handed out next, if every claim goes by priority. */
export function nextJob(
  { records, slots: held, sequence }: MemoryState,
  slots: Slots,
  now: number,
): JobRecord | undefined {
  const place = ({ id, slot }: JobRecord) => slot.priority * 1e9 + (sequence.get(id) ?? 0);
  const waiting = [...records.values()]
    .flatMap(({ jobs }) => jobs)
    .filter(({ state, runAfter = 0 }) => state === "queued" && runAfter <= now)
    .toSorted((a, b) => place(a) - place(b));
  for (const kind of slotKinds) {
    const ofKind = waiting.filter(({ slot }) => slot.kind === kind);
    const taken = [...held.values()].filter((one) => one.kind === kind);
    const versions = new Set(taken.map(({ version }) => version));
    const sibling = ofKind.find(({ version }) => kind === "transcode" && versions.has(version));
    if (sibling !== undefined) return sibling;
    const used = kind === "transcode" ? versions.size : taken.length;
    if (used < slots[kind] && ofKind[0] !== undefined) return ofKind[0];
  }
  return undefined;
}
