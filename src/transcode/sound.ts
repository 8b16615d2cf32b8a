import type { AudioFacts } from "../media/facts.ts";
import type { AudioSpec } from "./profile.ts";

/**
 * How many times the source's bit rate AAC-LC may have, so that nothing is lost of what a codec keeps at
 * lower rates. 2: HE-AAC's usual rates are half of LC's. Codecs that are not listed keep everything
 * (PCM, FLAC …), so that the spec alone decides.
 */
const aacPerSource: Readonly<Record<string, number>> = {
  aac: 1,
  mp3: 1,
  mp2: 1,
  ac3: 1,
  amr_nb: 2,
  amr_wb: 2,
  eac3: 1.5,
  opus: 1.5,
  vorbis: 1.5,
  wmav2: 1,
};

/** AAC-LC below this rate for each channel is not worth having. */
const leastPerChannel = 32_000;

/**
 * What a spec asks for of this sound: its figures are upper bounds. Mono stays mono. AAC gets the rate of
 * as many channels, and not more than the source needs; MP3 keeps the constant rate of its preset.
 */
export function soundFor(source: AudioFacts, spec: AudioSpec): AudioSpec {
  const channels = Math.max(1, Math.min(source.channels, spec.channels));
  if (spec.codec === "mp3") return { ...spec, channels };
  const full = Math.round((spec.bitRate * channels) / spec.channels);
  const factor = aacPerSource[source.codec];
  if (factor === undefined || source.bitRate === undefined)
    return { ...spec, channels, bitRate: full };
  const isHighEfficiency = source.codec === "aac" && source.profile?.startsWith("HE") === true;
  // More channels than are made: their share of the rate.
  const share = channels / Math.max(channels, source.channels);
  const needed = source.bitRate * share * (isHighEfficiency ? 2 : factor);
  const whole = Math.ceil(needed / 1000) * 1000;
  return {
    ...spec,
    channels,
    bitRate: Math.min(full, Math.max(whole, channels * leastPerChannel)),
  };
}
