import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newJob } from "../media/job.ts";
import type { Media } from "../media/media.ts";
import { pictureFacts } from "../../test/support/picture-facts.ts";
import type { Catalog, Change } from "./catalog.ts";
import { mediaSorts, type JobPage, type JobPageQuery, type MediaPageQuery } from "./pages.ts";

/** What every catalog must answer a service. */
export function pagesContract(name: string, open: () => Promise<Catalog>): void {
  describe(`${name}: pages`, () => {
    let catalog: Catalog;
    let count = 0;
    beforeEach(async () => void (catalog = await open()));
    afterEach(() => catalog.close());

    const put = async (
      media: { name: string; owner?: string; labels?: readonly string[]; type?: "image" | "video" },
      more: (version: string) => readonly Change[] = () => [],
    ): Promise<string> => {
      const { name: key, owner = "local", labels = [], type } = media;
      const version = `v${(count += 1)}`;
      const bytes = { sha256: String(count), sizeBytes: 1 };
      const source = { bucket: "uploads", key, version, ...bytes, contentType: "" } as const;
      await catalog.apply({
        expect: { name: key, version: (await catalog.getMedia(key))?.version ?? null },
        changes: [
          { type: "putMedia", media: { name: key, version, owner, ...bytes }, source },
          ...(type === undefined
            ? []
            : [{ type: "setFacts", version, facts: pictureFacts(type, 8, 8) } as const]),
          {
            type: "putLabels",
            version,
            labels: labels.map((label) => ({ name: label, confidence: 0.5, parents: [] })),
          },
          ...more(version),
        ],
      });
      return version;
    };

    it("brief lists have names, types and labels", async () => {
      await put({ name: "b", labels: ["Dog", "Animal"], type: "image" });
      await put({ name: "a" });
      await put({ name: "c", owner: "anna", type: "image" });
      expect(await catalog.listBriefs({ owner: "local" })).toEqual([
        { name: "a", labels: [] },
        { name: "b", type: "image", labels: ["Animal", "Dog"] },
      ]);
      const found = { name: "b", type: "image", labels: ["Animal", "Dog"] };
      expect(await catalog.getBrief("b", "local")).toEqual(found);
      expect(await catalog.getBrief("b", "anna")).toBeUndefined();
      expect(await catalog.getBrief("d", "local")).toBeUndefined();
      const after = await catalog.listBriefs({
        owner: "local",
        after: "a",
        limit: 1,
        label: "dog",
      });
      expect(after.map((brief) => brief.name)).toEqual(["b"]);
    });

    it("pages together are the whole list, in its order, in every order and with every filter", async () => {
      const made: (Media & { labels: string[] })[] = [];
      const owners = ["local", "anna"];
      for (const [index, key] of ["a/1", "a/2", "a/3", "b", "b/1", "ü", "z"].entries()) {
        const labels = index % 2 === 0 ? ["Dog"] : ["Cat", "Dog"];
        const owner = owners[index % 4 === 3 ? 1 : 0] ?? "";
        const type = index % 3 === 0 ? ("video" as const) : ("image" as const);
        await put({ name: key, labels, owner, type }, (version) =>
          index % 2 === 0 ? [{ type: "endRun", version, state: "ready" }] : [],
        );
        const media = await catalog.getMedia(key);
        if (media !== undefined) made.push({ ...media, labels });
      }
      const maybe = <T>(...values: T[]) =>
        fc.option(fc.constantFrom(...values), { nil: undefined });
      const query = fc.record({
        owner: fc.constantFrom("local", "anna", "nobody"),
        sort: fc.constantFrom(...mediaSorts),
        descending: fc.boolean(),
        limit: fc.integer({ min: 1, max: 4 }),
        label: maybe("dog", "Cat"),
        type: maybe("video" as const, "image" as const),
        state: maybe("processing" as const, "ready" as const),
        startsWith: maybe("", "a/", "b"),
        createdFrom: maybe(made[2]?.createdAt ?? 0),
        createdBefore: maybe(made[5]?.createdAt ?? 0),
      });
      const known = (object: object) =>
        Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
      await fc.assert(
        fc.asyncProperty(query, async (raw) => {
          const asked = known(raw) as unknown as MediaPageQuery;
          const key = (media: Media) => (asked.sort === "name" ? "" : media[asked.sort]);
          const expected = made
            .filter(
              (media) =>
                media.owner === asked.owner &&
                (asked.type === undefined || media.type === asked.type) &&
                (asked.state === undefined || media.state === asked.state) &&
                (asked.label === undefined ||
                  media.labels.some(
                    (label) => label.toLowerCase() === asked.label?.toLowerCase(),
                  )) &&
                media.name.startsWith(asked.startsWith ?? "") &&
                media.createdAt >= (asked.createdFrom ?? 0) &&
                media.createdAt < (asked.createdBefore ?? Infinity),
            )
            .toSorted((a, b) =>
              key(a) === key(b) ? (a.name < b.name ? -1 : 1) : key(a) < key(b) ? -1 : 1,
            )
            .map((media) => media.name);
          if (asked.descending) expected.reverse();
          const found: string[] = [];
          let after: MediaPageQuery["after"];
          for (let pages = 0; pages < 10; pages += 1) {
            const place = after === undefined ? { countUpTo: 100 } : { after };
            const page = await catalog.pageMedia({ ...asked, ...place });
            if (pages === 0) expect(page.count).toBe(expected.length);
            expect(page.media.length).toBeLessThanOrEqual(asked.limit);
            found.push(...page.media.map((media) => media.name));
            after = page.next;
            if (after === undefined) break;
          }
          expect(found).toEqual(expected);
        }),
        { numRuns: 200 },
      );
    });

    it("a page has labels, the surest first, and what lists show of the facts", async () => {
      await put({ name: "a", labels: ["Dog", "Animal"], type: "image" });
      await put({ name: "b" });
      const query = { owner: "local", sort: "name", descending: false, limit: 9 } as const;
      const { media } = await catalog.pageMedia(query);
      const labels = ["Animal", "Dog"].map((label) => ({
        name: label,
        confidence: 0.5,
        parents: [],
      }));
      expect(media).toMatchObject([{ name: "a", width: 8, height: 8, labels }, { labels: [] }]);
      expect(Object.keys(media[1] ?? {})).not.toContain("width");
      for (const one of media) expect(one).not.toHaveProperty("facts");
    });

    it("counts no further than it is told", async () => {
      for (const key of ["a", "b", "c"]) await put({ name: key });
      const query = { owner: "local", sort: "name", descending: false, limit: 1 } as const;
      expect((await catalog.pageMedia({ ...query, countUpTo: 2 })).count).toBe(2);
    });

    it("a cursor is of one list in one order: another list refuses it", async () => {
      for (const key of ["a", "b"]) await put({ name: key });
      const query = { owner: "local", sort: "name", descending: false, limit: 1 } as const;
      const after = (await catalog.pageMedia(query)).next ?? "";
      const refused = { code: "invalid_argument" };
      for (const wrong of ["", "no cursor", "bm8"])
        await expect(catalog.pageMedia({ ...query, after: wrong })).rejects.toMatchObject(refused);
      const byTime = { ...query, sort: "createdAt", after } as const;
      await expect(catalog.pageMedia(byTime)).rejects.toMatchObject(refused);
      const jobs = { owner: "local", limit: 1, after };
      await expect(catalog.pageJobs(jobs)).rejects.toMatchObject(refused);
    });

    it("an owner's jobs come newest first, page by page", async () => {
      const job = (key: string, version: string): Change => ({
        type: "enqueue",
        job: newJob({ name: key, version }, "gif"),
      });
      for (const key of ["a", "b", "c"]) await put({ name: key }, (version) => [job(key, version)]);
      await put({ name: "d", owner: "anna" }, (version) => [job("d", version)]);
      const first = await catalog.pageJobs({ owner: "local", limit: 2 });
      expect(first.jobs.map((one) => one.name)).toEqual(["c", "b"]);
      const rest = { owner: "local", limit: 2, state: "queued", after: first.next ?? "" } as const;
      const last = await catalog.pageJobs(rest);
      expect(last.jobs.map((one) => one.name)).toEqual(["a"]);
      expect(last.next).toBeUndefined();
      expect((await catalog.pageJobs({ owner: "anna", limit: 9, step: "video" })).jobs).toEqual([]);
    });

    it("all owners' jobs come oldest first, page by page", async () => {
      const ids: string[] = [];
      for (const [index, key] of ["a", "b", "c", "d", "e"].entries())
        await put({ name: key, owner: index % 2 === 0 ? "anna" : "local" }, (version) => {
          const step = key === "b" ? "audio" : "gif";
          ids.push(key);
          const job = newJob({ name: key, version }, step);
          if (key === "d") return [{ type: "skip", job, reason: "no_video" }];
          return [{ type: "enqueue", job }];
        });
      const pages = async (query: Omit<JobPageQuery, "owner" | "after">) => {
        const found: string[][] = [];
        for (let after: string | undefined; ;) {
          const place = after === undefined ? {} : { after };
          const page: JobPage = await catalog.pageAllJobs({ ...query, ...place });
          found.push(page.jobs.map((job) => job.name));
          if (page.next === undefined) return found;
          after = page.next;
        }
      };
      expect(await pages({ limit: 2 })).toEqual([["a", "b"], ["c", "d"], ["e"]]);
      expect(await pages({ limit: 5 })).toEqual([ids]);
      expect(await pages({ limit: 2, state: "queued" })).toEqual([
        ["a", "b"],
        ["c", "e"],
      ]);
      expect(await pages({ limit: 2, state: "skipped" })).toEqual([["d"]]);
      expect(await pages({ limit: 2, step: "audio", state: "queued" })).toEqual([["b"]]);
      expect(await pages({ limit: 2, state: "failed" })).toEqual([[]]);
    });

    it("says how many jobs wait, since when, and how many go before one", async () => {
      const jobs = ["gif", "audio", "gif", "label"] as const;
      const ids: string[] = [];
      for (const [index, step] of jobs.entries()) {
        const key = `m${index}`;
        await put({ name: key }, (version) => {
          const job = newJob({ name: key, version }, step);
          ids.push(job.id);
          return [{ type: "enqueue", job }];
        });
      }
      const before = await Promise.all(ids.map((id) => catalog.jobsBefore(id)));
      expect(before).toEqual([1, 0, 2, 0]); // audio goes first
      expect(await catalog.jobsBefore("none")).toBeUndefined();
      const counts = await catalog.countQueue();
      expect(counts.map(({ kind, state, jobs: n }) => `${kind} ${state} ${n}`).toSorted()).toEqual([
        "transcode queued 3",
        "vision queued 1",
      ]);
      for (const { since } of counts) expect(Math.abs(Date.now() - since)).toBeLessThan(60_000);
    });

    it("an owner's events come in order, also when the media is gone", async () => {
      expect(await catalog.lastEvent()).toBe(0);
      const event = (
        key: string,
        version: string,
        type: "media.ready" | "media.removed",
      ): Change => ({
        type: "event",
        event: { type, name: key, version },
      });
      const a = await put({ name: "a", owner: "anna" }, (v) => [event("a", v, "media.ready")]);
      await put({ name: "b" }, (v) => [event("b", v, "media.ready")]);
      await catalog.apply({
        expect: { name: "a", version: a },
        changes: [
          { type: "removeMedia", name: "a", keepBytesMs: 0 },
          event("a", a, "media.removed"),
        ],
      });
      const told = async (owner: string, after: number, limit = 9) =>
        (await catalog.listEventsAfter({ owner, after, limit })).map(
          ({ sequence, event: { type } }) => `${sequence} ${type}`,
        );
      expect(await told("anna", 0)).toEqual(["1 media.ready", "3 media.removed"]);
      expect(await told("anna", 1)).toEqual(["3 media.removed"]);
      expect(await told("anna", 0, 1)).toEqual(["1 media.ready"]);
      expect(await told("local", 0)).toEqual(["2 media.ready"]);
      expect(await catalog.lastEvent()).toBe(3);
      expect(await catalog.listEventsAfter({ after: 1, limit: 5 })).toHaveLength(2);
    });
  });
}
