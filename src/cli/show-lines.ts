import type { AudioFacts, MediaFacts, Ratio, VideoFacts } from "../media/facts.ts";
import { outcomeOf, partOf } from "../media/job.ts";
import { isOwnOutput } from "../media/keys.ts";
import type { Media, Rendition } from "../media/media.ts";
import { transcriptText, type Transcript } from "../media/transcript.ts";
import type { MediaDetails } from "../app/show.ts";
import { count, formatMediaTime, formatMoment, formatSize } from "./format.ts";
import { interruptedHint, isMediaInterrupted } from "./interrupted.ts";
import { jobElapsed, jobRemark, jobStateCell } from "./jobs.ts";
import { incompleteText } from "../media/damage.ts";
import { stateCell } from "./ls.ts";
import type { Style } from "./output.ts";
import { table, type Column } from "./table.ts";
import { printable, shellWord, widthOf, wrap } from "./text.ts";

export interface DetailView {
  readonly style: Style;
  /** Columns of the terminal, when it is one. */
  readonly available: number | undefined;
  readonly now: number;
  /** Whether any process works with the library. */
  readonly isInUse: boolean;
}

const plain = (length: number): Column[] => Array.from({ length }, () => ({ title: "" }));

function frameRate({ num, den }: Ratio): string {
  return `${Number((num / den).toFixed(3))} fps`;
}

function videoText(video: VideoFacts): string {
  const turned = video.rotation === 0 ? [] : [`turned ${video.rotation}°`];
  const rate = video.averageFrameRate ?? video.frameRate;
  return [
    `${video.displayWidth}×${video.displayHeight}`,
    video.codec,
    ...(rate === undefined ? [] : [frameRate(rate)]),
    ...(video.transfer === "sdr" ? [] : [video.transfer === "pq" ? "HDR (PQ)" : "HDR (HLG)"]),
    ...turned,
  ].join(" ");
}

function audioText(audio: AudioFacts): string {
  const language = audio.language === undefined ? "" : ` ${audio.language}`;
  return `${audio.codec} ${audio.sampleRateHz / 1000} kHz ${count(audio.channels, "channel")}${language}`;
}

/** The facts of a media file; each stays on one line. */
function factsText(media: Media, facts: MediaFacts | undefined): string {
  const durationMs = media.type === "image" ? undefined : facts?.durationMs;
  return [
    media.type ?? "type not known yet",
    ...(durationMs === undefined ? [] : [formatMediaTime(durationMs)]),
    ...(facts?.video ? [videoText(facts.video)] : []),
    ...(facts?.audio ? [audioText(facts.audio)] : []),
    formatSize(media.sizeBytes),
  ]
    .map((fact) => fact.replaceAll(" ", "\u00a0"))
    .join(" · ");
}

function headLines(
  { media, jobs }: MediaDetails,
  { style, available, isInUse }: DetailView,
): string[] {
  const isInterrupted = isMediaInterrupted(media.state, jobs, isInUse);
  const state = stateCell(isInterrupted ? "interrupted" : outcomeOf(media.state, jobs));
  const stateText = typeof state === "string" ? state : style(state.format, state.text);
  const origin = media.origin === undefined ? "" : ` from ${media.origin}`;
  const lines = (text: string): string[] => {
    const whole = available === undefined ? [text] : wrap(text, available - 2);
    return whole.map((line) => `  ${line.replaceAll("\u00a0", " ")}`);
  };
  return [
    `${style("bold", printable(media.name))}  ${stateText}`,
    ...lines(printable(factsText(media, media.facts))),
    ...lines(printable(`taken in ${formatMoment(media.createdAt)}${origin}`)).map((line) =>
      style("dim", line),
    ),
    ...(isInterrupted ? lines(interruptedHint) : []),
    ...(media.facts?.incomplete === undefined
      ? []
      : [`  ${style("yellow", "incomplete:")} ${incompleteText(media.facts.incomplete)}`]),
    ...(media.facts?.warnings ?? []).map(
      (warning) => `  ${style("yellow", "note:")} ${printable(warning)}`,
    ),
  ];
}

/** The tracks of a file with several of a kind, or with subtitles: what is used, and what was left. */
function trackLines({ media }: MediaDetails, view: DetailView): string[] {
  const tracks = media.facts?.tracks ?? [];
  const isSeveral = (kind: string): boolean => tracks.filter((one) => one.kind === kind).length > 1;
  const hasSubtitles = tracks.some(({ kind }) => kind === "subtitle");
  if (!isSeveral("video") && !isSeveral("audio") && !hasSubtitles) return [];
  const rows = tracks.map((track) => {
    const { kind, number, language, title, codec, width, height, channels } = track;
    const size = width === undefined || height === undefined ? "" : `${width}×${height}`;
    const remarks = [
      ...(track.isUsed === true ? ["used"] : []),
      ...(track.isSilent === true ? ["silent"] : []),
      ...(track.isForced === true ? ["forced"] : []),
      ...(track.isDefault === true ? ["default"] : []),
    ];
    return [
      `  ${kind} ${number}`,
      printable(language ?? ""),
      codec ?? "",
      channels === undefined ? size : `${channels} ch`,
      printable(title ?? ""),
      remarks.join(", "),
    ];
  });
  const columns: Column[] = [...plain(4), { title: "", least: 8, optional: 1 }, { title: "" }];
  return ["", view.style("bold", "Tracks"), ...table(columns, rows, view)];
}

function renditionRow({
  rendition,
  object,
  width,
  height,
  durationMs,
  copied,
}: Rendition): string[] {
  return [
    `  ${rendition}`,
    object.key,
    width === undefined || height === undefined ? "" : `${width}×${height}`,
    durationMs === undefined ? "" : formatMediaTime(durationMs),
    formatSize(object.sizeBytes),
    copied ? "copied" : "",
  ];
}

/** The longest key that is never cut: it is what people copy. */
const wholeKey = 48;

/** Kind, key, size of the picture, length, bytes, remark. On a narrow terminal the key stays, and figures go. */
const outputColumns = (longestKey: number): readonly Column[] => [
  { title: "" },
  { title: "", least: Math.min(longestKey, wholeKey), cut: "middle" },
  { title: "", align: "right", optional: 2 },
  { title: "", align: "right", optional: 1 },
  { title: "", align: "right", optional: 4 },
  { title: "", optional: 3 },
];

function outputLines({ renditions, outputs }: MediaDetails, view: DetailView): string[] {
  if (outputs.length + renditions.length === 0) return [];
  const shown = new Set(renditions.map(({ object }) => object.key));
  const others = outputs
    .filter(({ key }) => !shown.has(key) && isOwnOutput(key))
    .map(({ key, sizeBytes }) => [
      `  ${key.split("/")[1] ?? ""}`,
      key,
      "",
      "",
      formatSize(sizeBytes),
    ]);
  const rows = [...renditions.map(renditionRow), ...others];
  const longest = Math.max(...rows.map(([, key = ""]) => widthOf(key)));
  return ["", view.style("bold", "Outputs"), ...table(outputColumns(longest), rows, view)];
}

function labelLines({ labels }: MediaDetails, view: DetailView): string[] {
  if (labels.length === 0) return [];
  const texts = labels
    .toSorted((a, b) => b.confidence - a.confidence)
    // A label and its figure stay on one line.
    .map(({ name, confidence }) => `${printable(name)}\u00a0${Math.round(confidence * 100)}%`);
  const lines = wrap(texts.join(", "), (view.available ?? 100) - 2);
  return ["", view.style("bold", "Labels"), ...lines.map((line) => `  ${line}`)];
}

const transcriptLinesShown = 5;

function transcriptLines(
  name: string,
  transcript: Transcript | undefined,
  view: DetailView,
): string[] {
  if (transcript === undefined) return [];
  const { engine, languageCode, words } = transcript;
  const quality = engine.quality === "draft" ? view.style("yellow", " draft") : "";
  const by = printable(`${engine.name} ${engine.version}, ${engine.model}`);
  const title = `${view.style("bold", "Transcript")}${quality}  ${view.style("dim", `${printable(languageCode)}, ${by}`)}`;
  if (words.length === 0) return ["", title, "  (no speech)"];
  const lines = wrap(printable(transcriptText(words)), Math.min(100, view.available ?? 100) - 2);
  const more = `  … ${count(words.length, "word")}: \`dailies export ${shellWord(name)} --format txt\``;
  return [
    "",
    title,
    ...lines.slice(0, transcriptLinesShown).map((line) => `  ${line}`),
    ...(lines.length > transcriptLinesShown ? [view.style("dim", more)] : []),
  ];
}

/** The end of what is transcribed so far. */
function heardLines({ heardSoFar }: MediaDetails, view: DetailView): string[] {
  if (heardSoFar === undefined) return [];
  const { text, untilMs } = heardSoFar;
  const until = view.style("dim", `up to ${formatMediaTime(untilMs)}`);
  const lines = wrap(printable(text), Math.min(100, view.available ?? 100) - 2);
  return [
    "",
    `${view.style("bold", "Transcript so far")}  ${until}`,
    ...(lines.length > transcriptLinesShown ? [view.style("dim", "  …")] : []),
    ...lines.slice(-transcriptLinesShown).map((line) => `  ${line}`),
  ];
}

function jobLines({ jobs }: MediaDetails, view: DetailView): string[] {
  if (jobs.length === 0) return [];
  const columns: Column[] = [...plain(2), { title: "", align: "right" }, { title: "", least: 10 }];
  const rows = jobs.map((job) => [
    `  ${partOf(job)}`,
    jobStateCell(job, view.isInUse),
    jobElapsed(job, view.now),
    jobRemark(job),
  ]);
  return ["", view.style("bold", "Jobs"), ...table(columns, rows, view)];
}

/** Everything about a media file, for people. Only a name may wrap on a terminal. */
export function detailLines(details: MediaDetails, view: DetailView): string[] {
  const { media, transcript } = details;
  const head = headLines(details, view);
  return [
    ...head,
    ...trackLines(details, view),
    ...outputLines(details, view),
    ...labelLines(details, view),
    ...transcriptLines(media.name, transcript, view),
    ...heardLines(details, view),
    ...jobLines(details, view),
  ];
}
