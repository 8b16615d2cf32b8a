import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../state/sqlite/open.ts";
import type { NoticeContent } from "../media/notice.ts";
import { newJob } from "../media/job.ts";
import { createOutcomes, failed, type Outcomes } from "./outcome.fixture.ts";

describe("the outbox", () => {
  let database: ReturnType<typeof openDatabase>;
  let world: Outcomes;
  const told = (name: string) =>
    database
      .prepare("SELECT topic, content FROM notifications WHERE name = ? ORDER BY sequence")
      .all(name)
      .map(({ topic, content }) => ({ topic, ...(JSON.parse(String(content)) as NoticeContent) }));
  const topics = (name: string) => told(name).map(({ topic }) => topic);

  beforeEach(() => {
    database = openDatabase(":memory:");
    world = createOutcomes(database);
  });
  afterEach(() => database.close());

  it("has one message for a media file that is ready, and none for a job that is skipped then", async () => {
    const version = await world.end("a.mp4");
    const job = newJob({ name: "a.mp4", version }, "gif");
    await world.apply("a.mp4", version, [{ type: "skip", job, reason: "no_video" }]);
    expect(topics("a.mp4")).toEqual(["completed"]);
  });

  it("tells of the failed step: code, remedy, and the last lines that were said", async () => {
    const lines = Array.from({ length: 40 }, (_, n) => `line ${n}`).join("\r\n\n");
    await world.end("a.mp4", failed("damaged_media", lines));
    expect(told("a.mp4")).toMatchObject([
      {
        topic: "error",
        owner: "local",
        failures: [
          {
            step: "probe",
            code: "damaged_media",
            remedy: "Export it again.",
            lastLines: ["line 35", "line 36", "line 37", "line 38", "line 39"],
          },
        ],
      },
    ]);
  });

  it("does not tell where files lie on this machine", async () => {
    await world.end(
      "a.mp4",
      failed("damaged_media", "[error] file:/srv/lib/objects/uploads/f1/v1: Invalid data"),
    );
    expect(told("a.mp4")[0]?.failures?.[0]?.lastLines).toEqual(["[error] v1: Invalid data"]);
  });

  it("is told once that it failed in the same way, and that a retry helped", async () => {
    const version = await world.end("a.mp4", failed());
    const { id: jobId } = world.job("a.mp4", version);
    await world.apply("a.mp4", version, [{ type: "retry", jobId }]);
    await world.work(failed());
    expect(topics("a.mp4")).toEqual(["error"]);
    await world.apply("a.mp4", version, [{ type: "retry", jobId }]);
    await world.work(failed("limit_time"));
    expect(topics("a.mp4")).toEqual(["error", "error"]);
    await world.apply("a.mp4", version, [{ type: "retry", jobId }]);
    await world.work();
    expect(topics("a.mp4")).toEqual(["error", "error", "completed"]);
  });

  it("says that a step was cancelled", async () => {
    const version = await world.add("a.mp4");
    const job = world.job("a.mp4", version);
    await world.apply("a.mp4", version, [{ type: "enqueue", job }]);
    await world.apply("a.mp4", version, [{ type: "cancel", jobId: job.id }]);
    expect(told("a.mp4")[0]?.failures).toMatchObject([{ step: "probe", code: "cancelled" }]);
  });

  it("holds nothing of the contents of a media file that was removed", async () => {
    const version = await world.add("a.mp4");
    const words = [{ text: "hush", startMs: 0, endMs: 90, confidence: 1 }];
    const transcript = { languageCode: "en-US", words, engine: { name: "x", quality: "draft" } };
    await world.apply("a.mp4", version, [
      {
        type: "putTranscript",
        version,
        transcript: transcript as never,
        metadata: { JsonFile: "output/transcribe/a.json", transcript: "hush" },
      },
      { type: "putLabels", version, labels: [{ name: "Dog", confidence: 0.9, parents: [] }] },
      { type: "enqueue", job: world.job("a.mp4", version) },
    ]);
    await world.work();
    expect(told("a.mp4")).toMatchObject([
      { transcript: { text: "hush", whole: true, draft: true }, labels: ["Dog"] },
    ]);
    await world.apply("a.mp4", version, [{ type: "removeMedia", name: "a.mp4", keepBytesMs: 0 }]);
    expect(JSON.stringify(told("a.mp4"))).not.toMatch(/hush|Dog/);
  });

  it("never tells the same twice in a row, and always how it stands, whatever happens", async () => {
    const act = fc.oneof(
      fc.constant({ is: "retry" } as const),
      fc.record({ is: fc.constant("redo" as const), engine: fc.integer({ min: 0, max: 2 }) }),
      fc.constant({ is: "nothing" } as const),
    );
    const end = fc.constantFrom("succeeded", "damaged_media", "limit_time");
    await fc.assert(
      fc.asyncProperty(
        fc.uuid(),
        fc.array(fc.tuple(act, end), { maxLength: 8 }),
        async (id, acts) => {
          const version = await world.end(id);
          let { id: jobId } = world.job(id, version);
          for (const [what, outcome] of acts) {
            if (what.is === "redo") {
              const job = world.job(id, version, { engine: what.engine });
              jobId = job.id;
              await world.apply(id, version, [{ type: "enqueue", job }]);
            } else if (what.is === "retry")
              await world.apply(id, version, [{ type: "retry", jobId }]);
            await world.work(outcome === "succeeded" ? undefined : failed(outcome));
            const rows = database
              .prepare(
                "SELECT topic || run AS what, topic FROM notifications WHERE version = ? ORDER BY sequence",
              )
              .all(version);
            const media = await world.catalog.getMedia(id);
            expect(rows.at(-1)?.["topic"]).toBe(media?.state === "ready" ? "completed" : "error");
            for (const [index, row] of rows.entries())
              expect(row["what"]).not.toBe(rows[index + 1]?.["what"]);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
