import { setTimeout as sleep } from "node:timers/promises";
import type { Change } from "../catalog/catalog.ts";
import { find } from "./find.ts";
import type { Ports } from "./ports.ts";

/** A worker learns of it within a second, and its child processes end soon after. */
const stopMs = 6_000;

/**
 * Cancels the queued and running steps of a media file, and waits until they have stopped. A step that
 * finishes in that moment may enqueue new ones: they are cancelled, too. Returns how many steps.
 * @throws MediaError `not_found`
 */
export async function cancel(
  { catalog, enter }: Pick<Ports, "catalog" | "enter">,
  name: string,
): Promise<number> {
  await enter();
  const cancelled = new Set<string>();
  for (const startedAt = Date.now(); ; await sleep(100)) {
    const media = await find({ catalog }, name);
    const { version } = media;
    const jobs = await catalog.listJobs({ media });
    const open = jobs.filter((job) => job.state === "queued" || job.state === "running");
    if (open.length === 0 || Date.now() - startedAt > stopMs)
      return jobs.filter((job) => cancelled.has(job.id) && job.state !== "succeeded").length;
    const news = open.filter((job) => !cancelled.has(job.id));
    for (const job of news) cancelled.add(job.id);
    if (news.length === 0) continue;
    await catalog.apply({
      expect: { name, version },
      changes: news.map((job): Change => ({ type: "cancel", jobId: job.id })),
    });
  }
}
