import { chooseEntry, engineNamed, type EngineEntry } from "../media/engine-registry.ts";
import { renditionNames, type RenditionName } from "../media/media.ts";
import { checkEncoders } from "./ffmpeg/check-encoders.ts";
import { createFfmpegTranscoder, type FfmpegTranscoderOptions } from "./ffmpeg/transcoder.ts";
import type { Profile } from "./profile.ts";
import type { Transcoder } from "./transcoder.ts";

/** What a transcoder can do. */
interface TranscodeCapabilities {
  /** The renditions that it makes. */
  readonly renditions: readonly RenditionName[];
}

/** A transcoder of this machine. */
interface TranscodeEngine extends EngineEntry<Transcoder> {
  readonly can: TranscodeCapabilities;
}

/** ffmpeg, in the sandbox. A missing program is found by the first job. */
function ffmpegEntry(options: FfmpegTranscoderOptions): TranscodeEngine {
  const transcoder = createFfmpegTranscoder(options);
  return {
    name: "ffmpeg",
    ids: /^ffmpeg$/,
    can: { renditions: renditionNames },
    missing: () => undefined,
    best: () => transcoder,
    named: () => transcoder,
    close: async () => {},
  };
}

/** The transcoders of this machine. */
export interface Transcoding {
  /** The transcoder for new jobs. */
  readonly chosen: Transcoder;
  /** The transcoder that a job's settings name; `chosen` where they name none that is here. */
  readonly transcoderOf: (id: unknown) => Transcoder;
  /** Refuses a profile that needs an encoder which is not here. @throws MediaError `engine_missing` */
  readonly checkProfile: (profile: Partial<Profile>) => Promise<void>;
}

/** The registry of transcoders on this machine. */
export function createTranscoding(options: FfmpegTranscoderOptions): Transcoding {
  const registry = [ffmpegEntry(options)];
  const chosen = chooseEntry(registry, "auto").best();
  return {
    chosen,
    transcoderOf: (id) => engineNamed(registry, id) ?? chosen,
    checkProfile: (profile) => checkEncoders(options, profile),
  };
}
