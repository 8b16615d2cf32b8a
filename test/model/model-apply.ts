import type { Change, Expectation, Write } from "../../src/catalog/catalog.ts";
import { drop, adopt, putObject, remainsOf } from "./model-bytes.ts";
import { end, enqueue, reopen, setJob, settle, skip } from "./model-jobs.ts";
import { isOpen, mediaOf, type Model } from "./model.ts";

function isMet(model: Model, expect: Expectation): boolean {
  if ((model.media.get(expect.name)?.media.version ?? null) !== expect.version) return false;
  if (expect.twin !== undefined) {
    const there = remainsOf(model, expect.twin.version)?.outputs.map(({ version }) => version);
    if (
      there?.toSorted().join() !==
      expect.twin.outputs
        .map((one) => one.version)
        .toSorted()
        .join()
    )
      return false;
  }
  if (expect.attempt === undefined) return true;
  return [...model.jobs.values()].some(
    ({ attempt, current, job }) =>
      attempt === expect.attempt && current && job.version === expect.version,
  );
}

function change(model: Model, one: Change): void {
  switch (one.type) {
    case "putMedia": {
      drop(model, one.media.name, false);
      const fresh = { state: "processing", facts: undefined, labels: [], indexed: false } as const;
      model.media.set(one.media.name, { media: one.media, ...fresh });
      return putObject(model, one.media.version, one.source);
    }
    case "removeMedia":
      return drop(model, one.name, one.keepBytesMs > 0);
    case "adopt":
      return adopt(model, one.version, one.from);
    case "redo": {
      const job = model.jobs.get(one.jobId);
      if (job?.current !== true || isOpen(job)) return;
      if (one.waits === true) setJob(model, job.job, "skipped", "audio_failed");
      else setJob(model, job.job, "queued");
      return reopen(model, job.job.version);
    }
    case "setFacts": {
      const media = mediaOf(model, one.version);
      if (media !== undefined) media.facts = one.facts;
      return;
    }
    case "enqueue":
      return enqueue(model, one.job);
    case "skip":
      return skip(model, one.job, one.reason);
    case "retry": {
      const job = model.jobs.get(one.jobId);
      if (job?.current !== true || isOpen(job) || job.state === "succeeded") return;
      setJob(model, job.job, "queued");
      return reopen(model, job.job.version);
    }
    case "cancel": {
      const job = model.jobs.get(one.jobId);
      if (job?.state === "queued") job.state = "cancelled";
      if (job?.state === "running") job.cancelRequested = true;
      return;
    }
    case "finishJob": {
      const { state } = one.outcome;
      return end(
        model,
        one.attempt,
        state,
        state === "queued" && one.outcome.runAfter > Date.now(),
      );
    }
    case "putRendition":
      return putObject(model, one.version, one.rendition.object);
    case "putOutput":
      return putObject(model, one.version, one.object);
    case "putLabels": {
      const media = mediaOf(model, one.version);
      if (media !== undefined) media.labels = one.labels.map(({ name }) => name).toSorted();
      return;
    }
    case "putTranscript":
      return;
    case "index": {
      const media = mediaOf(model, one.version);
      if (media !== undefined) media.indexed = true;
      return;
    }
    case "event":
      return void model.events.push(one.event);
    case "settle":
      return settle(model, one.version);
  }
}

export function apply(model: Model, { expect, changes }: Write): "applied" | "superseded" {
  if (!isMet(model, expect)) return "superseded";
  for (const one of changes) change(model, one);
  return "applied";
}
