import { MediaError } from "../media/errors.ts";
import type { Media } from "../media/media.ts";
import type { SoundTrack, TranscribeRequest } from "./transcriber.ts";

/** The sound of the upload itself. @throws MediaError `internal` when it has none */
export function ownSound({
  name,
  version,
  facts,
}: Media): Pick<TranscribeRequest, "source" | "track"> {
  if (facts?.audio === undefined)
    throw new MediaError("internal", `${JSON.stringify(name)} is to be heard but has no sound`);
  const { streamIndex, channels, mixGain, startMs, durationMs } = facts.audio;
  const track: SoundTrack = {
    container: facts.container,
    streamIndex,
    ...(mixGain === undefined ? {} : { mix: { channels, gain: mixGain } }),
    ...(startMs === undefined ? {} : { startMs }),
    ...(durationMs === undefined ? {} : { durationMs }),
  };
  return { source: { bucket: "uploads", key: name, version }, track };
}
