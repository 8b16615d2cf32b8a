import { newJob } from "../../src/media/job.ts";
import { renamedOutput } from "../../src/media/keys.ts";
import type { StoredObject } from "../../src/media/media.ts";
import { setJob } from "./model-jobs.ts";
import { jobsOf, mediaOf, type Buried, type Model, type ModelJob } from "./model.ts";

/** The model's objects: what comes, what goes to the trash, and what is kept a while for a rename. */

function isReferenced(model: Model, version: string): boolean {
  return [...model.objects.values()].some(({ object }) => object.version === version);
}

/** Whether bytes are still there: a record's, or in the trash. */
function isKnown(model: Model, version: string): boolean {
  return model.trash.has(version) || model.kept.has(version) || isReferenced(model, version);
}

export function putObject(model: Model, mediaVersion: string, object: StoredObject): void {
  const key = `${object.bucket}/${object.key}`;
  const old = model.objects.get(key)?.object.version;
  model.objects.set(key, { object, mediaVersion });
  model.trash.delete(object.version);
  model.kept.delete(object.version);
  if (old !== undefined && !isReferenced(model, old)) model.trash.add(old);
}

export function drop(model: Model, name: string, isKept: boolean): void {
  const version = model.media.get(name)?.media.version;
  if (version === undefined) return;
  const remains = remainsOf(model, version);
  if (isKept && remains?.media.facts !== undefined) model.tombstones.set(version, remains);
  const mine = [...model.objects].filter(([, { mediaVersion }]) => mediaVersion === version);
  for (const [key] of mine) model.objects.delete(key);
  for (const [, { object }] of mine)
    if (!isReferenced(model, object.version))
      (isKept ? model.kept : model.trash).add(object.version);
  for (const { job } of jobsOf(model, version)) model.jobs.delete(job.id);
  model.media.delete(name);
}

/** What there is to take over from a version: it is there, or was removed a moment ago. */
export function remainsOf(model: Model, version: string): Buried | undefined {
  const media = mediaOf(model, version);
  if (media === undefined) {
    const buried = model.tombstones.get(version);
    return buried?.outputs.every((one) => isKnown(model, one.version)) ? buried : undefined;
  }
  const objects = [...model.objects.values()].filter((one) => one.mediaVersion === version);
  const outputs = objects.map(({ object }) => object).filter(({ bucket }) => bucket === "outputs");
  const isDone = ({ state, reason }: ModelJob) =>
    state === "succeeded" || (state === "skipped" && reason !== "audio_failed");
  const jobs = jobsOf(model, version)
    .filter((job) => job.current && isDone(job))
    .toSorted((a, b) => a.sequence - b.sequence);
  return { media, outputs, jobs };
}

/** Versions of the media of that owner with these bytes of which something is known, there or just removed. */
export function twinsOf(model: Model, sha256: string, owner: string): string[] {
  const buried = [...model.tombstones.keys()].flatMap(
    (version) => remainsOf(model, version)?.media ?? [],
  );
  return [...model.media.values(), ...buried]
    .filter(({ media, facts }) => media.sha256 === sha256 && media.owner === owner && facts)
    .map(({ media }) => media.version);
}

export function adopt(model: Model, version: string, from: string): void {
  const media = mediaOf(model, version);
  const found = remainsOf(model, from);
  if (media === undefined || found === undefined) throw new Error("nothing to adopt");
  const { name } = media.media;
  const { facts, labels, indexed } = found.media;
  Object.assign(media, { facts, labels, indexed });
  for (const object of found.outputs) {
    const key = renamedOutput(object.key, found.media.media.name, name);
    if (key !== undefined) putObject(model, version, { ...object, key });
  }
  for (const { job, state, reason } of found.jobs) {
    const own = newJob({ name, version }, job.step, job.settings);
    setJob(model, own, "queued");
    Object.assign(model.jobs.get(own.id) ?? {}, { state, reason });
  }
  model.tombstones.delete(from);
}

/** Time enough goes by that nothing is kept any more for a rename. */
export function passTime(model: Model): void {
  model.tombstones.clear();
  for (const version of model.kept) model.trash.add(version);
  model.kept.clear();
}
