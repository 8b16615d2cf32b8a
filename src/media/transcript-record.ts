import { fromTranscribeJson, undetermined } from "./transcribe-json.ts";
import type { StoredTranscript } from "./transcribe-json.ts";
import { transcriptText } from "./transcript.ts";
import type { Word } from "./transcript.ts";

/** The record of one transcript file in the metadata table. */
export interface TranscriptRecord {
  readonly JsonFile: string;
  readonly transcript: string;
  readonly [field: string]: unknown;
}

/** Mean confidence of the words that have one. */
function meanConfidence(words: readonly Word[]): number | undefined {
  const known = words.flatMap((word) => word.confidence ?? []);
  if (known.length === 0) return undefined;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return Math.round(mean * 10_000) / 10_000;
}

/** The text as the file states it. In languages without spaces it may differ from the joined items. */
function statedText(results: { transcripts?: readonly { transcript?: unknown }[] }): unknown {
  return results.transcripts?.[0]?.transcript;
}

/**
 * The metadata record of a transcript file: its key as `JsonFile`, the `transcript`, and all else
 * that the file tells: job, account, status, language and its scores, counts, engine, and the
 * items. A store that limits a record's size (DynamoDB: 400 KB) leaves out `items` and keeps
 * `itemCount`; `JsonFile` points at where they are.
 * @throws MediaError as `fromTranscribeJson`.
 */
export function metadataRecord(
  jsonFile: string,
  json: unknown,
  parsed: StoredTranscript = fromTranscribeJson(json),
): TranscriptRecord {
  const file = json as { results: Record<string, unknown>; engine?: unknown };
  const items = file.results["items"] as readonly { type: string }[];
  const stated = statedText(file.results);
  const speakers = new Set(parsed.words.flatMap((word) => word.speaker ?? []));
  const confidence = meanConfidence(parsed.words);
  const known = <T>(name: string, value: T | undefined): Record<string, T> =>
    value === undefined ? {} : { [name]: value };
  return {
    JsonFile: jsonFile,
    transcript: typeof stated === "string" ? stated : transcriptText(parsed.words),
    jobName: parsed.jobName,
    ...known("accountId", parsed.accountId),
    status: parsed.status,
    ...(parsed.languageCode === undetermined ? {} : { languageCode: parsed.languageCode }),
    ...known("languageIdentification", parsed.languageIdentification),
    itemCount: items.length,
    wordCount: parsed.words.length,
    punctuationCount: items.filter((item) => item.type === "punctuation").length,
    ...(speakers.size > 0 ? { speakers: [...speakers].toSorted() } : {}),
    ...known("meanConfidence", confidence),
    engine: file.engine ?? parsed.engine,
    items,
  };
}
