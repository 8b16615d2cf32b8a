import type { Engine } from "../media/engine.ts";
import type { MediaFacts } from "../media/facts.ts";
import type { ObjectRef } from "../media/media.ts";

export interface ProbeRequest {
  readonly source: ObjectRef;
}

/**
 * Finds out what an object is, by its content alone. `begin` throws MediaError `empty_file`,
 * `unsupported_media`, `damaged_media`, `limit_duration`, `limit_pixels`, `not_found`.
 */
export type Prober = Engine<ProbeRequest, MediaFacts>;
