import fc from "fast-check";
import { expect } from "vitest";
import type { Change, JobOutcome, Write } from "../../src/catalog/catalog.ts";
import { receive as receiveArrival } from "../../src/app/receive.ts";
import { replayedEvents } from "../../src/app/replay.ts";
import type { MediaEvent } from "../../src/media/event.ts";
import type { JobFailure } from "../../src/media/job.ts";
import { follow, type PipelineSettings } from "../../src/pipeline.ts";
import { defaultProfile } from "../../src/transcode/profile.ts";
import { currentJobs, isOpen, type MediaRecord } from "../../src/catalog/record.ts";
import type { HeldSlot } from "../../src/state/memory/state.fixture.ts";
import { checkInvariants } from "./invariants.ts";
import { outcomeOf } from "./outcomes.ts";
import { expectedTables, readTables } from "./tables.ts";
import { apply, claim, clock, die, emptyTrash, handBack, type World } from "./world.ts";

/** Something that happens to a catalog. */
type Happening = (world: World) => Promise<unknown>;

const names = ["a.mp4", "b.mp4", "a.mov"];

const settingsOf = (variant: number): PipelineSettings => ({
  profile: defaultProfile,
  transcoder: `transcoder-${variant % 2}`,
  transcriber: "transcriber",
  labeler: `labeler-${variant % 3}`,
  languageCode: variant % 2 === 0 ? "en-US" : "de-DE",
});

const pick = <T>(list: readonly T[], at: number): T | undefined =>
  list[at % Math.max(1, list.length)];
const nameAt = (at: number) => names[at % names.length] ?? "a.mp4";
const recordAt = ({ state }: World, at: number) => pick([...state.records.values()], at);

const owners = ["anna", "anna", "anna", "berta"];

/** Versions of that owner's media files with these bytes of which something is known, there or just removed. */
function twinsOf({ state }: World, sha256: string, owner: string): string[] {
  const kept = [...state.kept.values()].flatMap(
    ({ record: { media } }) => state.find(media, clock.now) ?? [],
  );
  return [...state.records.values(), ...kept]
    .filter(({ media }) => media.sha256 === sha256 && media.owner === owner && media.facts)
    .map(({ media }) => media.version);
}

/** A file arrives: new, the same again, other bytes under its name, or what another media has, too. */
const receive =
  (at: number, bytes: number, variant: number): Happening =>
  async (world) => {
    const name = nameAt(at);
    const owner = owners[at % owners.length] ?? "anna";
    const sha256 = String(bytes);
    const twin = await world.catalog.findTwin({ sha256, owner });
    const twins = twinsOf(world, sha256, owner);
    if (twin === undefined) expect(twins).toEqual([]);
    else expect(twins).toContain(twin.version);
    const source = {
      bucket: "uploads",
      key: name,
      version: world.newId(),
      sha256,
      sizeBytes: 1,
      contentType: "",
    } as const;
    const catalog = {
      ...world.catalog,
      applyAndGet: async (write: Write) =>
        (await apply(world, write)) === "applied" ? world.catalog.getMedia(name) : undefined,
    };
    const before = world.state.records.get(name)?.media;
    const ports = { catalog, engines: async () => ({ settingsFor: () => settingsOf(variant) }) };
    const known = await world.catalog.getMedia(name);
    const arriving = receiveArrival(ports, source, { owner, replace: true }, known);
    if (before !== undefined && before.owner !== owner)
      return expect(arriving).rejects.toMatchObject({ code: "not_yours" });
    const { change } = await arriving;
    const isNew = before?.sha256 !== sha256;
    const created = before === undefined ? "created" : "replaced";
    expect(change).toBe(isNew ? (twin === undefined ? created : "shared") : "unchanged");
  };

/** An event that happened some time ago comes once more: of this version or of one that is no more. */
const repeatEvent =
  (at: number, variant: number): Happening =>
  async (world) => {
    const event = pick(world.state.events, at)?.event;
    if (event === undefined || event.type === "object.removed") return;
    await apply(world, {
      expect: { name: event.name, version: event.version },
      changes: follow(event, settingsOf(variant)),
    });
  };

const broken: JobFailure = { code: "damaged_media", message: "m", remedy: "r" };

function outcomeFor(how: "succeed" | "fail" | "again" | "later", cancelled: boolean): JobOutcome {
  if (cancelled) return { state: "cancelled" };
  const details = { stderr: `at ${clock.now}\n/tmp/x/y.mp4: broken` };
  const failure = { failure: broken, details };
  switch (how) {
    case "succeed":
      return { state: "succeeded", notes: [] };
    case "fail":
      return { state: "failed", ...failure };
    case "again":
      return { state: "queued", runAfter: clock.now - 1, ...failure };
    case "later":
      return { state: "queued", runAfter: clock.now + 200_000, ...failure };
  }
}

/** An execution comes to its end, in time or too late, and commits as the worker does. */
async function finish(
  world: World,
  held: HeldSlot,
  how: "succeed" | "fail" | "again" | "later",
  variant: number,
): Promise<void> {
  const { jobId, attempt, name, version, step } = held;
  const record = world.state.records.get(name);
  const job = record?.jobs.find(({ id }) => id === jobId);
  const cancelled = job?.running?.isCancelRequested === true;
  const outcome = outcomeFor(how, cancelled);
  const sha256 = record?.media.sha256 ?? "0";
  const result =
    outcome.state === "succeeded" && job !== undefined
      ? outcomeOf(job, { sha256, newId: world.newId })
      : { changes: [], events: [] };
  const failed: MediaEvent = { type: "step.failed", name, version, step, code: broken.code };
  const events = outcome.state === "failed" ? [failed] : result.events;
  const applied = await apply(world, {
    expect: { name, version, attempt },
    changes: [
      ...result.changes,
      { type: "finishJob", attempt, outcome },
      ...events.flatMap((event): Change[] => [
        { type: "event", event },
        ...follow(event, settingsOf(variant)),
      ]),
    ],
  });
  if (applied === "superseded") await handBack(world, held);
}

const finishOne =
  (at: number, how: "succeed" | "fail" | "again" | "later", variant: number): Happening =>
  async (world) => {
    const held = pick([...world.state.slots.values()], at);
    if (held !== undefined) await finish(world, held, how, variant);
  };

/** Works a while undisturbed, so that sequences get to the later steps. */
const workOff =
  (jobs: number, variant: number): Happening =>
  async (world) => {
    const [session] = world.sessions;
    if (session === undefined) return;
    for (let done = 0; done < jobs; done += 1) {
      await claim(world, session);
      const [held] = world.state.slots.values();
      if (held === undefined) return;
      await finish(world, held, "succeed", variant);
    }
  };

/** The last words of a process that was given up. */
const finishGhost =
  (at: number): Happening =>
  async (world) => {
    const ghost = pick(world.ghosts, at);
    if (ghost !== undefined) await finish(world, ghost, "succeed", 0);
  };

const cancel =
  (at: number): Happening =>
  async (world) => {
    const found = recordAt(world, at);
    if (found === undefined) return;
    const { name, version } = found.media;
    const open = currentJobs(found).filter(isOpen);
    await apply(world, {
      expect: { name, version },
      changes: open.map(({ id: jobId }): Change => ({ type: "cancel", jobId })),
    });
  };

async function ask(world: World, found: MediaRecord, variant: number, retries: boolean) {
  const { name, version } = found.media;
  const known = await world.catalog.getMedia(name);
  if (known === undefined) throw new Error(`the catalog has lost ${name}`);
  const events = await replayedEvents(world.catalog, known);
  const undone = currentJobs(found).filter(
    ({ state }) => state === "failed" || state === "cancelled",
  );
  await apply(world, {
    expect: { name, version },
    changes: [
      ...(retries ? undone : []).map(({ id: jobId }): Change => ({ type: "retry", jobId })),
      ...events.flatMap((event) => follow(event, settingsOf(variant))),
    ],
  });
}

/** Somebody says how speech is to be transcribed. */
const requestTranscription =
  (at: number, variant: number): Happening =>
  async (world) => {
    const found = recordAt(world, at);
    if (found === undefined) return;
    const { name, version } = found.media;
    const speech = { speakers: variant + 1 };
    await apply(world, {
      expect: { name, version },
      changes: [
        { type: "event", event: { type: "transcription.requested", speech, name, version } },
      ],
    });
    expect(await world.catalog.transcriptionOptions({ name, version })).toEqual(speech);
    expect(recordAt(world, at)?.transcriptionOptions).toEqual(speech);
  };

const askAgain =
  (at: number, variant: number, retries: boolean): Happening =>
  async (world) => {
    const found = recordAt(world, at);
    if (found !== undefined) await ask(world, found, variant, retries);
  };

const remove =
  (at: number, keepBytesMs: number): Happening =>
  async (world) => {
    const found = recordAt(world, at);
    if (found === undefined) return;
    const { name, version } = found.media;
    const subject = { name, version };
    await apply(world, {
      expect: subject,
      changes: [
        { type: "event", event: { type: "object.removed", ...subject } },
        { type: "removeMedia", name, keepBytesMs },
        { type: "event", event: { type: "media.removed", ...subject } },
      ],
    });
  };

/** A result was found to be lost. */
const redo =
  (at: number, waits: boolean): Happening =>
  async (world) => {
    const job = pick(
      [...world.state.records.values()].flatMap(({ jobs: all }) => all),
      at,
    );
    if (job === undefined) return;
    const { name, version } = job;
    await apply(world, {
      expect: { name, version },
      changes: [{ type: "redo", jobId: job.id, waits }],
    });
  };

/** Enough that nothing is kept any more for a rename, and that what was put off is due. */
const passTime: Happening = async () => void (clock.now += 250_000);

const claims =
  (at: number, jobs: number): Happening =>
  async (world) => {
    const session = pick(world.sessions, at);
    if (session === undefined) return;
    for (let taken = 0; taken < jobs; taken += 1) await claim(world, session);
  };

const handBackOne =
  (at: number): Happening =>
  async (world) => {
    const held = pick([...world.state.slots.values()], at);
    if (held !== undefined) await handBack(world, held);
  };

const dieOne =
  (at: number): Happening =>
  async (world) => {
    const session = pick(world.sessions, at);
    if (session !== undefined) await die(world, session);
  };

const pause =
  (paused: boolean): Happening =>
  async (world) => {
    const queue = world.sessions[0]?.queue;
    await (paused ? queue?.pause() : queue?.resume());
  };

/** Equal rows are equal texts, which is quickly seen; others are shown. */
function expectSame(rows: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(rows) !== JSON.stringify(expected)) expect(rows, what).toEqual(expected);
}

/** The catalog is what the rules say, and nothing is as it must never be. */
async function check({ database, state, store }: World): Promise<void> {
  const tables = readTables(database, clock.now);
  const expected = expectedTables(state, clock.now);
  for (const [name, rows] of Object.entries(tables)) expectSame(rows, expected[name], name);
  checkInvariants(state, store);
}

/** A happening as fast-check runs it: with a name to print, and a look at everything after it. */
function command(name: string, happen: Happening): fc.AsyncCommand<object, World> {
  return {
    check: () => true,
    run: async (_model, world) => {
      clock.now += 7;
      await happen(world);
      await check(world);
    },
    toString: () => name,
  };
}

const at = fc.nat({ max: 99 });
const bytes = fc.nat({ max: 7 });
const variant = fc.nat({ max: 5 });
const jobs = fc.nat({ max: 12 });
const how = fc.constantFrom("succeed", "succeed", "fail", "again", "later");

function kind<T extends unknown[]>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  make: (...given: T) => Happening,
): fc.Arbitrary<fc.AsyncCommand<object, World>> {
  return arbitrary.map((given) => command(`${name}(${given.join(", ")})`, make(...given)));
}

/** Everything that can happen; what happens often in life is there more than once. */
export const commands: fc.Arbitrary<fc.AsyncCommand<object, World>>[] = [
  kind("receive", fc.tuple(at, bytes, variant), receive),
  kind("receive", fc.tuple(at, bytes, variant), receive),
  kind("claims", fc.tuple(at, jobs), claims),
  kind("claims", fc.tuple(at, jobs), claims),
  kind("finish", fc.tuple(at, how, variant), finishOne),
  kind("finish", fc.tuple(at, how, variant), finishOne),
  kind("workOff", fc.tuple(jobs, variant), workOff),
  kind("workOff", fc.tuple(jobs, variant), workOff),
  kind("repeatEvent", fc.tuple(at, variant), repeatEvent),
  kind("repeatEvent", fc.tuple(at, variant), repeatEvent),
  kind("finishGhost", fc.tuple(at), finishGhost),
  kind("cancel", fc.tuple(at), cancel),
  kind("ask", fc.tuple(at, variant, fc.boolean()), askAgain),
  kind("ask", fc.tuple(at, variant, fc.boolean()), askAgain),
  kind("requestTranscription", fc.tuple(at, variant), requestTranscription),
  kind("remove", fc.tuple(at, fc.constantFrom(0, 60_000, 60_000)), remove),
  kind("redo", fc.tuple(at, fc.boolean()), redo),
  kind("passTime", fc.tuple(), () => passTime),
  kind("handBack", fc.tuple(at), handBackOne),
  kind("die", fc.tuple(at), dieOne),
  kind("emptyTrash", fc.tuple(), () => emptyTrash),
  kind("pause", fc.tuple(fc.constantFrom(true, false, false)), pause),
];
