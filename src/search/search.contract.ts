import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Catalog } from "../catalog/catalog.ts";
import { indexText, put } from "../catalog/catalog.fixture.ts";
import type { Search } from "./search.ts";

/** What every search must do; what it finds is written through the catalog that it belongs to. */
export function searchContract(kind: string, open: () => Promise<Catalog & Search>): void {
  describe(`search: ${kind}`, () => {
    let stage: Catalog & Search;
    beforeEach(async () => void (stage = await open()));
    afterEach(() => stage.close());

    it("says when the words are said, with what is around them", async () => {
      const version = await put(stage, "a.mp4");
      expect(await stage.isDraft({ name: "a.mp4", version })).toBe(false);
      await indexText(
        stage,
        { name: "a.mp4", version },
        "it was the age of wisdom it was the age of foolishness",
      );
      const [hit] = await stage.search({ words: "WISDOM" });
      expect(hit).toMatchObject({ name: "a.mp4", draft: true });
      expect(await stage.isDraft({ name: "a.mp4", version })).toBe(true);
      expect(hit?.moments).toEqual([
        {
          startMs: 2_500,
          endMs: 2_900,
          snippet: "it was the age of [wisdom] it was the age of foolishness",
        },
      ]);
      expect(await stage.search({ words: '"of foolishness"' })).toHaveLength(1);
      expect(await stage.search({ words: '"wisdom foolishness"' })).toEqual([]);
      expect(await stage.search({ words: "wisdom unsaid" })).toEqual([]);
    });

    it("shows of each hit its own words and times", async () => {
      for (const [name, text] of [
        ["a.mp4", "a river in spring"],
        ["b.mp4", "nobody has seen this river before"],
      ] as const)
        await indexText(stage, { name, version: await put(stage, name) }, text);
      const hits = await stage.search({ words: "river" });
      const shown = hits.map(({ name, moments }) => [
        name,
        ...moments.map(({ startMs, snippet }) => `${startMs} ${snippet}`),
      ]);
      expect(shown.toSorted()).toEqual([
        ["a.mp4", "500 a [river] in spring"],
        ["b.mp4", "2000 nobody has seen this [river] before"],
      ]);
    });

    it("takes whatever is typed", async () => {
      for (const words of ["", '"', "a* OR (", "NEAR(", "-", "name:x", "\0", "'; --"])
        expect(await stage.search({ words }), words).toEqual([]);
    });

    it("ranks, and combines with filters", async () => {
      const once = await put(stage, "once.mp4");
      await indexText(
        stage,
        { name: "once.mp4", version: once },
        `${"many other words here ".repeat(10)}river`,
      );
      const often = await put(stage, "often.mp4");
      await indexText(stage, { name: "often.mp4", version: often }, "river river river");
      await stage.apply({
        expect: { name: "often.mp4", version: often },
        changes: [
          {
            type: "putLabels",
            version: often,
            labels: [{ name: "Boat", confidence: 0.9, parents: [] }],
          },
          { type: "index", version: often },
        ],
      });
      const names = async (query: Parameters<Search["search"]>[0]) =>
        (await stage.search(query)).map((hit) => hit.name);
      expect(await names({ words: "river" })).toEqual(["often.mp4", "once.mp4"]);
      expect(await names({ words: "river", startsWith: "on" })).toEqual(["once.mp4"]);
      expect(await names({ words: "river", label: "boat" })).toEqual(["often.mp4"]);
      expect(await names({ words: "river boat" })).toEqual(["often.mp4"]);
      expect(await names({ words: "river", type: "image" })).toEqual([]);
      expect(await names({ words: "river", limit: 1 })).toEqual(["often.mp4"]);
    });

    it("finds a media file that shares its twin's results, and none that is removed", async () => {
      const version = await put(stage, "a.mp4");
      await indexText(stage, { name: "a.mp4", version }, "hello");
      expect(await stage.search({ words: "hello" })).toHaveLength(1);
      await stage.apply({
        expect: { name: "a.mp4", version },
        changes: [{ type: "removeMedia", name: "a.mp4", keepBytesMs: 0 }],
      });
      expect(await stage.search({ words: "hello" })).toEqual([]);
    });
  });
}
