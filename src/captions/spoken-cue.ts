import type { Cue } from "../media/cue.ts";
import type { Token } from "./tokens.ts";

/** A cue with the time of each piece of its text, for players that highlight it. */
export interface SpokenCue extends Cue {
  readonly spoken: readonly (readonly Omit<Token, "speaker">[])[];
}
