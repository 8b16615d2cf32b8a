import type { Catalog, TranscriptFilter, JobFilter, MediaRef } from "../../catalog/catalog.ts";
import type { Pages } from "../../catalog/pages.ts";
import { currentJobs, jobView, outputsOf, type MediaRecord } from "../../catalog/record.ts";
import type { WhenEnded } from "../../catalog/rules.ts";
import type { Trash } from "../../catalog/trash.ts";
import type { Twin } from "../../catalog/write.ts";
import { createMemoryState, type MemoryState } from "./state.fixture.ts";

/** What a home of records has that lacks pages, search and imports. */
export type MemoryCatalog = Omit<Catalog, keyof Pages> & Trash;

const byName = <T>(name: (of: T) => string) => {
  return (a: T, b: T): number => (name(a) < name(b) ? -1 : 1);
};

function passes({ media, stored }: MediaRecord, filter: TranscriptFilter): boolean {
  const { startsWith = "", type, label, owner, after = "" } = filter;
  const hasLabel = (wanted: string) =>
    stored.labels.some(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  return (
    media.name.startsWith(startsWith) &&
    media.name > after &&
    (type === undefined || media.type === type) &&
    (owner === undefined || media.owner === owner) &&
    (label === undefined || hasLabel(label))
  );
}

function jobsOf(state: MemoryState, { name, media, state: is, step, limit }: JobFilter) {
  return [...state.records.values()]
    .filter((record) => name === undefined || record.media.name === name)
    .filter((record) => media === undefined || record.media.version === media.version)
    .flatMap(currentJobs)
    .filter((job) => (is === undefined || job.state === is) && (step ?? job.step) === job.step)
    .toSorted((a, b) => (state.sequence.get(a.id) ?? 0) - (state.sequence.get(b.id) ?? 0))
    .slice(0, limit)
    .map(jobView);
}

function twinOf({ media, ...rest }: MediaRecord): Twin | undefined {
  const { name, version, facts } = media;
  if (facts === undefined) return undefined;
  const { transcriptionOptions: speech } = rest;
  return { name, version, facts, outputs: outputsOf(rest), ...(speech && { speech }) };
}

function trashOf(state: MemoryState): Trash {
  const isDue = ({ removeAt }: { removeAt: number }) => removeAt <= Date.now();
  return {
    async listTrash() {
      const due = [...state.trash.values()].filter(isDue);
      return due.map(({ bucket, version }) => ({ bucket, version }));
    },
    async takeTrash(bucket, version) {
      const found = state.trash.get(`${bucket}/${version}`);
      return found !== undefined && isDue(found) && state.trash.delete(`${bucket}/${version}`);
    },
    knowsBytes: async (bucket, version) =>
      state.isReferenced(bucket, version) || state.trash.has(`${bucket}/${version}`),
    async trashUnknown(bucket, version) {
      if (state.isReferenced(bucket, version) || state.trash.has(`${bucket}/${version}`))
        return false;
      state.trash.set(`${bucket}/${version}`, { bucket, version, removeAt: Date.now() });
      return true;
    },
  };
}

/** A catalog in maps: it shows that the rules and the contract hold in a home without SQL. */
export function createMemoryCatalog({ whenEnded }: { whenEnded: WhenEnded }): MemoryCatalog {
  const state = createMemoryState(whenEnded);
  const all = () => [...state.records.values()].toSorted(byName(({ media }) => media.name));
  const recordOf = ({ name, version }: MediaRef): MediaRecord | undefined => {
    const record = state.records.get(name);
    return record?.media.version === version ? record : undefined;
  };
  return {
    ...trashOf(state),
    apply: async (write) => state.write(write, Date.now()),
    applyAndGet: async (write) =>
      state.write(write, Date.now()) === "applied"
        ? state.records.get(write.expect.name)?.media
        : undefined,
    getMedia: async (name) => state.records.get(name)?.media,
    listMedia: async (filter) =>
      all()
        .filter((record) => passes(record, filter))
        .slice(0, filter.limit)
        .map(({ media }) => media),
    listJobs: async (filter) => jobsOf(state, filter),
    listAttempts: async (name) =>
      [...state.attempts.values()].filter(
        ({ version }) => version === state.records.get(name)?.media.version,
      ),
    listEvents: async (name) => state.events.filter(({ event }) => event.name === name),
    transcriptionOptions: async (media) => recordOf(media)?.transcriptionOptions,
    getSource: async (media) =>
      recordOf(media)?.stored.objects.find(({ bucket }) => bucket === "uploads"),
    listRenditions: async (media) => recordOf(media)?.stored.renditions ?? [],
    async listOutputs(media) {
      const record = recordOf(media);
      return record === undefined ? [] : outputsOf(record);
    },
    getLabels: async (media) => recordOf(media)?.stored.labels ?? [],
    isDraft: async (media) => recordOf(media)?.stored.transcript?.draft ?? false,
    async getMetadata(jsonFile, owner) {
      const record = all().find(({ stored }) => stored.transcript?.jsonFile === jsonFile);
      if (record === undefined || (owner ?? record.media.owner) !== record.media.owner)
        return undefined;
      return state.metadata.get(record.media.version);
    },
    listObjects: async ({ bucket, owner, startsWith = "", after = "", limit }) =>
      all()
        .filter(({ media }) => (owner ?? media.owner) === media.owner)
        .flatMap(({ media, stored }) =>
          stored.objects.map((object) => ({ ...object, mediaName: media.name })),
        )
        .filter(({ key, ...object }) => object.bucket === bucket && key > after)
        .filter(({ key }) => key.startsWith(startsWith))
        .toSorted(byName(({ key }) => key))
        .slice(0, limit),
    async findTwin({ sha256, owner }) {
      const kept = [...state.kept.values()].flatMap(
        ({ record }) => state.find(record.media, Date.now()) ?? [],
      );
      const found = [...all(), ...kept].find(
        ({ media }) => media.sha256 === sha256 && media.owner === owner && media.facts,
      );
      return found && twinOf(found);
    },
    close: async () => {},
  };
}
