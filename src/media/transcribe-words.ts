import { inTurns } from "./channels.ts";
import { MediaError } from "./errors.ts";
import type { Word } from "./transcript.ts";

export type Fields = Readonly<Record<string, unknown>>;

export function garbage(what: string): MediaError {
  return new MediaError("output_invalid", `this is no transcript of Amazon Transcribe: ${what}`);
}

export function fields(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw garbage(`${what} is not an object`);
  return value as Fields;
}

export function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw garbage(`${what} is not a list`);
  return value;
}

export const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

/** A number, or one written as a string; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function timeMs(value: unknown, what: string): number {
  const time = numberOf(value);
  if (time === undefined || time < 0 || time > 1e9) throw garbage(`${what} is not a time`);
  return Math.round(time * 1000);
}

/** Who speaks at which start time: from the speakers' segments, else from the channels. */
function speakersByTime(results: Fields): Map<string, string> {
  const speakers = new Map<string, string>();
  const note = (owner: Fields, label: string): void => {
    for (const entry of list(owner["items"] ?? [], "items")) {
      const item = fields(entry, "an item");
      const name = text(item[label]) ?? text(owner[label]);
      const start = text(item["start_time"]);
      if (name !== undefined && start !== undefined) speakers.set(start, name);
    }
  };
  const channels = fields(results["channel_labels"] ?? {}, "channel_labels");
  for (const channel of list(channels["channels"] ?? [], "channels"))
    note(fields(channel, "a channel"), "channel_label");
  const labels = fields(results["speaker_labels"] ?? {}, "speaker_labels");
  for (const segment of list(labels["segments"] ?? [], "segments"))
    note(fields(segment, "a segment"), "speaker_label");
  return speakers;
}

/** Which items' times are not sure, by their ids; only ours says so. */
function timingByItem(engine: unknown): Map<number, Word["timing"]> {
  const timing = fields(fields(engine ?? {}, "engine")["timing"] ?? {}, "engine.timing");
  const byItem = new Map<number, Word["timing"]>();
  for (const kind of ["doubtful", "estimated"] as const)
    for (const id of list(timing[kind] ?? [], "engine.timing")) byItem.set(Number(id), kind);
  return byItem;
}

/** How many channels were transcribed each by itself; undefined when they were mixed. */
export function channelsOf(results: Fields): number | undefined {
  if (results["channel_labels"] === undefined || results["speaker_labels"] !== undefined)
    return undefined;
  const labels = fields(results["channel_labels"], "channel_labels");
  return (
    numberOf(labels["number_of_channels"]) ?? list(labels["channels"] ?? [], "channels").length
  );
}

/** The words of each channel by itself, in turns; undefined where the file does not part them. */
function wordsOfChannels(
  results: Fields,
  timings: ReadonlyMap<number, Word["timing"]>,
): Word[] | undefined {
  if (channelsOf(results) === undefined) return undefined;
  const labels = fields(results["channel_labels"], "channel_labels");
  const channels = list(labels["channels"] ?? [], "channels").map((one) =>
    fields(one, "a channel"),
  );
  const parted = channels.flatMap((channel) => {
    const speaker = text(channel["channel_label"]);
    const words = wordsOf({ items: channel["items"] ?? [] }, timings);
    return words.map((word): Word => (speaker === undefined ? word : { ...word, speaker }));
  });
  return inTurns(parted);
}

function wordsOf(results: Fields, timings: ReadonlyMap<number, Word["timing"]>): Word[] {
  const speakers = speakersByTime(results);
  const words: Word[] = [];
  for (const [index, entry] of list(results["items"], "results.items").entries()) {
    const place = `results.items[${index}]`;
    const item = fields(entry, place);
    const [first] = list(item["alternatives"], `${place}.alternatives`);
    const best = fields(first, `${place}.alternatives[0]`);
    const content = text(best["content"]);
    if (content === undefined) throw garbage(`${place} has no content`);
    if (item["type"] === "punctuation") {
      const last = words.at(-1); // punctuation before the first word is dropped
      if (last !== undefined && content !== "")
        words[words.length - 1] = { ...last, punctuation: (last.punctuation ?? "") + content };
      continue;
    }
    if (item["type"] !== "pronunciation") throw garbage(`${place} is of no known type`);
    const startMs = timeMs(item["start_time"], `${place}.start_time`);
    const confidence = numberOf(best["confidence"]);
    const timing = timings.get(Number(item["id"]));
    const speaker =
      text(item["speaker_label"]) ??
      speakers.get(text(item["start_time"]) ?? "") ??
      text(item["channel_label"]);
    words.push({
      text: content,
      startMs,
      endMs: Math.max(startMs, timeMs(item["end_time"], `${place}.end_time`)),
      ...(confidence === undefined ? {} : { confidence: Math.min(1, Math.max(0, confidence)) }),
      ...(timing === undefined ? {} : { timing }),
      ...(speaker === undefined ? {} : { speaker }),
    });
  }
  return words;
}

/** The words of a file, with their speakers or channels, and how sure their times are. */
export function spokenWords(results: Fields, engine: unknown): Word[] {
  const timings = timingByItem(engine);
  const all = wordsOf(results, timings);
  return wordsOfChannels(results, timings) ?? all;
}
