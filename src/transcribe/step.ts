import { withShortfall } from "../media/damage.ts";
import { MediaError } from "../media/errors.ts";
import type { Job, JobSettings } from "../media/job.ts";
import { earlierTranscriptKey, outputKey, safeJobName } from "../media/keys.ts";
import type { Media, StoredObject } from "../media/media.ts";
import {
  isSpeakerCount,
  type TranscriptionOptions,
  type VocabularyPhrase,
} from "../media/speech.ts";
import { toTranscribeJson } from "../media/to-transcribe-json.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { putText } from "../objects/stored.ts";
import type { StepWork } from "../queue/step.ts";
import { eachChannel } from "./each-channel.ts";
import { ownSound } from "./own-sound.ts";
import type { TranscribeRequest, TranscribeResult, Transcriber } from "./transcriber.ts";
import { applyVocabulary } from "./vocabulary.ts";
import { respellBySound } from "./vocabulary-sound.ts";

/** What is heard: the upload, where its channels count, or where there is no rendition of it. */
function soundOf(
  { settings }: Job,
  media: Media,
  rendition: StoredObject | undefined,
): Pick<TranscribeRequest, "source" | "track" | "channels"> {
  if (settings["channels"] !== true)
    return rendition === undefined ? ownSound(media) : { source: rendition };
  return { ...ownSound(media), channels: media.facts?.audio?.channels ?? 1 };
}

/** A job's settings as they are asked of an engine, but for the vocabulary. */
function requestOptions({
  speakers,
  identifyLanguage,
}: JobSettings): Pick<TranscribeRequest, "speakers" | "identifyLanguage"> {
  const { candidates } = (identifyLanguage ?? {}) as { candidates?: readonly string[] };
  return {
    ...(isSpeakerCount(speakers) ? { speakers } : {}),
    ...(identifyLanguage === undefined
      ? {}
      : { identifyLanguage: candidates === undefined ? {} : { candidates } }),
  };
}

/** The phrases that a job's settings name by their hash. */
async function phrasesOf(
  { settings, name, version }: Job,
  optionsOf: Parts["optionsOf"],
): Promise<readonly VocabularyPhrase[]> {
  const { vocabulary: sha256 } = settings;
  if (sha256 === undefined) return [];
  const asked = (await optionsOf({ name, version }))?.vocabulary;
  if (asked !== undefined && asked !== "none" && asked.sha256 === sha256) return asked.phrases;
  // Other options were given since then, and the job for them takes this one's place.
  throw new MediaError("cancelled", `the vocabulary for ${JSON.stringify(name)} was replaced`);
}

interface Parts {
  /** The transcriber of that id, which a job's settings name. @throws MediaError when it is not here */
  readonly transcriberOf: (engine: string | undefined) => Transcriber;
  readonly objects: ObjectStore;
  /** The audio rendition of that version of a media file, if there is one by now. */
  readonly audioOf: (media: Pick<Media, "name" | "version">) => Promise<StoredObject | undefined>;
  /** Whether people have corrected the transcript that is there now. */
  readonly isCorrected: (media: Pick<Media, "name" | "version">) => Promise<boolean>;
  /** The options that are in force now for a version's transcript. */
  readonly optionsOf: (
    media: Pick<Media, "name" | "version">,
  ) => Promise<TranscriptionOptions | undefined>;
}

/**
 * The step `transcribe`: what is said in the audio rendition, or in the upload itself where no
 * rendition was asked for, stored in the shape of Amazon Transcribe's results. Settings:
 * `languageCode` (BCP 47), `engine`, and where asked for `speakers`, `channels`, `identifyLanguage` and
 * `vocabulary`, whose phrases are spelled as they should be, whether the engine could listen for them or
 * not. What is thrown is the transcriber's.
 */
export function createTranscribeStep({
  transcriberOf,
  objects,
  audioOf,
  isCorrected,
  optionsOf,
}: Parts): StepWork<TranscribeRequest, TranscribeResult> {
  return {
    engineOf: (id) => eachChannel(transcriberOf(typeof id === "string" ? id : undefined)),
    async requestOf({ job, media }) {
      const { name, facts } = media;
      const { languageCode } = job.settings;
      if (typeof languageCode !== "string")
        throw new MediaError("internal", `the job of ${name} does not say in which language`);
      const audio = await audioOf(media);
      const duration = facts?.durationMs === undefined ? {} : { durationMs: facts.durationMs };
      const vocabulary = await phrasesOf(job, optionsOf);
      return {
        ...soundOf(job, media, audio),
        languageCode,
        ...duration,
        ...requestOptions(job.settings),
        ...(vocabulary.length === 0 ? {} : { vocabulary }),
      };
    },
    async conclude({ job, media }, { transcript: heard, realTimeFactor, short, notes }) {
      const { name, version, facts } = media;
      const vocabulary = await phrasesOf(job, optionsOf);
      const duration = facts?.durationMs === undefined ? {} : { durationMs: facts.durationMs };
      const transcript = {
        ...heard,
        words: applyVocabulary(respellBySound(heard.words, vocabulary), vocabulary),
      };
      const json = toTranscribeJson({
        jobName: safeJobName(name, version),
        transcript,
        ...(transcript.languageIdentification === undefined
          ? {}
          : { languageIdentification: transcript.languageIdentification }),
        ...duration,
        ...(realTimeFactor === undefined ? {} : { realTimeFactor }),
      });
      const key = outputKey("transcribe", name);
      const place = { bucket: "outputs", key } as const;
      const object = await putText(objects, place, JSON.stringify(json), "application/json");
      // corrections are people's work: what was heard anew is kept beside them
      if (await isCorrected(media)) {
        const beside = earlierTranscriptKey(name, object.version);
        const kept = `the corrected transcript stays; what was heard now is kept as ${beside}`;
        return {
          changes: [{ type: "putOutput", version, object: { ...object, key: beside } }],
          events: [],
          notes: [...(notes ?? []), kept],
        };
      }
      const known = facts === undefined ? undefined : withShortfall(facts, short);
      return {
        changes: [
          { type: "putOutput", version, object },
          ...(known === undefined ? [] : [{ type: "setFacts", version, facts: known } as const]),
        ],
        events: [{ type: "transcript.created", name, version, transcript: object.version }],
        notes,
      };
    },
  };
}
