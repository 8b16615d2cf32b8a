// Measures the queue under load: enqueues and claims with many waiting jobs, then several processes at
// once. Usage: node scripts/queue.ts [waiting] [processes] [seconds]
import { runEnded } from "../src/pipeline.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { createSqliteCatalog } from "../src/state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../src/state/sqlite/open.ts";
import { enterSession } from "../src/state/sqlite/sessions.ts";
import { createIdSource, newSession } from "../src/media/ids.ts";
import { newJob, slotOf, type SlotKind, type Step } from "../src/media/job.ts";
import type { Claim } from "../src/queue/job-queue.ts";
import { createSqliteQueue } from "../src/state/sqlite/queue/queue.ts";
import {
  mostAtOnce,
  putMedia,
  quantile,
  startProcess,
  timesFinished,
} from "../test/queue/processes.ts";

const waiting = Number(process.argv[2] ?? 1_000_000);
const processes = Number(process.argv[3] ?? 4);
const seconds = Number(process.argv[4] ?? 20);
const slots = { light: 4, picture: 4, transcode: 2, speech: 2, vision: 2 };
const steps: readonly Step[] = ["audio", "poster", "video", "gif", "label"];
const folder = mkdtempSync(join(tmpdir(), "dailies-queue-"));
const path = join(folder, "dailies.db");
const database = openDatabase(path);
const [session, neighbour] = [newSession(), newSession()];
const newId = createIdSource(session);
const catalog = createSqliteCatalog({ whenEnded: runEnded, database });
const queue = createSqliteQueue({ whenEnded: runEnded, database, session, newId });
await enterSession(database, session);

/** Writes the rows that `apply` would write for the waiting jobs, in one transaction. One session requests a third of them. */
function fill(to: DatabaseSync): void {
  to.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN");
  const now = Date.now();
  const put = to.prepare(
    `INSERT INTO media (name, version, owner, sha256, size_bytes, state, created_at, updated_at)
     VALUES (?, ?, 'local', ?, 1, 'processing', ?, ?)`,
  );
  const enqueue = to.prepare(
    `INSERT INTO jobs (id, name, version, owner, step, part, settings, kind, priority, state, requested_by, enqueued_at, run_after)
     VALUES (?, ?, ?, 'local', ?, ?, ?, ?, ?, 'queued', ?, ?, ?)`,
  );
  for (let n = 0; n < waiting / steps.length; n += 1) {
    const media = { name: `folder-${n % 1_000}/clip-${n}.mp4`, version: newId() };
    put.run(media.name, media.version, media.version, now, now);
    for (const step of steps) {
      const job = newJob(media, step, { engine: "ffmpeg" });
      const { kind, priority } = slotOf(step);
      const asked = n % 3 === 0 ? neighbour : null;
      const delayed = n % 50 === 0 ? now + Math.floor(Math.random() * 120_000) : null;
      const { name, version } = media;
      const settings = JSON.stringify(job.settings);
      enqueue.run(job.id, name, version, step, step, settings, kind, priority, asked, now, delayed);
    }
  }
  to.exec("COMMIT; PRAGMA synchronous = FULL; PRAGMA cache_size = -8000");
  to.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

function say(what: string, times: readonly number[]): void {
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)].map((ms) => ms.toFixed(2));
  console.log(`${what}: p50 ${p50} ms, p99 ${p99} ms, longest ${Math.max(...times).toFixed(1)} ms`);
}

async function enqueues(): Promise<void> {
  const rate = async (what: string, jobs: number, work: () => Promise<unknown>) => {
    const startedAt = performance.now();
    await work();
    const perSecond = (jobs / (performance.now() - startedAt)) * 1_000;
    console.log(`enqueues, ${what}: ${Math.round(perSecond)} a second`);
  };
  let count = 0;
  const put = () => {
    count += 1;
    return putMedia(catalog, { name: `new-${count}`, version: newId() }, steps);
  };
  await rate("one media of 5 jobs after the other", 200 * 5, async () => {
    for (let n = 0; n < 200; n += 1) await put();
  });
  await rate("50 media at a time", 2_000 * 5, async () => {
    for (let n = 0; n < 40; n += 1) await Promise.all(Array.from({ length: 50 }, put));
  });
}

async function finish({ media, attempt }: Claim): Promise<void> {
  await catalog.apply({
    expect: { name: media.name, version: media.version, attempt },
    changes: [{ type: "finishJob", attempt, outcome: { state: "succeeded", notes: [] } }],
  });
}

/** Claims and finishes jobs in turn and always holds a few. Each finish waits for the disk. */
async function claims(what: string, from: { requestedBy?: string }): Promise<void> {
  const [claimTimes, finishTimes]: [number[], number[]] = [[], []];
  const timed = async <T>(times: number[], work: () => Promise<T>) => {
    const startedAt = performance.now();
    const result = await work();
    times.push(performance.now() - startedAt);
    return result;
  };
  const held: Claim[] = [];
  while (claimTimes.length < 3_000) {
    const claim = await timed(claimTimes, () => queue.claim({ slots, ...from }));
    if (claim !== undefined) held.push(claim);
    const done = claim === undefined || held.length > 6 ? held.shift() : undefined;
    if (done !== undefined) await timed(finishTimes, () => finish(done));
  }
  for (const { attempt } of held) await queue.handBack(attempt);
  say(`claims ${what}`, claimTimes);
  say(`finishes ${what}`, finishTimes);
}

console.log(`filling in ${waiting} jobs …`);
fill(database);
await enqueues();
await claims("of anything", {});
await claims("of one session's jobs", { requestedBy: neighbour });

console.log(`${processes} processes for ${seconds} s …`);
const order = { path, slots, jobMs: 20, forMs: seconds * 1_000, returnRate: 0.02 };
const dying = Array.from({ length: 2 }, (_, n) =>
  startProcess({ ...order, dieAfter: 50 + n * 50 }),
);
const all = await Promise.all([
  ...Array.from({ length: processes }, () => startProcess(order)),
  ...dying,
]);
const wrong: string[] = [];
for (const { stderr } of all) if (stderr.trim() !== "") wrong.push(stderr);
for (const kind of Object.keys(slots) as SlotKind[]) {
  const most = mostAtOnce(all, kind);
  console.log(`${kind}: at most ${most} of ${slots[kind]} slots at once`);
  if (most > slots[kind]) wrong.push(`${kind}: ${most} at once, not ${slots[kind]}`);
}
const times = timesFinished(all);
const twice = [...times].filter(([, count]) => count > 1);
if (twice.length > 0) wrong.push(`${twice.length} jobs were finished twice`);
const perProcess = all.map((one) => timesFinished([one]).size);
console.log(`${times.size} jobs finished; by process: ${perProcess.join(", ")}`);
say(
  "claims of all processes",
  all.flatMap(({ lines }) =>
    lines.flatMap((line) => (line.type === "claimed" ? [line.tookMs] : [])),
  ),
);
if (perProcess.slice(0, processes).some((count) => count === 0))
  wrong.push("a process got nothing");
for (const line of wrong) console.error(line);
await catalog.close();
rmSync(folder, { recursive: true });
process.exitCode = wrong.length === 0 ? 0 : 1;
