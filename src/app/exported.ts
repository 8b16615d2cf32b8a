import { cuesFrom } from "../captions/cues.ts";
import { rulesFor } from "../captions/rules.ts";
import { srt } from "../captions/srt.ts";
import { webVtt } from "../captions/webvtt.ts";
import { exportTranscript } from "../export/transcript.ts";
import { draftNote, type Transcript } from "../media/transcript.ts";
import type { CaptionOptions, ExportFormat } from "./export-formats.ts";

/** A transcript as a file of that format. */
export function exportedText(
  name: string,
  transcript: Transcript,
  format: ExportFormat,
  options: CaptionOptions = {},
): string {
  const cues = () =>
    cuesFrom(transcript.words, rulesFor(transcript.languageCode, transcript.words));
  const note = draftNote(transcript.engine);
  switch (format) {
    case "srt":
      return srt(cues());
    case "vtt":
      return webVtt(cues(), { ...options, ...(note !== undefined && { note }) });
    case "txt":
    case "json":
    case "csv":
      return exportTranscript({ name, transcript, format });
  }
}
