import type { Engine } from "../media/engine.ts";
import type { MediaFacts } from "../media/facts.ts";
import type { TrackChoice } from "../media/tracks.ts";
import type { ObjectRef } from "../media/media.ts";

export interface ProbeRequest {
  readonly source: ObjectRef;
  /** The tracks that people chose. Default: by what is in them. */
  readonly tracks?: TrackChoice;
}

/**
 * Finds out what an object is, by its content alone. `begin` throws MediaError `empty_file`,
 * `unsupported_media`, `damaged_media`, `limit_duration`, `limit_pixels`, `no_such_track`, `not_found`.
 */
export type Prober = Engine<ProbeRequest, MediaFacts>;
