import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orderFaults } from "../../../test/support/ooxml-order.ts";
import { openPackage } from "../../../test/support/opc.ts";
import type { Transcript, Word } from "../../media/transcript.ts";
import { transcriptDocumentApart } from "./apart.ts";
import { shortName, transcriptDocument } from "./document.ts";

const engine = { name: "pocketsphinx", version: "5", model: "en-us" };
const confidences = [0.99, 0.8, 0.6, 0.3, 0.95];

function wordsOf(texts: readonly string[], count = texts.length): Word[] {
  return Array.from({ length: count }, (_, index) => ({
    text: texts[index % texts.length] ?? "",
    startMs: index * 360,
    endMs: index * 360 + 300,
    confidence: confidences[index % confidences.length] ?? 1,
    speaker: `spk_${Math.floor(index / 200) % 2}`,
    ...(index % 9 === 8 ? { punctuation: "." } : {}),
  }));
}

const transcriptOf = (words: readonly Word[], languageCode = "en-US"): Transcript => ({
  languageCode,
  words,
  engine,
});

/** What a reader sees of a part, tabs as spaces. */
const shown = (xml: string): string =>
  xml
    .replace(/<w:tab\/>/g, " ")
    .replace(/<\/w:p>/g, "\n")
    .replace(/<[^>]+>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");

const english = wordsOf("It was the best of times it was".split(" "), 420);

describe("a Word document", () => {
  it("is a sound package with title, facts, chart, legend, times, speakers and page numbers", async () => {
    const name = `talks/<b>&"x".wav`;
    const transcript = transcriptOf(english);
    const transcribedAt = Date.UTC(2026, 10, 20, 11, 50);
    const subject = { name, transcript, durationMs: 754_000, transcribedAt };
    const { text, parts, faults } = openPackage(await transcriptDocument(subject));
    expect(faults).toEqual([]);
    const document = text("word/document.xml");
    const seen = shown(document);
    for (const fact of [
      `<b>&"x".wav`,
      "12:34",
      "American English (en-US)",
      "20 November 2026, 11:50 UTC",
    ])
      expect(seen).toContain(fact);
    for (const said of ["Speaker 1", "Speaker 2", "0:00 It was", "Words are shaded so"])
      expect(seen).toContain(said);
    expect(document).toContain('r:id="');
    const counts = [...text("word/charts/chart1.xml").matchAll(/<c:v>(\d+)<\/c:v>/g)].map(
      ([, n]) => n,
    );
    expect(counts).toEqual(expect.arrayContaining(["168", "84"]));
    const foot = [...parts.keys()]
      .filter((part) => /footer\d*\.xml$/.test(part))
      .map(text)
      .join("");
    expect(foot).toContain("PAGE");
    expect(foot).toContain("NUMPAGES");
    expect(text("docProps/core.xml")).toContain("&lt;b&gt;&amp;");
    expect(text("docProps/core.xml")).toContain("<cp:lastModifiedBy>Dailies<");
  });

  it("formats by styles alone, and every style that it uses is defined", async () => {
    const bytes = await transcriptDocument({ name: "a.wav", transcript: transcriptOf(english) });
    const { text } = openPackage(bytes);
    const document = text("word/document.xml");
    const used = [...document.matchAll(/<w:(?:p|r)Style w:val="([^"]+)"/g)].map(([, id]) => id);
    const defined = [...text("word/styles.xml").matchAll(/w:styleId="([^"]+)"/g)].map(
      ([, id]) => id,
    );
    expect(defined).toEqual(expect.arrayContaining([...new Set(used)]));
    for (const direct of [
      "w:shd",
      "w:color",
      "w:sz",
      "w:b/",
      "w:i/",
      "w:u ",
      "w:rFonts",
      "w:ind",
      "w:jc",
    ])
      expect(document).not.toContain(`<${direct}`);
  });

  it("sets Arabic from right to left, and says which language it is", async () => {
    const words = wordsOf(["كان", "أفضل", "Dickens", "1859", "الأزمنة"], 60);
    const bytes = await transcriptDocument({
      name: "مقابلة.wav",
      transcript: transcriptOf(words, "ar-SA"),
    });
    const { text, faults } = openPackage(bytes);
    expect(faults).toEqual([]);
    const runs = [...text("word/document.xml").matchAll(/<w:r>(?:(?!<\/w:r>).)*<\/w:r>/g)].map(
      ([run]) => run,
    );
    const rtl = (of: string) =>
      runs.filter((run) => run.includes(of)).map((run) => run.includes("<w:rtl"));
    expect(new Set(rtl("كان"))).toEqual(new Set([true]));
    expect(new Set(rtl("Dickens"))).toEqual(new Set([false]));
    expect(text("word/document.xml").match(/<w:bidi\/>/g)?.length).toBeGreaterThan(1);
    expect(text("word/styles.xml")).toContain('w:bidi="ar-SA"');
  });

  it("sets each paragraph by its own script, whatever the language is said to be", async () => {
    const said = ["كان Dickens أفضل الأزمنة", "It was كان the best of times", "1859"];
    const words = said.flatMap((text, index) =>
      text.split(" ").map((word, at) => {
        const startMs = index * 60_000 + at * 500;
        return { text: word, startMs, endMs: startMs + 400 };
      }),
    );
    for (const [code, ltrFor1859] of [
      ["en-US", true],
      ["ar-SA", false],
    ] as const) {
      const bytes = await transcriptDocument({ name: "a", transcript: transcriptOf(words, code) });
      const document = openPackage(bytes).text("word/document.xml");
      const paragraphs = [...document.matchAll(/<w:p>(?:(?!<\/w:p>).)*<\/w:p>/g)].map(
        ([all]) => all,
      );
      const isBidi = (of: string) =>
        paragraphs.filter((one) => one.includes(`>${of}`)).map((one) => one.includes("<w:bidi/>"));
      expect(isBidi("كان")).toContain(true);
      expect(isBidi("It was")).toEqual([false]);
      expect(isBidi("1859")).toEqual([!ltrFor1859]);
    }
  });

  it("keeps no-break spaces", async () => {
    const words = wordsOf(["2\u00a0000\u202f000"], 1);
    const bytes = await transcriptDocument({ name: "a", transcript: transcriptOf(words) });
    expect(openPackage(bytes).text("word/document.xml")).toContain("2\u00a0000\u202f000");
  });

  it("sets Japanese without spaces, in a font that has its letters", async () => {
    const words = wordsOf(["それは", "最良の", "時代"], 9).map((word) => ({
      ...word,
      confidence: 1,
    }));
    const transcript = transcriptOf(words, "ja-JP");
    const { text } = openPackage(await transcriptDocument({ name: "会議.wav", transcript }));
    expect(shown(text("word/document.xml"))).toContain("それは最良の時代それは");
    expect(text("word/styles.xml")).toContain('w:eastAsia="ja-JP"');
    expect(text("word/styles.xml")).toContain('w:eastAsia="Yu Gothic"');
  });

  it.each([
    ["with speakers", transcriptOf(english)],
    ["long", transcriptOf(wordsOf(["never"], 2_500))],
    ["in Arabic", transcriptOf(wordsOf(["كان", "Dickens", "1859"], 60), "ar-SA")],
    ["in Japanese", transcriptOf(wordsOf(["それは", "最良の"], 60), "ja-JP")],
    ["empty", transcriptOf([])],
    ["unrated", transcriptOf([{ text: "hello", startMs: 0, endMs: 300 }])],
    ["a draft", { ...transcriptOf(english), engine: { ...engine, quality: "draft" } as const }],
  ])("%s has every element where the schema has it", async (_what, transcript) => {
    const { parts, text } = openPackage(await transcriptDocument({ name: "a.wav", transcript }));
    const xml = [...parts.keys()].filter((part) => /^word\/.*\.xml$/.test(part));
    expect(xml.length).toBeGreaterThan(5);
    for (const part of xml) expect(orderFaults(text(part)), part).toEqual([]);
  });

  it("has a long name on one line of the foot", async () => {
    const name = `films/${"a very long name ".repeat(20)}.wav`;
    const { parts, text } = openPackage(
      await transcriptDocument({ name, transcript: transcriptOf(english) }),
    );
    const foot = [...parts.keys()].filter((part) => /footer\d*\.xml$/.test(part)).map(text);
    expect(shown(foot.join(""))).toMatch(/^a very long name a very long name a ver… Page/);
    expect(shortName("films/short.wav")).toBe("short.wav");
    expect(shortName("👩‍👩‍👧".repeat(50))).toBe(`${"👩‍👩‍👧".repeat(39)}…`);
  });

  it("is sound whatever the words and names are", async () => {
    const anyText = fc.string({ unit: "binary", maxLength: 12 });
    const confidence = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined });
    const anyWord = fc.record({
      text: anyText,
      speaker: anyText,
      punctuation: anyText,
      confidence,
    });
    const language = fc.constantFrom("en-US", "he-IL", "zh-TW", "th-TH", "und", "x y");
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyWord, { maxLength: 12 }),
        anyText,
        language,
        async (given, name, code) => {
          const words = given.map(({ confidence: sure, ...word }, index) => ({
            ...word,
            ...(sure === undefined ? {} : { confidence: sure }),
            startMs: index * 400,
            endMs: index * 400 + 300,
          }));
          const bytes = await transcriptDocument({ name, transcript: transcriptOf(words, code) });
          expect(openPackage(bytes).faults).toEqual([]);
        },
      ),
      { numRuns: 6 },
    );
  });

  it("says so when nothing was heard, and when the engine rates nothing", async () => {
    const empty = await transcriptDocument({ name: "a.wav", transcript: transcriptOf([]) });
    expect(shown(openPackage(empty).text("word/document.xml"))).toContain("No speech was found.");
    const draft = { ...engine, quality: "draft" } as const;
    const noticed = async (words: readonly Word[]) => {
      const transcript = { ...transcriptOf(words), engine: draft };
      const { text } = openPackage(await transcriptDocument({ name: "a.wav", transcript }));
      return shown(text("word/document.xml")).includes("mishears many words");
    };
    expect([await noticed([]), await noticed(english)]).toEqual([false, true]);
    const words = [{ text: "hello", startMs: 0, endMs: 300 }];
    const unrated = await transcriptDocument({ name: "a.wav", transcript: transcriptOf(words) });
    expect(shown(openPackage(unrated).text("word/document.xml"))).toContain(
      "does not say how sure",
    );
  });

  it("takes at most 3 s of work for the 30,000 words of three hours", async () => {
    const words = wordsOf("It was the best of times it was the worst".split(" "), 30_000);
    const before = process.cpuUsage();
    // The processor's time and not the clock's: the machine that tests may be busy.
    await transcriptDocument({ name: "long.wav", transcript: transcriptOf(words) });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(3_000);
  });

  it("is the same from a process of its own, as long ones are made", async () => {
    const words = wordsOf("It was the best of times it was the worst".split(" "), 3_000);
    const subject = { name: "long.wav", transcript: transcriptOf(words) };
    const apart = openPackage(await transcriptDocumentApart(subject, new AbortController().signal));
    const here = openPackage(await transcriptDocument(subject));
    expect(apart.faults).toEqual([]);
    const body = (one: typeof here) => shown(one.text("word/document.xml"));
    expect(body(apart)).toBe(body(here));
    expect(body(apart).match(/worst/g)).toHaveLength(300);
  });

  it("stops when it is told to", async () => {
    const words = wordsOf(["never"], 30_000);
    const signal = AbortSignal.timeout(50);
    const subject = { name: "long.wav", transcript: transcriptOf(words) };
    const making = transcriptDocumentApart(subject, signal);
    await expect(making).rejects.toMatchObject({ code: "cancelled" });
  });
});

function has(program: string, option = "--version"): boolean {
  try {
    execFileSync(program, [option], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const isRun = Boolean(process.env["CI"]) || (has("soffice") && has("pdftotext", "-v"));
const title = "opened by LibreOffice";
describe.runIf(isRun)(
  isRun ? title : `${title} (needs libreoffice-writer and poppler-utils)`,
  () => {
    it("shows title, chart, transcript and page numbers", { timeout: 120_000 }, async () => {
      const folder = mkdtempSync(join(tmpdir(), "dailies-docx-"));
      const run = promisify(execFile);
      const file = join(folder, "talk.docx");
      writeFileSync(
        file,
        await transcriptDocument({ name: "talk.wav", transcript: transcriptOf(english) }),
      );
      const profile = `-env:UserInstallation=file://${folder}/profile`;
      const convert = ["--headless", "--convert-to", "pdf", "--outdir", folder, file];
      await run("soffice", [profile, ...convert]);
      await run("pdftotext", ["-layout", join(folder, "talk.pdf"), join(folder, "talk.txt")]);
      const text = readFileSync(join(folder, "talk.txt"), "utf8");
      for (const seen of [
        "talk.wav",
        "Words by the engine's confidence",
        "Speaker 2",
        "Page 1 of ",
      ])
        expect(text).toContain(seen);
      expect(text).toMatch(/0:00\s+It was the best of times/);
      // A chart's own labels, which are nowhere else in the document.
      expect(text).toMatch(/168/);
      rmSync(folder, { recursive: true });
    });
  },
);
