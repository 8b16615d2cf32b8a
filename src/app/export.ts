import { cuesFrom } from "../captions/cues.ts";
import { rulesFor } from "../captions/rules.ts";
import { srt } from "../captions/srt.ts";
import { webVtt } from "../captions/webvtt.ts";
import { transcriptDocument } from "../export/docx/document.ts";
import { exportTranscript } from "../export/transcript.ts";
import { incompleteNote } from "../media/damage.ts";
import type { Media } from "../media/media.ts";
import { draftNote, type Transcript } from "../media/transcript.ts";
import type { CaptionOptions, ExportFormat } from "./export-formats.ts";
import { found } from "./find.ts";
import type { Ports } from "./ports.ts";
import { readTranscript } from "./read-output.ts";

function exportedText(
  { name, facts }: Media,
  transcript: Transcript,
  format: ExportFormat,
  options: CaptionOptions,
): string {
  const cues = () =>
    cuesFrom(transcript.words, rulesFor(transcript.languageCode, transcript.words));
  const notes = [draftNote(transcript.engine), incompleteNote(facts?.incomplete)];
  const note = notes.filter((one) => one !== undefined).join(" ") || undefined;
  switch (format) {
    case "srt":
      return srt(cues(), options);
    case "vtt":
      return webVtt(cues(), { ...options, ...(note !== undefined && { note }) });
    case "txt":
    case "json":
    case "csv":
      return exportTranscript({
        name,
        transcript,
        format,
        ...(facts?.incomplete !== undefined && { incomplete: facts.incomplete }),
      });
  }
}

/** The transcript as a file of that format. @throws MediaError `not_found` when there is none */
export async function exportText(
  ports: Pick<Ports, "catalog" | "objects">,
  which: string | Media,
  format: ExportFormat,
  options: CaptionOptions = {},
): Promise<string> {
  const media = await found(ports, which);
  return exportedText(media, await readTranscript(ports, media), format, options);
}

/** The transcript as a Word document. @throws MediaError `not_found`, `engine_missing` without the package docx */
export async function exportDocument(
  ports: Pick<Ports, "catalog" | "objects">,
  which: string | Media,
): Promise<Uint8Array> {
  const media = await found(ports, which);
  const transcript = await readTranscript(ports, media);
  const { name, facts } = media;
  const jobs = await ports.catalog.listJobs({ media, step: "transcribe" });
  const transcribedAt = jobs.find((job) => job.state === "succeeded")?.finishedAt;
  return transcriptDocument({
    name,
    transcript,
    ...(facts?.durationMs !== undefined && { durationMs: facts.durationMs }),
    ...(facts?.incomplete !== undefined && { incomplete: facts.incomplete }),
    ...(transcribedAt !== undefined && { transcribedAt }),
  });
}
