import { runEnded } from "../pipeline.ts";
import type { DatabaseSync } from "node:sqlite";
import { createSqliteCatalog } from "../state/sqlite/catalog/catalog.ts";
import type { Catalog, Change, JobOutcome } from "../catalog/catalog.ts";
import { createIdSource, newSession } from "../media/ids.ts";
import { newJob, type NewJob } from "../media/job.ts";
import { createSqliteQueue } from "../state/sqlite/queue/queue.ts";

const slots = { light: 9, picture: 9, transcode: 9, speech: 9, vision: 9 };
const succeeded: JobOutcome = { state: "succeeded", notes: [] };

export function failed(code = "damaged_media", stderr = ""): JobOutcome {
  const failure = { code, message: "it is broken", remedy: "Export it again." } as const;
  return { state: "failed", failure: failure as never, details: { stderr } };
}

/** A catalog in which the runs of media files end without any engine. */
export function createOutcomes(database: DatabaseSync) {
  const session = newSession();
  const newId = createIdSource(session);
  const catalog: Catalog = createSqliteCatalog({ whenEnded: runEnded, database });
  const queue = createSqliteQueue({ whenEnded: runEnded, database, session, newId });
  const apply = (name: string, version: string, changes: readonly Change[]) =>
    catalog.apply({ expect: { name, version }, changes });
  return {
    catalog,
    apply,
    async add(name: string, owner = "local"): Promise<string> {
      const version = newId();
      const old = await catalog.getMedia(name);
      const bytes = { sha256: version, sizeBytes: 5_000_000 };
      await catalog.apply({
        expect: { name, version: old?.version ?? null },
        changes: [
          {
            type: "putMedia",
            media: { name, version, owner, ...bytes },
            source: { bucket: "uploads", key: name, version, contentType: "video/mp4", ...bytes },
          },
        ],
      });
      return version;
    },
    /** A job of the version. One with other settings takes its place. */
    job: (name: string, version: string, settings = {}): NewJob =>
      newJob({ name, version }, "probe", settings),
    /** Ends every job that waits as `outcome` says, with changes beside it. */
    async work(outcome: JobOutcome = succeeded, beside: readonly Change[] = []): Promise<void> {
      for (;;) {
        const claim = await queue.claim({ slots });
        if (claim === undefined) return;
        const { attempt, media } = claim;
        await catalog.apply({
          expect: { name: media.name, version: media.version, attempt },
          changes: [...beside, { type: "finishJob", attempt, outcome }],
        });
      }
    },
    /** Adds a media file and ends its one job. */
    async end(name: string, outcome: JobOutcome = succeeded, owner = "local"): Promise<string> {
      const version = await this.add(name, owner);
      await apply(name, version, [{ type: "enqueue", job: this.job(name, version) }]);
      await this.work(outcome);
      return version;
    },
  };
}

export type Outcomes = ReturnType<typeof createOutcomes>;
