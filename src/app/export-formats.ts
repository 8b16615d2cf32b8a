/** What a transcript can be written as, beside a Word document. */
export const exportFormats = ["srt", "vtt", "txt", "json", "csv"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** How captions are written; other formats have neither. */
export interface CaptionOptions {
  /** Says who speaks, where it is known. Default: false. */
  readonly voices?: boolean;
  /** Marks the time of each word, in WebVTT. Default: false. */
  readonly wordTimes?: boolean;
  /** The number of the first caption, in SRT. Default: 1. */
  readonly firstNumber?: number;
}
