import type { MediaFacts } from "../../media/facts.ts";

/** The formats that a request can name, by what the probe calls their containers. */
const formats: readonly (readonly [container: RegExp, names: readonly string[]])[] = [
  [/\bmp4\b/, ["mp4", "m4a"]],
  [/\bwebm\b/, ["webm"]],
  [/^mp3$/, ["mp3"]],
  [/^wav$|^w64$/, ["wav"]],
  [/^flac$/, ["flac"]],
  [/^ogg$/, ["ogg"]],
  [/^amr/, ["amr"]],
];

const namesOf = ({ container }: Pick<MediaFacts, "container">): readonly string[] =>
  formats.find(([pattern]) => pattern.test(container))?.[1] ?? [];

/** What a recording's format is called; undefined when Amazon Transcribe has no name for it. */
export const formatOf = (facts: MediaFacts): string | undefined => namesOf(facts)[0];

/** Why a recording is not what the request says of it, in AWS's words; undefined when it is. */
export function mismatch(
  asked: { readonly MediaFormat?: string; readonly MediaSampleRateHertz?: number },
  facts: MediaFacts,
): string | undefined {
  const { MediaFormat, MediaSampleRateHertz } = asked;
  if (MediaFormat !== undefined && !namesOf(facts).includes(MediaFormat))
    return "The media format provided does not match the detected media format.";
  const rate = facts.audio?.sampleRateHz;
  if (MediaSampleRateHertz !== undefined && rate !== undefined && rate !== MediaSampleRateHertz)
    return "The sample rate provided does not match the detected sample rate.";
  return undefined;
}
