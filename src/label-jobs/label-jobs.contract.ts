import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LabelJobs } from "./label-jobs.ts";

/** An empty store, with a clock that the test sets. */
export interface LabelJobsUnderTest {
  readonly jobs: LabelJobs;
  /** Makes a topic of ada's with this ARN. */
  readonly topic: (arn: `arn:aws:sns:${string}`) => Promise<void>;
  /** The messages that were published. */
  readonly published: () => Promise<readonly string[]>;
  readonly close: () => void;
}

/** What every implementation of `LabelJobs` does. */
export function labelJobsContract(
  what: string,
  open: (now: () => number) => LabelJobsUnderTest,
): void {
  describe(`the contract of label jobs: ${what}`, () => {
    let time = 100;
    let test: LabelJobsUnderTest;
    beforeEach(() => (test = open(() => time)));
    afterEach(() => test.close());
    const job = (id: string, owner = "ada") => ({ id, owner, createdAt: time, asked: { of: "a" } });

    it("gives one job to the same request under the same token of an owner", async () => {
      const first = await test.jobs.add({ ...job("1"), token: "t" }, 10);
      expect(first).toMatchObject({ id: "1", state: "IN_PROGRESS", asked: { of: "a" } });
      expect(await test.jobs.add({ ...job("2"), token: "t" }, 10)).toEqual(first);
      const other = { ...job("3"), token: "t", asked: { of: "b" } };
      expect(await test.jobs.add(other, 10)).toBe("mismatch");
      expect(await test.jobs.add({ ...job("4", "bob"), token: "t" }, 10)).toMatchObject({
        id: "4",
      });
      expect(await test.jobs.get("bob", "1")).toBeUndefined();
      expect((await test.jobs.inProgress()).map(({ id }) => id)).toEqual(["1", "4"]);
    });

    it("takes so many of one owner at a time", async () => {
      for (const id of ["1", "2"]) await test.jobs.add(job(id), 2);
      expect(await test.jobs.add(job("3"), 2)).toBe("full");
      expect(await test.jobs.add(job("4", "bob"), 2)).toMatchObject({ id: "4" });
      await test.jobs.end("1", { failure: "no" });
      expect(await test.jobs.add(job("3"), 2)).toMatchObject({ id: "3" });
    });

    it("ends a job once, and tells its topic in the same commit", async () => {
      const arn = "arn:aws:sns:eu-west-1:1:done";
      await test.topic(arn);
      await test.jobs.add(job("1"), 10);
      const notice = { arn, published: { message: "1 is done" } } as const;
      time = 200;
      const result = Buffer.from("labels");
      expect(await test.jobs.end("1", { result }, notice)).toBe(true);
      expect(await test.jobs.end("1", { failure: "late" }, notice)).toBe(false);
      expect(await test.jobs.get("ada", "1")).toMatchObject({ state: "SUCCEEDED", endedAt: 200 });
      expect(Buffer.from((await test.jobs.result("1")) ?? [])).toEqual(result);
      expect(await test.published()).toEqual(["1 is done"]);
      // a topic that was deleted meanwhile, or is another's, hears nothing
      for (const [id, owner, one] of [
        ["2", "ada", "arn:aws:sns:eu-west-1:1:gone"],
        ["3", "bob", arn],
      ] as const) {
        await test.jobs.add(job(id, owner), 10);
        expect(await test.jobs.end(id, { failure: "no" }, { ...notice, arn: one })).toBe(true);
      }
      expect(await test.published()).toHaveLength(1);
      expect(await test.jobs.get("ada", "2")).toMatchObject({ state: "FAILED", failure: "no" });
    });

    it("forgets old jobs that have ended, with their tokens and results", async () => {
      time = 100;
      for (const id of ["1", "2"]) await test.jobs.add({ ...job(id), token: id }, 10);
      await test.jobs.end("1", { result: Buffer.from("x") });
      await test.jobs.prune(101);
      expect(await test.jobs.get("ada", "1")).toBeUndefined();
      expect(await test.jobs.result("1")).toBeUndefined();
      expect(await test.jobs.get("ada", "2")).toBeDefined();
      expect(await test.jobs.add({ ...job("5"), token: "1" }, 10)).toMatchObject({ id: "5" });
    });
  });
}
