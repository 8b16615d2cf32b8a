import { MediaError } from "../media/errors.ts";
import type { Cue } from "../media/cue.ts";
import type { JobSettings } from "../media/job.ts";
import { outputKey } from "../media/keys.ts";
import type { OutputKind } from "../media/keys.ts";
import type { Media, StoredObject } from "../media/media.ts";
import { fromTranscribeJson } from "../media/transcribe-json.ts";
import { draftNote } from "../media/transcript.ts";
import { metadataRecord } from "../media/transcript-record.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { putText, readJson } from "../objects/stored.ts";
import type { Change } from "../catalog/catalog.ts";
import type { StepContext, StepOutcome, StepWork } from "../queue/step.ts";
import { cuesFrom } from "./cues.ts";
import { captionTypes, keepSubtitles } from "./keep-subtitles.ts";
import { rulesFor } from "./rules.ts";
import { srt } from "./srt.ts";
import type { ReadSubtitles, SubtitleRequest } from "./subtitles.ts";
import { webVtt } from "./webvtt.ts";

interface Parts {
  readonly objects: ObjectStore;
  /** The transcript's JSON of that version of a media file. */
  readonly transcriptOf: (
    media: Pick<Media, "name" | "version">,
  ) => Promise<StoredObject | undefined>;
  readonly readSubtitles: ReadSubtitles;
  /** Whether that version of a media file has an adaptive stream, or will. */
  readonly hasStream: (media: Pick<Media, "name" | "version">) => Promise<boolean>;
  /** Writes anew what lists the parts of its stream, with its captions as they are. */
  readonly issueStream: (media: Pick<Media, "name" | "version">) => Promise<readonly Change[]>;
}

/** The subtitle tracks to read; undefined for all else. */
type IndexRequest = SubtitleRequest | undefined;
type IndexResult = readonly (readonly Cue[] | undefined)[];

const streamsOf = ({ streams }: JobSettings): number[] =>
  Array.isArray(streams) ? streams.filter((one): one is number => typeof one === "number") : [];

/**
 * The step `index`. Settings `of`: `labels` only makes the media file findable by them; `transcript`
 * also makes captions (WebVTT and SRT), the metadata record and what is searched; `voices` (default:
 * true) and `wordTimes` (default: false) say how the WebVTT is written; `subtitles` keeps the subtitle tracks
 * that are in the file (`streams`) as WebVTT and SRT; `stream` lists the parts of an adaptive stream. Only
 * subtitles need an engine, ffmpeg.
 */
export function createIndexStep({
  objects,
  transcriptOf,
  hasStream,
  issueStream,
  readSubtitles,
}: Parts): StepWork<IndexRequest, IndexResult> {
  const put = ({ media }: StepContext, kind: OutputKind, contentType: string, text: string) =>
    putText(objects, { bucket: "outputs", key: outputKey(kind, media.name) }, text, contentType);

  async function indexTranscript(context: StepContext): Promise<StepOutcome> {
    const { name, version } = context.media;
    const object = await transcriptOf(context.media);
    if (object === undefined)
      throw new MediaError("not_found", `${JSON.stringify(name)} has no transcript`);
    const json = await readJson(objects, object);
    const transcript = fromTranscribeJson(json);
    const { words, languageCode, engine } = transcript;
    const metadata = metadataRecord(object.key, json, transcript);
    const cues = cuesFrom(words, rulesFor(languageCode, words));
    const note = draftNote(engine);
    const { voices, wordTimes } = context.job.settings;
    const vtt = await put(
      context,
      "captions-vtt",
      captionTypes.vtt,
      webVtt(cues, {
        voices: voices !== false,
        wordTimes: wordTimes === true,
        ...(note !== undefined && { note }),
      }),
    );
    const subRip = await put(context, "captions-srt", captionTypes.srt, srt(cues));
    return {
      changes: [
        { type: "putOutput", version, object: vtt },
        { type: "putOutput", version, object: subRip },
        { type: "putTranscript", version, transcript: { words, languageCode, engine }, metadata },
        { type: "index", version },
      ],
      events: (await hasStream(context.media))
        ? [{ type: "captions.created", name, version, captions: vtt.version }]
        : [],
      notes: [`${cues.length} captions`],
    };
  }

  return {
    engineOf: () => ({
      id: "index",
      begin: async (request, options) => ({
        state: "done",
        result: request === undefined ? [] : await readSubtitles(request, options),
      }),
    }),
    async requestOf({ job: { settings }, media: { name, version, facts } }) {
      if (settings["of"] !== "subtitles" || facts === undefined) return undefined;
      const { container, durationMs } = facts;
      return {
        source: { bucket: "uploads", key: name, version },
        container,
        streams: streamsOf(settings),
        ...(durationMs !== undefined && { durationMs }),
      };
    },
    async conclude(context, read) {
      const { of } = context.job.settings;
      const { name, version } = context.media;
      if (of === "transcript") return indexTranscript(context);
      if (of === "subtitles")
        return keepSubtitles(objects, context, streamsOf(context.job.settings), read);
      if (of === "labels") return { changes: [{ type: "index", version }], events: [], notes: [] };
      if (of === "stream")
        return { changes: await issueStream(context.media), events: [], notes: [] };
      throw new MediaError("internal", `the job of ${name} does not say what to index`);
    },
  };
}
