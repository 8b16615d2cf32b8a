import { channelLabel } from "./channels.ts";
import { undetermined } from "./transcribe-json.ts";
import type { SpeakerLabels, TranscribeItem, TranscribeJson } from "./transcribe-json.ts";
import { transcriptText } from "./transcript.ts";
import type { Transcript, Word } from "./transcript.ts";

/** A pause of this length ends an audio segment. AWS does not publish its figure. */
const segmentPauseMs = 1_000;

/** `1009` → `1.009`, `7000` → `7.0`: how AWS writes times and scores. */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

const seconds = (ms: number): string => decimal(ms / 1000);

/** Four decimals, as in AWS's results. */
const score = (value: number): string => decimal(Math.round(value * 10_000) / 10_000);

type Label = Pick<TranscribeItem, "speaker_label" | "channel_label">;

/** Who says a word: a speaker that was told apart, or a channel. */
function labelOf(word: Word | undefined, { channels }: Transcript): Label {
  if (word?.speaker === undefined) return {};
  return channels === undefined ? { speaker_label: word.speaker } : { channel_label: word.speaker };
}

/** The item of a word, and the item of its punctuation if it has some. */
function itemsOf(word: Word, id: number, label: Label): TranscribeItem[] {
  const confidence = word.confidence === undefined ? {} : { confidence: score(word.confidence) };
  const spoken: TranscribeItem = {
    id,
    type: "pronunciation",
    alternatives: [{ ...confidence, content: word.text }],
    start_time: seconds(word.startMs),
    end_time: seconds(word.endMs),
    ...label,
  };
  if (word.punctuation === undefined || word.punctuation === "") return [spoken];
  const alternatives = [{ confidence: "0.0", content: word.punctuation }];
  return [spoken, { id: id + 1, type: "punctuation", alternatives, ...label }];
}

interface Run {
  readonly words: Word[];
  readonly itemIds: number[];
}

/** Words in runs that end where the speaker changes, at a sentence's end, or at a pause. */
function runsOf(words: readonly Word[], itemIds: readonly (readonly number[])[]): Run[] {
  const runs: Run[] = [];
  let previous: Word | undefined;
  for (const [index, word] of words.entries()) {
    const ends =
      previous === undefined ||
      previous.speaker !== word.speaker ||
      /[.?!。？！]$/.test(previous.punctuation ?? "") ||
      word.startMs - previous.endMs >= segmentPauseMs;
    if (ends) runs.push({ words: [], itemIds: [] });
    runs.at(-1)?.words.push(word);
    runs.at(-1)?.itemIds.push(...(itemIds[index] ?? []));
    previous = word;
  }
  return runs;
}

/** The items of words whose times are not sure. */
function timingOf(words: readonly Word[], itemIds: readonly (readonly number[])[]) {
  const ids = (kind: Word["timing"]): number[] =>
    words.flatMap(({ timing }, index) =>
      timing === kind ? (itemIds[index]?.slice(0, 1) ?? []) : [],
    );
  const [doubtful, estimated] = [ids("doubtful"), ids("estimated")];
  if (doubtful.length === 0 && estimated.length === 0) return {};
  return {
    timing: {
      ...(doubtful.length === 0 ? {} : { doubtful }),
      ...(estimated.length === 0 ? {} : { estimated }),
    },
  };
}

/** Start of the first word and latest end of all. */
function span(words: readonly Word[]): { start_time: string; end_time: string } {
  let endMs = 0;
  for (const word of words) endMs = Math.max(endMs, word.endMs);
  return { start_time: seconds(words[0]?.startMs ?? 0), end_time: seconds(endMs) };
}

function speakerLabels(runs: readonly Run[], words: readonly Word[]): SpeakerLabels | undefined {
  const speakers = new Set(words.flatMap((word) => word.speaker ?? []));
  if (speakers.size === 0) return undefined;
  const segments = runs.flatMap(({ words: spoken }) => {
    const speaker_label = spoken[0]?.speaker;
    if (speaker_label === undefined) return [];
    const items = spoken.map((word) => ({ ...span([word]), speaker_label }));
    return [{ ...span(spoken), speaker_label, items }];
  });
  return { segments, channel_label: "ch_0", speakers: speakers.size };
}

function channelLabels(
  channels: number,
  items: readonly TranscribeItem[],
): NonNullable<TranscribeJson["results"]["channel_labels"]> {
  return {
    channels: Array.from({ length: channels }, (_, channel) => {
      const channel_label = channelLabel(channel);
      return { channel_label, items: items.filter((item) => item.channel_label === channel_label) };
    }),
    number_of_channels: channels,
  };
}

/** The items of words in the order of time, and the ids of each word's items. */
function allItems(transcript: Transcript): { items: TranscribeItem[]; itemIds: number[][] } {
  const { words, channels } = transcript;
  const items: TranscribeItem[] = [];
  const itemIds: number[][] = words.map(() => []);
  const order = [...words.entries()];
  if (channels !== undefined) order.sort(([, a], [, b]) => a.startMs - b.startMs);
  for (const [place, word] of order) {
    const own = itemsOf(word, items.length, labelOf(word, transcript));
    itemIds[place] = own.map((item) => item.id);
    items.push(...own);
  }
  return { items, itemIds };
}

/**
 * A transcript as Amazon Transcribe's result. Words with unknown confidence carry none.
 * `accountId` defaults to twelve zeros, the shape that readers expect.
 */
export function toTranscribeJson(result: {
  readonly jobName: string;
  readonly accountId?: string;
  readonly transcript: Transcript;
  readonly languageIdentification?: readonly { readonly code: string; readonly score: number }[];
  readonly durationMs?: number;
  readonly realTimeFactor?: number;
}): TranscribeJson {
  const { transcript, languageIdentification, durationMs, realTimeFactor } = result;
  const { words, languageCode, channels } = transcript;
  const { items, itemIds } = allItems(transcript);
  const runs = runsOf(words, itemIds);
  const speakers = channels === undefined ? speakerLabels(runs, words) : undefined;
  const audio_segments = runs.map(({ words: spoken, itemIds: ids }, id) => {
    const label = labelOf(spoken[0], transcript);
    return { id, transcript: transcriptText(spoken), ...span(spoken), ...label, items: ids };
  });
  const scores = languageIdentification?.map((found) => ({
    score: score(found.score),
    code: found.code,
  }));
  return {
    jobName: result.jobName,
    accountId: result.accountId ?? "000000000000",
    status: "COMPLETED",
    results: {
      ...(languageCode === undetermined ? {} : { language_code: languageCode }),
      ...(scores === undefined ? {} : { language_identification: scores }),
      transcripts: [{ transcript: transcriptText(words) }],
      ...(speakers === undefined ? {} : { speaker_labels: speakers }),
      ...(channels === undefined ? {} : { channel_labels: channelLabels(channels, items) }),
      items,
      audio_segments,
    },
    engine: {
      ...transcript.engine,
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(realTimeFactor === undefined
        ? {}
        : { realTimeFactor: Math.round(realTimeFactor * 1000) / 1000 }),
      ...(transcript.corrections !== undefined && { corrections: transcript.corrections }),
      ...timingOf(words, itemIds),
    },
  };
}
