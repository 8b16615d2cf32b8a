import type * as DocxModule from "docx";
import type { FileChild, Paragraph } from "docx";
import type * as ChartsModule from "docx/charts";
import { incompleteText } from "../../media/damage.ts";
import { MediaError } from "../../media/errors.ts";
import type { Incomplete } from "../../media/facts.ts";
import { speakerName } from "../../media/speaker-name.ts";
import { transcriptText, type Transcript } from "../../media/transcript.ts";
import { clock, passagesOf } from "../passages.ts";
import { bands, summarize, type ConfidenceSummary } from "./bands.ts";
import { piecesOf } from "./runs.ts";
import { isParagraphRightToLeft, plainText } from "./script.ts";
import { barColours, stylesFor } from "./styles.ts";

/** What a Word document says about a recording. */
export interface DocumentSubject {
  /** The title. */
  readonly name: string;
  readonly transcript: Transcript;
  readonly durationMs?: number;
  /** Not all of the recording could be decoded. */
  readonly incomplete?: Incomplete;
  /** When it was transcribed: milliseconds since 1970, UTC. */
  readonly transcribedAt?: number;
}

type Docx = typeof DocxModule & Pick<typeof ChartsModule, "ChartRun">;

async function load(): Promise<Docx> {
  try {
    return { ...(await import("docx")), ...(await import("docx/charts")) };
  } catch (error) {
    throw new MediaError(
      "engine_missing",
      "Word documents need the package docx: npm install docx",
      {
        cause: error,
      },
    );
  }
}

/** With a no-break space. */
const percent = (share: number): string => `${Math.round(share * 100)}\u00a0%`;
const whole = (count: number): string => count.toLocaleString("en-US");

/** `en-US` → `American English (en-US)`. */
function languageName(code: string): string {
  if (code === "und") return "not known";
  try {
    return `${new Intl.DisplayNames("en", { type: "language" }).of(code) ?? code} (${code})`;
  } catch {
    return code;
  }
}

/** `20 November 2026, 11:50 UTC`. */
function moment(at: number): string {
  const options = { dateStyle: "long", timeStyle: "short", timeZone: "UTC" } as const;
  return `${new Intl.DateTimeFormat("en-GB", options).format(at).replace(" at ", ", ")} UTC`;
}

function factsOf(subject: DocumentSubject, summary: ConfidenceSummary): [string, string][] {
  const { transcript, durationMs, transcribedAt } = subject;
  const { name, version, model } = transcript.engine;
  const speakers = new Set(transcript.words.flatMap(({ speaker }) => speaker ?? [])).size;
  const stated = [version, model].filter((text) => text !== "unstated");
  return [
    ["Recording", subject.name],
    ...(durationMs === undefined ? [] : [["Duration", clock(durationMs)] as [string, string]]),
    ...(subject.incomplete === undefined
      ? []
      : [["Incomplete", incompleteText(subject.incomplete)] as [string, string]]),
    ["Language", languageName(transcript.languageCode)],
    ...(speakers > 0 ? [["Speakers", String(speakers)] as [string, string]] : []),
    ["Words", whole(summary.words)],
    ["Engine", [name, ...stated].join(", ")],
    ...(transcribedAt === undefined
      ? []
      : [["Transcribed", moment(transcribedAt)] as [string, string]]),
  ];
}

const baseName = (name: string): string => plainText(name.split("/").at(-1) ?? name);

/** This many letters fit beside the page number, also wide ones. */
const footLetters = 40;

/** A name on one line, shortened between grapheme clusters. */
export function shortName(name: string): string {
  const letters = Array.from(
    new Intl.Segmenter().segment(baseName(name)),
    ({ segment }) => segment,
  );
  return letters.length <= footLetters
    ? letters.join("")
    : `${letters
        .slice(0, footLetters - 1)
        .join("")
        .trimEnd()}…`;
}

function opening(docx: Docx, subject: DocumentSubject, summary: ConfidenceSummary): Paragraph[] {
  const { Paragraph, TextRun, Tab } = docx;
  const title = baseName(subject.name);
  const facts = factsOf(subject, summary).map(
    ([name, value]) =>
      new Paragraph({
        style: "Fact",
        children: [
          new TextRun({ style: "FactName", children: [name, new Tab()] }),
          new TextRun(plainText(value)),
        ],
      }),
  );
  const draft =
    "Heard by a draft engine: it writes no punctuation and mishears many words. " +
    "Check the recording before you quote.";
  const { engine, words } = subject.transcript;
  const isDraft = engine.quality === "draft" && words.length > 0;
  return [
    new Paragraph({ style: "Title", text: title }),
    ...facts,
    ...(isDraft ? [new Paragraph({ style: "Notice", text: draft })] : []),
  ];
}

/** The share of words in each band as a sentence and a chart, and a legend of the shades. */
function confidence(docx: Docx, { words, mean, inBand }: ConfidenceSummary): Paragraph[] {
  const { Paragraph, TextRun, ChartRun } = docx;
  if (words === 0) return [];
  const heading = new Paragraph({ style: "Heading1", text: "Confidence" });
  if (mean === undefined)
    return [heading, new Paragraph("The engine does not say how sure it is of its words.")];
  const present = bands.filter(({ id }) => id !== "Unrated" || inBand.Unrated > 0);
  const unsure = inBand.Doubtful + inBand.Poor;
  const sentence =
    `On average the engine is ${percent(mean)} sure of a word. ` +
    `Of ${whole(words)} words it is less than ${percent(0.75)} sure of ${whole(unsure)} (${percent(unsure / words)}).`;
  const chart = new ChartRun({
    type: "bar",
    categories: present.map(({ title }) => title),
    series: [
      {
        name: "Words",
        values: present.map(({ id }) => inBand[id]),
        colors: present.map(({ id }) => barColours[id]),
      },
    ],
    // Otherwise the first category stands at the bottom.
    categoryAxis: { reverseOrder: true },
    valueAxis: { minimum: 0, visible: false, gridlines: false },
    dataLabels: { value: true, numberFormat: "#,##0" },
    gapWidth: 40,
    legend: false,
    title: "Words by the engine's confidence",
    altText: { name: "Confidence" },
    transformation: { width: 576, height: 60 + present.length * 32 },
  });
  const legend = present.flatMap(({ id, title }) => [
    new TextRun("   "),
    new TextRun({ style: id, text: title }),
  ]);
  return [
    heading,
    new Paragraph(sentence),
    new Paragraph({ style: "Chart", children: [chart] }),
    new Paragraph({ style: "Legend", children: [new TextRun("Words are shaded so:"), ...legend] }),
  ];
}

/** The paragraphs, with the time in the margin and the speaker where a turn begins. */
function speech(docx: Docx, { words, languageCode }: Transcript): Paragraph[] {
  const { Paragraph, TextRun, Tab } = docx;
  const paragraphs = [new Paragraph({ style: "Heading1", text: "Transcript" })];
  if (words.length === 0) paragraphs.push(new Paragraph("No speech was found."));
  let speaking: string | undefined;
  for (const { speaker, words: spoken } of passagesOf(words)) {
    const rightToLeft = isParagraphRightToLeft(transcriptText(spoken), languageCode);
    if (speaker !== undefined && speaker !== speaking)
      paragraphs.push(
        new Paragraph({
          style: "Speaker",
          bidirectional: rightToLeft,
          text: plainText(speakerName(speaker)),
        }),
      );
    speaking = speaker;
    const time = new TextRun({
      style: "Time",
      children: [clock(spoken[0]?.startMs ?? 0), new Tab()],
    });
    const runs = piecesOf(spoken, rightToLeft).map(
      (piece) =>
        new TextRun({
          style: piece.band,
          text: piece.text,
          ...(piece.rightToLeft ? { rightToLeft: true } : {}),
        }),
    );
    paragraphs.push(
      new Paragraph({ style: "Speech", bidirectional: rightToLeft, children: [time, ...runs] }),
    );
  }
  return paragraphs;
}

/**
 * A Word document of a transcript (Office Open XML, transitional): facts, a summary of the engine's
 * confidence with a chart, the transcript by speaker and paragraph with times, and words shaded by
 * confidence. Takes memory: some 100 MB for an hour of speech.
 * @throws MediaError `engine_missing` when the package docx is not installed
 */
export async function transcriptDocument(subject: DocumentSubject): Promise<Uint8Array> {
  const docx = await load();
  const { Document, Packer, Paragraph, TextRun, Footer, PageNumber, Tab } = docx;
  const summary = summarize(subject.transcript.words);
  const children: FileChild[] = [
    ...opening(docx, subject, summary),
    ...confidence(docx, summary),
    ...speech(docx, subject.transcript),
  ];
  const page = new TextRun({
    children: [new Tab(), "Page ", PageNumber.CURRENT, " of ", PageNumber.TOTAL_PAGES],
  });
  const foot = new Paragraph({
    style: "Foot",
    children: [new TextRun(shortName(subject.name)), page],
  });
  const document = new Document({
    title: plainText(subject.name),
    creator: "Dailies",
    lastModifiedBy: "Dailies",
    description: "Transcript of a recording",
    styles: stylesFor(subject.transcript.languageCode),
    sections: [
      {
        properties: { page: { size: { width: 11_906, height: 16_838 } } },
        footers: { default: new Footer({ children: [foot] }) },
        children,
      },
    ],
  });
  return Packer.toBuffer(document);
}
