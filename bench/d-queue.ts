import { runEnded } from "../src/pipeline.ts";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Catalog } from "../src/catalog/catalog.ts";
import { createSqliteCatalog } from "../src/state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../src/state/sqlite/open.ts";
import { createIdSource, newSession } from "../src/media/ids.ts";
import { newJob } from "../src/media/job.ts";
import { createSqliteQueue } from "../src/state/sqlite/queue/queue.ts";
import { largeLibrary, libraryFor } from "./c-catalog.ts";
import {
  atLeast,
  atMost,
  quantile,
  spreadOf,
  type Bench,
  type Findings,
  type Row,
} from "./figure.ts";
import { nameOf } from "./library.ts";

/** No speech: one job of each media file that is worked on waits, so that no run ends. */
const slots = { light: 4, picture: 4, transcode: 4, speech: 0, vision: 4 };

interface Subject {
  readonly name: string;
  readonly version: string;
}

async function subjectsOf(catalog: Catalog, count: number): Promise<Subject[]> {
  const media = await catalog.listMedia({ limit: count });
  return media.map(({ name, version }) => ({ name, version }));
}

/** Jobs enqueued in a second. Writes that run at once share a commit. */
async function enqueue(
  catalog: Catalog,
  subjects: readonly Subject[],
  inOneCommit: number,
  round: number,
): Promise<number> {
  const startedAt = performance.now();
  for (let from = 0; from < subjects.length; from += inOneCommit) {
    const some = subjects.slice(from, from + inOneCommit);
    const applied = await Promise.all(
      some.map((subject) => {
        const job = newJob(subject, "label", { round, inOneCommit });
        return catalog.apply({ expect: subject, changes: [{ type: "enqueue", job }] });
      }),
    );
    if (applied.some((one) => one !== "applied")) throw new Error("a job was not enqueued");
  }
  return (subjects.length / (performance.now() - startedAt)) * 1000;
}

/** Gives each media file a job that stays open, because the queue is measured and not the end of a run. */
async function keepOpen(catalog: Catalog, subjects: readonly Subject[]): Promise<void> {
  for (const subject of subjects)
    await catalog.apply({
      expect: subject,
      changes: [{ type: "enqueue", job: newJob(subject, "transcribe") }],
    });
}

/** Claims and finishes jobs. Returns the milliseconds of each claim, ascending, and the pairs per second. */
async function claims(
  database: DatabaseSync,
  catalog: Catalog,
  count: number,
): Promise<{ taken: number[]; perSecond: number }> {
  const session = newSession();
  const queue = createSqliteQueue({
    whenEnded: runEnded,
    database,
    session,
    newId: createIdSource(session),
  });
  const taken: number[] = [];
  const startedAt = performance.now();
  for (let claimed = 0; claimed < count; claimed += 1) {
    const askedAt = performance.now();
    const claim = await queue.claim({ slots });
    taken.push(performance.now() - askedAt);
    if (claim === undefined) throw new Error("there was no job to claim");
    const { name, version } = claim.media;
    await catalog.apply({
      expect: { name, version, attempt: claim.attempt },
      changes: [
        { type: "finishJob", attempt: claim.attempt, outcome: { state: "succeeded", notes: [] } },
      ],
    });
  }
  const perSecond = (count / (performance.now() - startedAt)) * 1000;
  return { taken: taken.toSorted((a, b) => a - b), perSecond };
}

/** The limit of the disk: commits of one small row in a second, with the same settings. */
function bareCommits(file: string, count: number): number {
  const database = openDatabase(file);
  database.exec("CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT)");
  const insert = database.prepare("INSERT INTO bare (text) VALUES (?)");
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) insert.run("x".repeat(200));
  const perSecond = (count / (performance.now() - startedAt)) * 1000;
  database.close();
  return perSecond;
}

export async function queueFigure(bench: Bench): Promise<Findings> {
  const size = largeLibrary(bench);
  const library = await libraryFor(bench, size);
  const dataDir = join(bench.folder, "library");
  await mkdir(dataDir);
  await copyFile(join(library, "dailies.db"), join(dataDir, "dailies.db"));
  const database = openDatabase(join(dataDir, "dailies.db"));
  const catalog = createSqliteCatalog({ whenEnded: runEnded, database });
  const count = bench.quick ? 200 : 2_000;
  const rounds = Math.min(bench.rounds, 3);
  const series = { bare: [], one: [], ten: [], hundred: [] } as Record<
    "bare" | "one" | "ten" | "hundred",
    number[]
  >;
  const few: { taken: number[]; perSecond: number }[] = [];
  const many: { taken: number[]; perSecond: number }[] = [];
  try {
    const subjects = await subjectsOf(catalog, count);
    await keepOpen(catalog, await subjectsOf(catalog, count * rounds));
    for (let round = 0; round < rounds; round += 1) {
      bench.note(`round ${round + 1}`);
      series.bare.push(bareCommits(join(bench.folder, `bare-${round}.db`), count));
      series.one.push(await enqueue(catalog, subjects, 1, round));
      few.push(await claims(database, catalog, count / 2));
      series.ten.push(await enqueue(catalog, subjects, 10, round));
      series.hundred.push(await enqueue(catalog, subjects, 100, round));
    }
    bench.note(`${size.media} waiting jobs`);
    database.exec("PRAGMA synchronous = OFF");
    for (let from = 0; from < size.media; from += 10_000) {
      const limit = Math.min(10_000, size.media - from);
      const after = from === 0 ? {} : { after: nameOf(from - 1) };
      const some = await catalog.listMedia({ ...after, limit });
      await enqueue(catalog, some, 100, -1);
    }
    database.exec("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = FULL");
    for (let round = 0; round < rounds; round += 1)
      many.push(await claims(database, catalog, count));
  } finally {
    await catalog.close();
  }
  const bare = { what: "bare one-row commits", measured: spreadOf(series.bare) };
  const perSecond = (what: string, values: number[], target?: number): Row => ({
    what,
    unit: "/s",
    measured: spreadOf(values),
    comparison: bare,
    ...(target === undefined ? {} : { target: atLeast(target) }),
  });
  const latency = (what: string, of: typeof few, target?: number): Row => ({
    what: `${what}, p99`,
    unit: "ms",
    measured: spreadOf(of.map(({ taken }) => quantile(taken, 0.99))),
    comparison: { what: "p50", measured: spreadOf(of.map(({ taken }) => quantile(taken, 0.5))) },
    ...(target === undefined ? {} : { target: atMost(target) }),
  });
  const million = `${size.media.toLocaleString("en")} waiting`;
  return {
    rows: [
      perSecond("enqueue, a commit each", series.one, 2_000),
      perSecond("enqueue, ten a commit", series.ten),
      perSecond("enqueue, a hundred a commit", series.hundred, 2_000),
      latency("claim, few waiting", few),
      latency(`claim, ${million}`, many, 5),
      perSecond(
        "claim and finish, few waiting",
        few.map((one) => one.perSecond),
      ),
      perSecond(
        `claim and finish, ${million}`,
        many.map((one) => one.perSecond),
      ),
    ],
    remarks: [
      "Every commit reaches the disk (`synchronous=FULL`). The last column has the number of bare one-row " +
        "commits that the disk accepts in a second.",
      `The library has ${size.media.toLocaleString("en")} media files. A claim is measured from the call to its return, including its commit.`,
    ],
  };
}
