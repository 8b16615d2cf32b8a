import type { MediaFacts } from "../../media/facts.ts";
import type { LabelSummary } from "../../media/label.ts";
import type { Rendition, StoredObject } from "../../media/media.ts";
import { shownText, storedWords } from "../../media/stored-words.ts";
import type { Transcript } from "../../media/transcript.ts";
import { transcriptBeginning } from "../record.ts";
import type { MetadataRecord } from "../write.ts";
import { recordOf, type Draft } from "./draft.ts";

/** What jobs find out and make. */

export function setFacts(draft: Draft, version: string, facts: MediaFacts): void {
  const record = recordOf(draft, version);
  const media = { ...record.media, type: facts.type, facts, updatedAt: draft.now };
  draft.record = { ...record, media };
}

/** Bytes that were at this key go, unless the record has them at another key, too. */
export function putObject(draft: Draft, version: string, object: StoredObject): void {
  const record = recordOf(draft, version);
  const isThis = (one: StoredObject) => one.bucket === object.bucket && one.key === object.key;
  const { stored } = record;
  const old = stored.objects.find(isThis);
  const objects = [...stored.objects.filter((one) => one !== old), object];
  draft.record = { ...record, stored: { ...stored, objects } };
  const { bucket } = object;
  draft.effects.push({ type: "bytesGained", bucket, version: object.version });
  if (old !== undefined && !objects.some((one) => one.version === old.version))
    draft.effects.push({ type: "bytesDropped", bucket, version: old.version, removeAt: draft.now });
}

/** Bytes that the record has at another key, too, stay. */
export function dropOutput(draft: Draft, version: string, key: string): void {
  const record = recordOf(draft, version);
  const { stored } = record;
  const old = stored.objects.find((one) => one.bucket === "outputs" && one.key === key);
  if (old === undefined) return;
  const objects = stored.objects.filter((one) => one !== old);
  draft.record = { ...record, stored: { ...stored, objects } };
  const dropped = { bucket: old.bucket, version: old.version, removeAt: draft.now };
  if (!objects.some((one) => one.version === old.version))
    draft.effects.push({ type: "bytesDropped", ...dropped });
}

export function putRendition(draft: Draft, version: string, rendition: Rendition): void {
  putObject(draft, version, rendition.object);
  const record = recordOf(draft, version);
  const { stored } = record;
  const others = stored.renditions.filter((one) => one.rendition !== rendition.rendition);
  draft.record = { ...record, stored: { ...stored, renditions: [...others, rendition] } };
}

/** Each name once, in any case; the surest first. */
export function putLabels(draft: Draft, version: string, labels: readonly LabelSummary[]): void {
  const record = recordOf(draft, version);
  const byName = new Map(labels.map((label) => [label.name.toLowerCase(), label]));
  const sorted = [...byName].toSorted(
    ([a, one], [b, other]) => other.confidence - one.confidence || (a < b ? -1 : 1),
  );
  const stored = { ...record.stored, labels: sorted.map(([, label]) => label) };
  draft.record = { ...record, stored };
}

/** How a text begins; no character outside the basic plane is cut in two. */
function beginningOf(text: string): { beginning: string; whole: boolean } {
  const characters = Array.from(text.slice(0, 2 * transcriptBeginning + 2));
  const beginning = characters.slice(0, transcriptBeginning).join("");
  return { beginning, whole: beginning.length === text.length };
}

export function putTranscript(
  draft: Draft,
  version: string,
  { transcript: given, metadata }: { transcript: Transcript; metadata: MetadataRecord },
): void {
  const record = recordOf(draft, version);
  const { languageCode, engine } = given;
  const draftQuality = engine.quality === "draft";
  const text = storedWords(given.words.map((word) => word.text + (word.punctuation ?? "")));
  const jsonFile = metadata.JsonFile;
  const transcript = {
    languageCode,
    draft: draftQuality,
    jsonFile,
    ...beginningOf(shownText(text)),
  };
  draft.record = { ...record, stored: { ...record.stored, transcript } };
  const searched = { text, words: given.words.map(({ startMs, endMs }) => ({ startMs, endMs })) };
  draft.effects.push({ type: "transcriptPut", version, searched, metadata });
}

export function index(draft: Draft, version: string): void {
  const record = recordOf(draft, version);
  draft.record = { ...record, stored: { ...record.stored, isIndexed: true } };
  draft.effects.push({ type: "indexed", version });
}
