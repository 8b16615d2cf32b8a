import { ratesOf } from "./rates.ts";
import type {
  CaptionTrack,
  FragmentIndex,
  SoundTrack,
  StreamSet,
  VideoRung,
} from "./stream-set.ts";

/** The MPD of DASH (ISO/IEC 23009-1) over the same bytes, a pure function. */

const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    // What XML 1.0 cannot hold at all.
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "");

/** ISO 8601: PT12.500S. */
const isoDuration = (ms: number): string => `PT${(ms / 1000).toFixed(3)}S`;

const attributes = (list: Readonly<Record<string, string | number | undefined>>): string =>
  Object.entries(list)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [` ${name}="${escaped(String(value))}"`],
    )
    .join("");

/** Where the segments lie: each with its bytes and its length. */
function segmentList(uri: string, { initBytes, timescale, fragments }: FragmentIndex): string[] {
  const range = (start: number, size: number) => `${start}-${start + size - 1}`;
  return [
    `<BaseURL>${escaped(uri)}</BaseURL>`,
    `<SegmentList${attributes({ timescale })}>`,
    `<Initialization${attributes({ range: range(0, initBytes) })}/>`,
    "<SegmentTimeline>",
    ...fragments.map(
      ({ duration: d }, at) => `<S${attributes({ t: at === 0 ? 0 : undefined, d })}/>`,
    ),
    "</SegmentTimeline>",
    ...fragments.map(
      ({ offset, sizeBytes }) =>
        `<SegmentURL${attributes({ mediaRange: range(offset, sizeBytes) })}/>`,
    ),
    "</SegmentList>",
  ];
}

function rungLines(
  { uri, codecs, width, height, frameRate, index }: VideoRung,
  at: number,
): string[] {
  const { num, den } = frameRate;
  const rate = den === 1 ? num : `${num}/${den}`;
  const bandwidth = ratesOf(index).peak;
  return [
    `<Representation${attributes({ id: `v${at}`, codecs, width, height, frameRate: rate, bandwidth })}>`,
    ...segmentList(uri, index),
    "</Representation>",
  ];
}

function soundLines(sound: SoundTrack, at: number): string[] {
  const { uri, codecs, language, name, isDefault, sampleRateHz, channels, index } = sound;
  const scheme = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011";
  const bandwidth = ratesOf(index).peak;
  const set = { mimeType: "audio/mp4", lang: language, segmentAlignment: "true", startWithSAP: 1 };
  return [
    `<AdaptationSet${attributes({ id: 100 + at, contentType: "audio", ...set })}>`,
    `<Role schemeIdUri="urn:mpeg:dash:role:2011"${attributes({ value: isDefault ? "main" : "alternate" })}/>`,
    `<Label>${escaped(name)}</Label>`,
    `<Representation${attributes({ id: `a${at}`, codecs, audioSamplingRate: sampleRateHz, bandwidth })}>`,
    `<AudioChannelConfiguration schemeIdUri="${scheme}"${attributes({ value: channels })}/>`,
    ...segmentList(uri, index),
    "</Representation>",
    "</AdaptationSet>",
  ];
}

function captionLines({ uri, language, name, isForced }: CaptionTrack, at: number): string[] {
  const set = { contentType: "text", mimeType: "text/vtt", lang: language };
  const role = isForced ? "forced-subtitle" : "caption";
  return [
    `<AdaptationSet${attributes({ id: 200 + at, ...set })}>`,
    `<Role schemeIdUri="urn:mpeg:dash:role:2011"${attributes({ value: role })}/>`,
    `<Label>${escaped(name)}</Label>`,
    `<Representation${attributes({ id: `t${at}`, bandwidth: 256 })}>`,
    `<BaseURL>${escaped(uri)}</BaseURL>`,
    "</Representation>",
    "</AdaptationSet>",
  ];
}

/** The manifest of all rungs, sound tracks and captions. */
export function dashManifest({ rungs, sounds, captions, durationMs }: StreamSet): string {
  const longest = [...rungs, ...sounds].flatMap(({ index }) =>
    index.fragments.map(({ duration }) => (duration / index.timescale) * 1000),
  );
  const head = {
    xmlns: "urn:mpeg:dash:schema:mpd:2011",
    profiles: "urn:mpeg:dash:profile:isoff-main:2011",
    type: "static",
    mediaPresentationDuration: isoDuration(durationMs),
    maxSegmentDuration: isoDuration(Math.max(0, ...longest)),
    minBufferTime: "PT2.000S",
  };
  const video = { id: 1, contentType: "video", mimeType: "video/mp4" };
  const aligned = { segmentAlignment: "true", startWithSAP: 1 };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<MPD${attributes(head)}>`,
    `<Period${attributes({ id: 0, start: "PT0S", duration: isoDuration(durationMs) })}>`,
    ...(rungs.length === 0
      ? []
      : [
          `<AdaptationSet${attributes({ ...video, ...aligned })}>`,
          ...rungs.flatMap(rungLines),
          "</AdaptationSet>",
        ]),
    ...sounds.flatMap(soundLines),
    ...captions.flatMap(captionLines),
    "</Period>",
    "</MPD>",
    "",
  ].join("\n");
}
