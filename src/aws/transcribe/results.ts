import type { Media } from "../../media/media.ts";
import type { TranscribeJson } from "../../media/transcribe-json.ts";
import type { Made } from "../../transcriptions/transcriptions.ts";
import { accountOf } from "../account.ts";
import { serviceBucket } from "../s3/service-bucket.ts";
import { formatOf } from "./formats.ts";
import { subtitlePlace, transcriptPlace } from "./output-place.ts";
import type { WireJob } from "./request.ts";
import { bucketFor, putTextFor, readObject, type ObjectParts } from "./text-objects.ts";

/** Writes a job's transcript and subtitles to where the client wants them. @throws MediaError where that cannot be */
export async function deliver(parts: ObjectParts, job: WireJob, media: Media): Promise<Made> {
  const { dailies } = parts;
  const { owner, name, asked } = job;
  const stored = await dailies.outputNamed(media, "transcribe");
  const bytes = await readObject(dailies, { ref: stored, sizeBytes: stored.sizeBytes });
  const heard = JSON.parse(bytes.toString()) as TranscribeJson;
  const json = { ...heard, jobName: name, accountId: accountOf(owner) };
  const transcript = transcriptPlace(job);
  await putTextFor(parts, owner, transcript, JSON.stringify(json), "application/json");
  const subtitles = [];
  const { Formats = [], OutputStartIndex = 0 } = asked.Subtitles ?? {};
  for (const format of new Set(Formats)) {
    const place = subtitlePlace(transcript, format);
    const isSrt = format === "srt";
    const text = await dailies.export(media, isSrt ? "srt" : "vtt", {
      firstNumber: OutputStartIndex,
    });
    await putTextFor(parts, owner, place, text, isSrt ? "application/x-subrip" : "text/vtt");
    subtitles.push(place);
  }
  const { language_code, language_identification = [] } = heard.results;
  const score = Number(language_identification[0]?.score);
  const audio = media.facts?.audio;
  const format = media.facts && formatOf(media.facts);
  return {
    transcript,
    subtitles,
    ...(language_code !== undefined && { languageCode: language_code }),
    ...(asked.IdentifyLanguage === true && !Number.isNaN(score) && { languageScore: score }),
    ...(audio !== undefined && { sampleRateHz: audio.sampleRateHz }),
    ...(format !== undefined && { format }),
  };
}

/** Removes what a job has in the service's own bucket; what it put into a client's is the client's. */
export async function removeService(parts: ObjectParts, { owner, made }: WireJob): Promise<void> {
  if (made === undefined) return;
  for (const { bucket, key } of [made.transcript, ...made.subtitles])
    if (bucket === serviceBucket) await (await bucketFor(parts, owner, bucket)).remove(key);
}
