import { beforeEach, describe, expect, it } from "vitest";
import { mayBegin, type TranscriptionJob, type Transcriptions } from "./transcriptions.ts";

/** Every implementation of the port runs this. */
export function transcriptionsContract(name: string, make: () => Promise<Transcriptions>): void {
  describe(`transcription jobs in ${name}`, () => {
    let jobs: Transcriptions;
    let count = 0;
    beforeEach(async () => {
      jobs = await make();
    });
    const add = (
      jobName: string,
      { slots = 2, queue = 3, mayWait = true, owner = "anna" } = {},
    ) => {
      count += 1;
      const job = { id: `id${String(count).padStart(4, "0")}`, owner, name: jobName };
      return jobs.add(
        { ...job, createdAt: count, asked: { of: jobName } },
        { slots, queue, mayWait },
      );
    };
    const stateOf = async (jobName: string) => (await jobs.get("anna", jobName))?.state;

    it("begin while a slot is free, then wait or are refused", async () => {
      expect(await add("a")).toMatchObject({ state: "IN_PROGRESS", wasQueued: false });
      expect(await add("b", { mayWait: false })).toMatchObject({ state: "IN_PROGRESS" });
      expect(await add("c", { mayWait: false })).toBe("full");
      for (const one of ["d", "e", "f"])
        expect(await add(one)).toMatchObject({ state: "QUEUED", wasQueued: true });
      expect(await add("g")).toBe("full");
      expect(await add("a")).toBe("taken");
      expect(await add("a", { owner: "bert" })).toMatchObject({ state: "IN_PROGRESS" });
    });

    it("that wait begin in their order, in nine tenths of the slots", async () => {
      for (const one of ["a", "b", "c", "d"]) await add(one);
      expect(await jobs.beginQueued({ slots: 2, queue: 3 })).toBe(0);
      await jobs.end((await jobs.get("anna", "a"))?.id ?? "", { failure: "why" });
      expect(await jobs.beginQueued({ slots: 2, queue: 3 })).toBe(1);
      expect([await stateOf("c"), await stateOf("d")]).toEqual(["IN_PROGRESS", "QUEUED"]);
      // one of two slots is the most that waiting jobs have
      await jobs.end((await jobs.get("anna", "b"))?.id ?? "", { failure: "why" });
      expect(await jobs.beginQueued({ slots: 2, queue: 3 })).toBe(0);
      // who must not wait may have the other one, who may wait does not overtake
      expect(await add("e")).toMatchObject({ state: "QUEUED" });
      expect(await add("f", { mayWait: false })).toMatchObject({ state: "IN_PROGRESS" });
    });

    it.each([
      [1, 1],
      [2, 1],
      [10, 9],
      [19, 17],
      [100, 90],
    ])("of %i slots, %i are for jobs that have waited", (slots, most) => {
      expect(mayBegin({ all: most - 1, queued: most - 1 }, slots)).toBe(true);
      expect(mayBegin({ all: most, queued: most }, slots)).toBe(false);
      expect(mayBegin({ all: slots, queued: 0 }, slots)).toBe(false);
    });

    it("end once, and are listed newest first, by state and name, page by page", async () => {
      for (const one of ["talk-1", "Talk-2", "other", "talk-3"]) await add(one, { slots: 9 });
      const first = await jobs.get("anna", "talk-1");
      const made = { transcript: { bucket: "b", key: "k" }, subtitles: [] };
      expect(await jobs.end(first?.id ?? "", { made })).toBe(true);
      expect(await jobs.end(first?.id ?? "", { failure: "late" })).toBe(false);
      expect(await jobs.get("anna", "talk-1")).toMatchObject({ state: "COMPLETED", made });
      const names = (page: readonly TranscriptionJob[]) => page.map((job) => job.name);
      const page = await jobs.list("anna", { contains: "TALK", limit: 2 });
      expect(names(page)).toEqual(["talk-3", "Talk-2"]);
      const after = page.at(-1);
      const next = await jobs.list("anna", { contains: "talk", limit: 2, ...(after && { after }) });
      expect(names(next)).toEqual(["talk-1"]);
      expect(names(await jobs.list("anna", { state: "COMPLETED", limit: 9 }))).toEqual(["talk-1"]);
      expect(names(await jobs.list("bert", { limit: 9 }))).toEqual([]);
      expect(names(await jobs.inProgress())).toEqual(["Talk-2", "other", "talk-3"]);
      expect(await jobs.remove("anna", "other")).toMatchObject({ asked: { of: "other" } });
      expect(await jobs.remove("anna", "other")).toBeUndefined();
      expect(await jobs.remove("bert", "talk-1")).toBeUndefined();
    });

    it("vocabularies belong to their owner, and are replaced only where they are", async () => {
      const words = { owner: "anna", name: "v", languageCode: "en-US", phrases: [], changedAt: 1 };
      expect(await jobs.replaceVocabulary(words)).toBe(false);
      expect([await jobs.addVocabulary(words), await jobs.addVocabulary(words)]).toEqual([
        true,
        false,
      ]);
      const changed = { ...words, phrases: [{ phrase: "x" }], changedAt: 2 };
      expect(await jobs.replaceVocabulary(changed)).toBe(true);
      expect(await jobs.getVocabulary("anna", "v")).toEqual(changed);
      expect(await jobs.getVocabulary("bert", "v")).toBeUndefined();
      expect(await jobs.listVocabularies("anna")).toEqual([changed]);
      expect(await jobs.removeVocabulary("bert", "v")).toBe(false);
      expect(await jobs.removeVocabulary("anna", "v")).toBe(true);
    });
  });
}
