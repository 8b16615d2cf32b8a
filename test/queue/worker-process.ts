// One of several processes that claim and finish jobs of one database as fast as they can. It writes a
// line for each start and each end, with the time of a clock that all processes of the machine share.
// So the lines of all processes together show which jobs ran at the same time.
import { runEnded } from "../../src/pipeline.ts";
import { createSqliteCatalog } from "../../src/state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../../src/state/sqlite/open.ts";
import { enterSession, leaveSession } from "../../src/state/sqlite/sessions.ts";
import { createIdSource, newSession } from "../../src/media/ids.ts";
import { slotOf } from "../../src/media/job.ts";
import type { Claim } from "../../src/queue/job-queue.ts";
import { createSqliteQueue } from "../../src/state/sqlite/queue/queue.ts";
import type { Line, Order } from "./processes.ts";

const order = JSON.parse(process.argv[2] ?? "") as Order;
const database = openDatabase(order.path);
const session = newSession();
const newId = createIdSource(session);
const catalog = createSqliteCatalog({ whenEnded: runEnded, database });
const queue = createSqliteQueue({ whenEnded: runEnded, database, session, newId });
await enterSession(database, session);

const say = (line: Line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const clock = () => Number(process.hrtime.bigint()) / 1e6;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function finish({ job, media, attempt }: Claim): Promise<void> {
  if (Math.random() < order.returnRate) return queue.handBack(attempt);
  const applied = await catalog.apply({
    expect: { name: media.name, version: media.version, attempt },
    changes: [{ type: "finishJob", attempt, outcome: { state: "succeeded", notes: [] } }],
  });
  say({ type: applied, job: job.id });
}

async function work(claim: Claim): Promise<void> {
  const { job, media, attempt } = claim;
  const subject = {
    job: job.id,
    attempt,
    kind: slotOf(job.step, media.type).kind,
    version: job.version,
  };
  say({ type: "begin", at: clock(), ...subject });
  await sleep(Math.random() * order.jobMs * 2);
  say({ type: "end", at: clock(), attempt });
  await finish(claim);
}

/** Claims and finishes jobs as fast as it can, several at a time. */
async function hammer(until: number): Promise<void> {
  const running = new Set<Promise<void>>();
  let claimed = 0;
  for (let idle = 0; idle < 3 && clock() < until;) {
    const startedAt = clock();
    const claim = await queue.claim({ slots: order.slots });
    if (claim === undefined) {
      if (running.size === 0) await queue.recover();
      const [open] = await catalog.listJobs({ state: "queued", limit: 1 });
      idle = open === undefined && running.size === 0 ? idle + 1 : 0;
      await sleep(2 + Math.random() * 8);
      continue;
    }
    say({ type: "claimed", tookMs: clock() - startedAt });
    const job = work(claim).finally(() => running.delete(job));
    running.add(job);
    claimed += 1;
    if (claimed === order.dieAfter) process.kill(process.pid, "SIGKILL");
  }
  await Promise.all(running);
}

await hammer(clock() + order.forMs);
await leaveSession(database, session);
await catalog.close();
