import { expect } from "vitest";
import { isOpen, jobsOf } from "./model.ts";
import type { World } from "./world.ts";

const sorted = (values: Iterable<string>) => [...values].toSorted();

/** What the real catalog holds, in the words of the model. */
async function real({ catalog, database }: World) {
  const media = await catalog.listMedia({});
  const column = (sql: string) =>
    sorted(
      database
        .prepare(sql)
        .all()
        .map((row) => Object.values(row).join(" ")),
    );
  return {
    media: await Promise.all(
      media.map(async ({ name, version, state, type }) => ({
        name,
        version,
        state,
        type,
        labels: (await catalog.getLabels(version)).map((label) => label.name).toSorted(),
        outputs: (await catalog.listOutputs(version)).map((output) => output.version).toSorted(),
        jobs: (await catalog.listJobs({ name })).map(
          (job) => `${job.id} ${job.step} ${job.state} ${job.attempts}`,
        ),
      })),
    ),
    replaced: column("SELECT id, state FROM jobs WHERE current = 0"),
    objects: column("SELECT version FROM objects"),
    trash: (await catalog.listTrash()).map(({ version }) => version).toSorted(),
    held: column("SELECT attempt FROM held_slots"),
    found: column("SELECT name FROM search"),
    events: database
      .prepare("SELECT event FROM events ORDER BY sequence")
      .all()
      .map((row) => JSON.parse(String(row["event"])) as object),
  };
}

/** What the model says that it should hold. */
function expected({ model }: World): Awaited<ReturnType<typeof real>> {
  const media = [...model.media.values()].toSorted((a, b) =>
    a.media.name < b.media.name ? -1 : 1,
  );
  const objects = [...model.objects.values()];
  return {
    media: media.map(({ media: { name, version }, state, facts, labels }) => ({
      name,
      version,
      state,
      type: facts?.type,
      labels: [...labels],
      outputs: objects
        .filter(
          ({ object, mediaVersion }) => object.bucket === "outputs" && mediaVersion === version,
        )
        .map(({ object }) => object.version)
        .toSorted(),
      jobs: jobsOf(model, version)
        .filter(({ current }) => current)
        .toSorted((a, b) => a.sequence - b.sequence)
        .map(
          ({ job, state: jobState, attempts }) => `${job.id} ${job.step} ${jobState} ${attempts}`,
        ),
    })),
    replaced: sorted(
      [...model.jobs.values()]
        .filter(({ current }) => !current)
        .map(({ job, state }) => `${job.id} ${state}`),
    ),
    objects: sorted(objects.map(({ object }) => object.version)),
    trash: sorted(model.trash),
    held: sorted(model.held.keys()),
    found: sorted(media.filter(({ indexed }) => indexed).map(({ media: { name } }) => name)),
    events: model.events,
  };
}

/** What must hold whatever has happened, said without the model's rules. */
function checkInvariants({ model, store }: World): void {
  const versions = new Set([...model.media.values()].map(({ media }) => media.version));
  for (const { mediaVersion } of model.objects.values())
    expect(versions, "an object of a version that is no more").toContain(mediaVersion);
  for (const { media, state } of model.media.values()) {
    const open = jobsOf(model, media.version).some((job) => job.current && isOpen(job));
    expect(state === "processing", `${media.name} is ${state}`).toBe(open);
  }
  const known = new Set([
    ...model.trash,
    ...model.kept,
    ...[...model.objects.values()].map(({ object }) => object.version),
  ]);
  expect(sorted(store), "every stored byte is some record's or in the trash").toEqual(
    sorted(known),
  );

  const settled = new Map<string, number>();
  for (const { type, version } of model.events) {
    const change = type === "media.ready" || type === "media.failed" ? 1 : 0;
    settled.set(version, (settled.get(version) ?? 0) + change);
  }
  for (const { media, state } of model.media.values())
    if (state !== "processing")
      expect(settled.get(media.version), "a settled media was said to be").toBeGreaterThan(0);
}

/** After each command: the catalog is what the model says, and nothing is as it must never be. */
export async function check(world: World): Promise<void> {
  expect(await real(world)).toEqual(expected(world));
  checkInvariants(world);
}
