import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSync } from "subtitle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApi, type StartedApi } from "../src/api/server.fixture.ts";
import { openPackage } from "./support/opc.ts";
import { sentences, type SpokenSentence } from "./fixtures/languages.ts";

const require = createRequire(import.meta.url);
const entities = require("webvtt-parser/html-entities.json") as object;
const { WebVTTParser } = require("webvtt-parser") as {
  WebVTTParser: new (entities?: object) => {
    parse(text: string, kind: string): { cues: { text: string }[]; errors: unknown[] };
  };
};

let api: StartedApi;
const fileOf = ({ language }: SpokenSentence) => `${language}.mp4`;

/** Amazon Transcribe's JSON of a sentence, one word a second. */
function transcribed({ language, words, end }: SpokenSentence): Buffer {
  const items: object[] = words.map((content, index) => ({
    type: "pronunciation",
    alternatives: [{ content, confidence: "0.9" }],
    start_time: `${index}.0`,
    end_time: `${index}.8`,
  }));
  if (end !== "") items.push({ type: "punctuation", alternatives: [{ content: end }] });
  const results = { language_code: language, transcripts: [{ transcript: "" }], items };
  return Buffer.from(JSON.stringify({ jobName: "job", status: "COMPLETED", results }));
}

const signs = (text: string) => text.replace(/[ \n]+/g, "");
const said = ({ words, end }: SpokenSentence) => signs(words.join("") + end);

beforeAll(async () => {
  api = await startApi();
  for (const one of sentences) {
    await api.add(fileOf(one), { type: "video" });
    await api.dailies.importTranscript(fileOf(one), transcribed(one));
  }
  await api.dailies.reprocess(sentences.map(fileOf), { only: ["index"] });
}, 120_000);
afterAll(() => api.close());

describe.each(sentences)("$language", (one) => {
  const name = fileOf(one);

  it("finds each word at its own time, and no near miss", async () => {
    for (const [index, word] of one.words.entries()) {
      const hits = await api.dailies.search({ words: word, startsWith: name });
      const times = hits.flatMap(({ moments }) => moments.map(({ startMs }) => startMs));
      expect(times, word).toContain(index * 1_000);
    }
    for (const words of one.misses)
      expect(await api.dailies.search({ words, startsWith: name }), words).toEqual([]);
  });

  it("finds two words that follow each other as a phrase, and not the other way round", async () => {
    const [first = "", second = ""] = one.words;
    const phrase = (...words: string[]) =>
      api.dailies.search({ words: `“${words.join(" ")}”`, startsWith: name });
    expect(await phrase(first, second)).toHaveLength(1);
    expect(await phrase(second, first)).toEqual([]);
  });

  it("loses nothing in captions, text, JSON and Word, read by others", async () => {
    const text = async (format: "srt" | "vtt" | "txt" | "json") => api.dailies.export(name, format);
    const srt = await text("srt");
    const read = parseSync(srt).flatMap((node) => (node.type === "cue" ? [node.data.text] : []));
    expect(signs(read.join(""))).toBe(said(one));
    const shown = execFileSync(
      "ffmpeg",
      ["-v", "error", "-f", "srt", "-i", "pipe:0", "-f", "webvtt", "pipe:1"],
      {
        input: srt,
        encoding: "utf8",
      },
    );
    const vtt = new WebVTTParser(entities);
    for (const written of [await text("vtt"), shown]) {
      const { cues, errors } = vtt.parse(written, "subtitles/captions/descriptions");
      expect(errors).toEqual([]);
      expect(signs(cues.map((cue) => cue.text).join(""))).toBe(said(one));
    }
    expect(signs(await text("txt"))).toContain(said(one));
    const json = JSON.parse(await text("json")) as { text: string };
    expect(signs(json.text)).toBe(said(one));
    const document = openPackage(await api.dailies.exportDocument(name)).text("word/document.xml");
    const runs = [...document.matchAll(/<w:t[^>]*>([^<]*)<\/w:t>/g)].map(([, run = ""]) => run);
    expect(signs(runs.join("")).replaceAll("&quot;", '"').replaceAll("&apos;", "'")).toContain(
      said(one),
    );
  });
});

function hasLibreOffice(): boolean {
  try {
    execFileSync("soffice", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const isRun = Boolean(process.env["CI"]) || hasLibreOffice();
const title = "Word documents of all languages";
describe.runIf(isRun)(isRun ? title : `${title} (needs libreoffice-writer)`, () => {
  it("are read whole by LibreOffice", { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "dailies-languages-"));
    const files = await Promise.all(
      sentences.map(async (one) => {
        const file = join(folder, `${one.language}.docx`);
        await writeFile(file, await api.dailies.exportDocument(fileOf(one)));
        return file;
      }),
    );
    const profile = `-env:UserInstallation=file://${folder}/profile`;
    const convert = ["--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir", folder];
    execFileSync("soffice", [profile, ...convert, ...files], { stdio: "ignore" });
    for (const one of sentences) {
      const text = readFileSync(join(folder, `${one.language}.txt`), "utf8");
      expect(signs(text), one.language).toContain(said(one));
    }
    rmSync(folder, { recursive: true });
  });
});
