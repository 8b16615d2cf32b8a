import { beforeEach, describe, expect, it } from "vitest";
import type { BucketObject, Buckets, ObjectFacts, UploadedPart } from "./buckets.ts";

/** What a store of buckets under test has beside the port. */
export interface BucketsUnderTest {
  readonly buckets: Buckets;
  /** The versions in the trash. */
  readonly trashed: () => Promise<readonly string[]>;
  readonly setTime: (now: number) => void;
}

export const facts: ObjectFacts = { etag: "e", headers: {}, metadata: { who: "me" } };

/** Every implementation of the port runs this. */
export function bucketsContract(name: string, make: () => Promise<BucketsUnderTest>): void {
  describe(`buckets in ${name}`, () => {
    let under: BucketsUnderTest;
    let buckets: Buckets;
    let count = 0;
    beforeEach(async () => {
      under = await make();
      ({ buckets } = under);
      await buckets.createBucket({ name: "box", owner: "anna", createdAt: 5, region: "eu" });
    });
    const object = (key: string): BucketObject => ({
      bucket: "box",
      key,
      version: `v${(count += 1)}`,
      sha256: "00",
      sizeBytes: 3,
      facts,
    });
    const part = (number: number): UploadedPart => ({
      number,
      version: `p${(count += 1)}`,
      sha256: "00",
      sizeBytes: 3,
      etag: `etag ${number}`,
    });
    const start = (id: string, key: string, createdAt = 0) =>
      buckets.startUpload({ id, bucket: "box", key, owner: "anna", createdAt, facts });
    const keys = async (page: { startsWith?: string; after?: string; limit?: number }) =>
      (await buckets.listObjects("box", { limit: 99, ...page })).map(({ key }) => key);

    it("belong to who made them first", async () => {
      const again = { name: "box", owner: "bert", createdAt: 9, region: "" };
      expect(await buckets.createBucket(again)).toEqual({
        name: "box",
        owner: "anna",
        createdAt: 5,
        region: "eu",
      });
      expect(await buckets.listBuckets("bert")).toEqual([]);
      expect((await buckets.listBuckets("anna")).map((one) => one.name)).toEqual(["box"]);
    });

    it("list keys by their UTF-8 bytes, within a prefix, behind a key", async () => {
      for (const key of ["b", "a/2", "a/1", "ä", "a/\u{1f600}", "a/\uffee", "a"])
        await buckets.putObject(object(key));
      expect(await keys({})).toEqual(["a", "a/1", "a/2", "a/\uffee", "a/\u{1f600}", "b", "ä"]);
      expect(await keys({ startsWith: "a/" })).toEqual(["a/1", "a/2", "a/\uffee", "a/\u{1f600}"]);
      expect(await keys({ startsWith: "a/", after: "a/2", limit: 1 })).toEqual(["a/\uffee"]);
      expect(await keys({ startsWith: "a/", after: "a" })).toHaveLength(4);
      expect(await keys({ startsWith: "a/", after: "c" })).toEqual([]);
      expect(await buckets.listObjects("other", { limit: 9 })).toEqual([]);
    });

    it("trash what is replaced or removed, and nothing else", async () => {
      const [first, second] = [object("a"), object("a")];
      await buckets.putObject(first);
      await buckets.putObject(second);
      expect(await buckets.getObject("box", "a")).toEqual(second);
      expect(await under.trashed()).toEqual([first.version]);
      expect(await buckets.removeObject("box", "a")).toEqual(second);
      expect(await buckets.removeObject("box", "a")).toBeUndefined();
      expect(await under.trashed()).toEqual([first.version, second.version]);
    });

    it("write only when what is expected holds", async () => {
      const first = object("a");
      await buckets.putObject(first);
      const refuse = (existing: BucketObject | undefined): void => {
        throw new Error(`there is ${existing?.version ?? "nothing"}`);
      };
      await expect(buckets.putObject(object("a"), refuse)).rejects.toThrow(first.version);
      await expect(buckets.putObject(object("b"), refuse)).rejects.toThrow("nothing");
      await expect(buckets.removeObject("box", "a", refuse)).rejects.toThrow(first.version);
      expect(await keys({})).toEqual(["a"]);
      expect(await under.trashed()).toEqual([]);
    });

    it("are removed when they are empty, with what had begun to come in", async () => {
      const [kept, begun] = [object("a"), part(1)];
      await buckets.putObject(kept);
      await start("u", "k");
      await buckets.putPart("u", begun);
      expect(await buckets.removeBucket("box")).toBe(false);
      await buckets.removeObject("box", "a");
      expect(await buckets.removeBucket("box")).toBe(true);
      expect(await buckets.getBucket("box")).toBeUndefined();
      expect(await buckets.getUpload("u")).toBeUndefined();
      expect(await under.trashed()).toEqual([kept.version, begun.version].toSorted());
      expect(await buckets.putObject(object("a"))).toBe(false);
    });

    it("keep parts by number, the latest of each", async () => {
      await start("u", "k");
      const [old, second, first] = [part(2), part(2), part(1)];
      for (const one of [old, second, first]) expect(await buckets.putPart("u", one)).toBe(true);
      expect(await buckets.listParts("u")).toEqual([first, second]);
      expect(await under.trashed()).toEqual([old.version]);
      expect(await buckets.endUpload("u")).toBe(true);
      expect(await buckets.endUpload("u")).toBe(false);
      expect(await buckets.putPart("u", part(3))).toBe(false);
      expect(await buckets.listParts("u")).toEqual([]);
      expect(await under.trashed()).toEqual(
        [first, old, second].map((one) => one.version).toSorted(),
      );
    });

    it("list uploads by key and id", async () => {
      for (const [id, key] of [
        ["2", "a"],
        ["1", "a"],
        ["3", "b/c"],
        ["4", "b/d"],
      ] as const)
        await start(id, key);
      const ids = async (page: { startsWith?: string; after?: string; afterId?: string }) =>
        (await buckets.listUploads("box", "anna", { limit: 9, ...page })).map(({ id }) => id);
      expect(await ids({})).toEqual(["1", "2", "3", "4"]);
      expect(await buckets.listUploads("box", "bert", { limit: 9 })).toEqual([]);
      expect(await ids({ after: "a" })).toEqual(["3", "4"]);
      expect(await ids({ after: "a", afterId: "1" })).toEqual(["2", "3", "4"]);
      expect(await ids({ startsWith: "b/", after: "b/c", afterId: "3" })).toEqual(["4"]);
    });

    it("end uploads that are too old, and forget facts of what never came", async () => {
      await start("old", "a", 1_000);
      await start("new", "b", 2_000);
      const begun = part(1);
      await buckets.putPart("old", begun);
      await buckets.noteFacts("never", facts);
      expect((await buckets.factsOf(["never", "none"])).get("never")).toEqual(facts);
      expect(await buckets.tidy(2_000)).toBe(1);
      expect(await buckets.getUpload("old")).toBeUndefined();
      expect(await buckets.getUpload("new")).toMatchObject({ key: "b" });
      expect(await under.trashed()).toEqual([begun.version]);
      expect((await buckets.factsOf(["never"])).size).toBe(1);
      under.setTime(Date.now() + 25 * 3_600_000);
      await buckets.tidy(0);
      expect((await buckets.factsOf(["never"])).size).toBe(0);
    });
  });
}
