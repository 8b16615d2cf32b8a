import { setTimeout as sleep } from "node:timers/promises";
import type { Change } from "../catalog/catalog.ts";
import { mediaNamed } from "./media-named.ts";
import type { Parts } from "./parts.ts";

/** A worker hears of it within a second, and its child processes end soon after. */
const stopMs = 6_000;

/**
 * Cancels what a media has queued or running, and waits until it has stopped; how many steps that were.
 * What finishes just then may bring new jobs: they are cancelled, too.
 * @throws MediaError `not_found`
 */
export async function cancel({ catalog }: Parts, name: string): Promise<number> {
  const cancelled = new Set<string>();
  for (const startedAt = Date.now(); ; await sleep(100)) {
    const { version } = await mediaNamed({ catalog }, name);
    const jobs = await catalog.listJobs({ version });
    const open = jobs.filter((job) => job.state === "queued" || job.state === "running");
    if (open.length === 0 || Date.now() - startedAt > stopMs)
      return jobs.filter((job) => cancelled.has(job.id) && job.state !== "succeeded").length;
    const news = open.filter((job) => !cancelled.has(job.id));
    for (const job of news) cancelled.add(job.id);
    if (news.length === 0) continue;
    await catalog.apply({
      expect: { name, version },
      changes: [
        ...news.map((job): Change => ({ type: "cancel", jobId: job.id })),
        { type: "settle", version },
      ],
    });
  }
}
