import { channelLabel, inTurns } from "../media/channels.ts";
import type { BeginOptions } from "../media/engine.ts";
import { MediaError } from "../media/errors.ts";
import { speakerName } from "../media/speaker-name.ts";
import type { TranscribeRequest, TranscribeResult, Transcriber } from "./transcriber.ts";

/** Each channel takes as long as the whole recording; more of them are no people. */
const mostChannels = 8;

/** @throws MediaError `invalid_argument`, `limit_channels` */
function checked({ channels = 1, track, speakers }: TranscribeRequest) {
  if (speakers !== undefined)
    throw new MediaError("invalid_argument", "either channels or speakers are told apart");
  if (track === undefined)
    throw new MediaError("internal", "the channels of an audio rendition are not the recording's");
  if (channels <= mostChannels) return { channels, track };
  const message = `its sound has ${channels} channels; each can be a speaker where there are at most ${mostChannels}`;
  throw new MediaError("limit_channels", message);
}

/** The progress of all channels, from that of one. */
function progressOf(onProgress: BeginOptions["onProgress"], channels: number) {
  const startedAt = performance.now();
  return (channel: number): BeginOptions["onProgress"] =>
    ({ fraction: own, speed }) => {
      const known = speed === undefined ? {} : { speed: speed / channels };
      if (own === undefined) return onProgress(known);
      const fraction = (channel + own) / channels;
      const elapsedMs = performance.now() - startedAt;
      const remaining =
        fraction > 0 ? { remainingMs: Math.round((elapsedMs * (1 - fraction)) / fraction) } : {};
      onProgress({ ...known, fraction, ...remaining });
    };
}

const nothing = "no speech found";

/** What a person should know, with the channel that it is about. */
function notesOf(results: readonly TranscribeResult[]): string[] {
  const heard = results.filter(({ transcript }) => transcript.words.length > 0);
  const languages = new Set(heard.map(({ transcript }) => transcript.languageCode));
  const spoken = results.map(
    ({ transcript }, channel) =>
      `${speakerName(channelLabel(channel))} ${transcript.words.length === 0 ? "nothing" : transcript.languageCode}`,
  );
  // What holds for all who are heard is said once.
  const common = (heard[0]?.notes ?? []).filter((note) =>
    heard.every(({ notes }) => notes.includes(note)),
  );
  const own = results.flatMap(({ notes }, channel) =>
    notes
      .filter((note) => !common.includes(note) && (heard.length > 0 || note !== nothing))
      .map((note) => `${speakerName(channelLabel(channel))}: ${note}`),
  );
  return [
    ...(heard.length === 0 ? [nothing] : []),
    ...(languages.size > 1 ? [`several languages: ${spoken.join(", ")}`] : []),
    ...common,
    ...own,
  ];
}

/** One transcript of all channels; its language is that in which most words are said. */
function merged(results: readonly TranscribeResult[]): TranscribeResult | undefined {
  const [most] = results.toSorted((a, b) => b.transcript.words.length - a.transcript.words.length);
  if (most === undefined) return undefined;
  const words = results.flatMap(({ transcript }, channel) =>
    transcript.words.map((word) => ({ ...word, speaker: channelLabel(channel) })),
  );
  const factors = results.flatMap(({ realTimeFactor }) => realTimeFactor ?? []);
  const sum = factors.reduce((total, factor) => total + factor, 0);
  return {
    transcript: { ...most.transcript, words: inTurns(words), channels: results.length },
    ...(factors.length === 0 ? {} : { realTimeFactor: sum }),
    notes: notesOf(results),
  };
}

/**
 * A transcriber that also knows recordings of which each channel is one speaker (`request.channels`):
 * it transcribes one channel after the other by itself, and puts the words together in the order of time.
 * `begin` throws what the transcriber throws, and MediaError `invalid_argument`, `limit_channels`.
 */
export function eachChannel(transcriber: Transcriber): Transcriber {
  return {
    ...transcriber,
    async begin(request, options) {
      if (request.channels === undefined) return transcriber.begin(request, options);
      const { channels, track } = checked(request);
      const progress = progressOf(options.onProgress, channels);
      const { channels: _all, ...rest } = request;
      const results: TranscribeResult[] = [];
      for (let channel = 0; channel < channels; channel += 1) {
        const one = { ...rest, track: { ...track, channel } };
        const begun = await transcriber.begin(one, { ...options, onProgress: progress(channel) });
        if (begun.state !== "done")
          throw new MediaError("internal", "an engine that accepts work has channels of its own");
        results.push(begun.result);
      }
      const result = merged(results);
      if (result === undefined) throw new MediaError("internal", "a recording has no channel");
      return { state: "done", result };
    },
  };
}
