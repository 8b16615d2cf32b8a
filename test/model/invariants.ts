import { expect } from "vitest";
import { currentJobs, isOpen } from "../../src/catalog/record.ts";
import type { MemoryState } from "../../src/state/memory/state.fixture.ts";

const sorted = (values: Iterable<string>) => [...new Set(values)].toSorted();

/** What must hold whatever has happened, said without the rules. `store`: the bytes that lie there. */
export function checkInvariants(state: MemoryState, store: ReadonlySet<string>): void {
  const records = [...state.records.values()];
  for (const record of records) {
    const { media, jobs } = record;
    const hasOpen = currentJobs(record).some(isOpen);
    expect(media.state === "processing", `${media.name} is ${media.state}`).toBe(hasOpen);
    for (const job of jobs)
      expect(job.running !== undefined, "what runs is held").toBe(job.state === "running");
    const parts = currentJobs(record).map(
      ({ step, settings }) => `${step} ${String(settings["of"])}`,
    );
    expect(parts.length, "one job counts for each part").toBe(new Set(parts).size);
  }
  const referenced = records.flatMap(({ stored }) => stored.objects.map(({ version }) => version));
  const trashed = [...state.trash.values()].map(({ version }) => version);
  expect(sorted(store), "every stored byte is some record's or in the trash").toEqual(
    sorted([...referenced, ...trashed]),
  );
  expect(referenced.filter((version) => trashed.includes(version))).toEqual([]);
  checkEvents(state);
}

/** A version is created, then at its ends, then removed; one whose run is over has been told of. */
function checkEvents({ records, events }: MemoryState): void {
  const ends = new Map<string, number>();
  const gone = new Set<string>();
  for (const { event } of events) {
    expect(gone.has(event.version), `${event.type} after the removal`).toBe(false);
    if (event.type === "media.removed") gone.add(event.version);
    if (event.type === "media.ready" || event.type === "media.failed")
      ends.set(event.version, (ends.get(event.version) ?? 0) + 1);
  }
  for (const { media } of records.values())
    if (media.state !== "processing") expect(ends.get(media.version)).toBeGreaterThan(0);
}
