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

    const inEveryScript = [
      // what is said, word by word, every 500 ms; what is asked; when it is said; what is shown
      ["今天 上海 的 天气 很 好", "上海", 500, "今天[上海]的天气很好"],
      ["今天 上海 的 天气 很 好", "海的天", 500, "今天上[海的天]气很好"],
      ["我们 在 北京 用 Python 写 代码", "python", 2_000, "我们在北京用 [Python] 写代码"],
      ["我们 在 北京 用 Python 写 代码", "“用Python写”", 1_500, "我们在北京[用 Python 写]代码"],
      ["今日 は 東京 で 会い ましょう", "東京", 1_000, "今日は[東京]で会いましょう"],
      ["วันนี้ อากาศ ที่ กรุงเทพ ดี มาก", "กรุงเทพ", 1_500, "วันนี้อากาศที่[กรุงเทพ]ดีมาก"],
      ["ມື້ນີ້ ຢູ່ ວຽງຈັນ", "ວຽງຈັນ", 1_000, "ມື້ນີ້ຢູ່[ວຽງຈັນ]"],
      ["ថ្ងៃនេះ នៅ ភ្នំពេញ", "ភ្នំពេញ", 1_000, "ថ្ងៃនេះនៅ[ភ្នំពេញ]"],
      ["ဒီနေ့ ရန်ကုန် မှာ", "ရန်ကုန်", 500, "ဒီနေ့[ရန်ကုန်]မှာ"],
      ["오늘 서울에서 만나요", "서울", 500, "오늘 [서울에서] 만나요"],
      ["오늘 집에서 쉬어요", "집", 500, "오늘 [집에서] 쉬어요"],
      ["آج مُحَمَّد نے کہا", "محمد", 500, "آج [مُحَمَّد] نے کہا"],
      ["the COVID-19 vaccine", "covid19", 500, "the [COVID-19] vaccine"],
      ["the COVID-19 vaccine", "covid", 500, "the [COVID-19] vaccine"],
      ["the Covid 19 vaccine", "COVID-19", 500, "the [Covid 19] vaccine"],
      ["send an e-mail today", "email", 1_000, "send an [e-mail] today"],
      ["send an email today", "e-mail", 1_000, "send an [email] today"],
      ["about 2,000 people", "2000", 500, "about [2,000] people"],
      ["about 2\u00a0000 people", "2 000", 500, "about [2\u00a0000] people"],
      ["the solar system", "sol*", 500, "the [solar] system"],
      ["the age of wisdom", '"age of wis*"', 500, "the [age of wisdom]"],
      ["Guten Tag, Welt", "„guten Tag“", 0, "[Guten Tag], Welt"],
    ] as const;

    it("finds in every script, and says when", async () => {
      for (const [index, [said]] of inEveryScript.entries()) {
        const name = `a-${index}.mp4`;
        await indexText(stage, { name, version: await put(stage, name) }, said.split(" "));
      }
      for (const [index, [said, words, startMs, snippet]] of inEveryScript.entries()) {
        const hits = await stage.search({ words, startsWith: `a-${index}.` });
        expect(hits, `${said} by ${words}`).toMatchObject([
          { moments: [{ startMs, snippet }], matched: ["words"] },
        ]);
      }
    });

    it("does not find near misses", async () => {
      const cases = [
        ["今天 上海 的 天气", "海上"],
        ["今天 上海 的 天气", "上天"],
        ["मील दूर", "मिल"],
        ["мои друзья", "мой"],
        ["나라 사랑", "나"],
        ["оба", "о"],
        ["3.14 metres", "314"],
        ["we're here", "were"],
        ["the solar system", "sol"],
        ["the COVID-19 and HIV-2", '"19 HIV"'],
        ["age wisdom of", '"age of"'],
      ] as const;
      for (const [index, [said]] of cases.entries()) {
        const name = `b-${index}.mp4`;
        await indexText(stage, { name, version: await put(stage, name) }, said.split(" "));
      }
      for (const [index, [said, words]] of cases.entries()) {
        const hits = await stage.search({ words, startsWith: `b-${index}.` });
        expect(hits, `${said} by ${words}`).toEqual([]);
      }
    });

    it("says what of a media file was found: its words, its name, or a label", async () => {
      const version = await put(stage, "Cafe\u0301-boat.mp4");
      await indexText(stage, { name: "Cafe\u0301-boat.mp4", version }, "the harbour");
      await stage.apply({
        expect: { name: "Cafe\u0301-boat.mp4", version },
        changes: [
          {
            type: "putLabels",
            version,
            labels: [
              { name: "Boat", confidence: 0.9, parents: [] },
              { name: "Sea", confidence: 0.8, parents: [] },
            ],
          },
          { type: "index", version },
        ],
      });
      const matched = async (words: string) =>
        (await stage.search({ words })).map((hit) => hit.matched.join()).join();
      expect(await matched("harbour")).toBe("words");
      expect(await matched("Caf\u00e9")).toBe("name");
      expect(await matched("sea")).toBe("label");
      expect(await matched("boat")).toBe("name,label");
      expect(await matched("harbour boat")).toBe("words,name,label");
      expect(await matched('"boat sea"')).toBe("");
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
