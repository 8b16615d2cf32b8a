/**
 * An adaptive stream as data: what playlists are made from. Each rung and each sound track is one
 * fragmented MP4 file, which HLS and DASH read by byte ranges.
 *
 * Fragment: a `moof` and its `mdat`, which begins with a keyframe. Segment: what a player fetches at once;
 * here one fragment. Rung: the film at one size and rate.
 */

/** One fragment of a file. Bytes are counted from the file's start, times in its time scale. */
export interface Fragment {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly duration: number;
  /** The bytes from the fragment's start to the end of its first picture: what an I-frame list needs. */
  readonly keyframeBytes?: number;
}

/** Where everything lies in a fragmented MP4. */
export interface FragmentIndex {
  /** Bytes of `ftyp` and `moov`, from 0 on. */
  readonly initBytes: number;
  /** Bytes of the `sidx` box that follows them; absent where there is none. */
  readonly sidxBytes?: number;
  /** Ticks a second. */
  readonly timescale: number;
  readonly fragments: readonly Fragment[];
}

interface Track {
  /** Relative to the playlists. */
  readonly uri: string;
  /** RFC 6381: `avc1.640028`, `mp4a.40.2`. */
  readonly codecs: string;
  readonly index: FragmentIndex;
}

export interface VideoRung extends Track {
  readonly width: number;
  readonly height: number;
  readonly frameRate: { readonly num: number; readonly den: number };
}

export interface SoundTrack extends Track {
  /** For people. */
  readonly name: string;
  /** BCP 47; absent where it is not known. */
  readonly language?: string;
  readonly isDefault: boolean;
  readonly sampleRateHz: number;
  readonly channels: number;
}

export interface CaptionTrack {
  /** A WebVTT file, relative to the playlists. */
  readonly uri: string;
  readonly name: string;
  readonly language: string;
  readonly isDefault: boolean;
  readonly isForced: boolean;
}

export interface StreamSet {
  /** The smallest first. Empty for a recording. */
  readonly rungs: readonly VideoRung[];
  readonly sounds: readonly SoundTrack[];
  readonly captions: readonly CaptionTrack[];
  readonly durationMs: number;
}
