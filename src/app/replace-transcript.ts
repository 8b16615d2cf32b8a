import type { Change } from "../catalog/catalog.ts";
import { MediaError } from "../media/errors.ts";
import { timeOf } from "../media/ids.ts";
import { earlierTranscriptKey, isEarlierTranscript, outputKey } from "../media/keys.ts";
import type { Media, StoredObject } from "../media/media.ts";
import { putText } from "../objects/stored.ts";
import { follow, followImport } from "../pipeline.ts";
import type { Ports } from "./ports.ts";

/** The steps from which a transcript of our own may still come. */
const leading: ReadonlySet<string> = new Set(["probe", "audio", "transcribe"]);

/** @throws MediaError `transcript_pending`; `invalid_argument` for a picture */
export async function checkIsFree(
  { catalog }: Pick<Ports, "catalog">,
  media: Media,
): Promise<void> {
  const { name } = media;
  const isOpen = (await catalog.listJobs({ media })).some(
    ({ step, state }) => leading.has(step) && (state === "queued" || state === "running"),
  );
  if (isOpen)
    throw new MediaError("transcript_pending", `${JSON.stringify(name)} is just being transcribed`);
  if (media.type === "image")
    throw new MediaError(
      "invalid_argument",
      `${JSON.stringify(name)} is a picture: nothing is said in it`,
    );
}

/** So many earlier transcripts are kept. */
const mostEarlier = 10;

/** Corrections within this time are one version: the transcript before them is kept once. */
const oneVersionMs = 10 * 60_000;

/** The changes that keep the transcript that was there, and forget the oldest ones but the first. */
function earlierChanges(
  { name, version }: Media,
  old: StoredObject | undefined,
  outputs: readonly StoredObject[],
): Change[] {
  if (old === undefined) return [];
  const key = earlierTranscriptKey(name, old.version);
  const others = outputs
    .filter((one) => isEarlierTranscript(one.key, name) && one.key !== key)
    .toSorted((a, b) => timeOf(b.version) - timeOf(a.version));
  return [
    { type: "putOutput", version, object: { ...old, key } },
    ...others
      .slice(mostEarlier - 2, -1)
      .map((one): Change => ({ type: "dropOutput", version, key: one.key })),
  ];
}

interface ReplaceOptions {
  /** The version of the transcript that must be there; null: none may be. Absent: any. */
  readonly expect?: string | null | undefined;
  /** One correction after another: what is there is kept once in ten minutes. Default: it is kept. */
  readonly isCorrection?: boolean;
}

/**
 * Puts a transcript in the place of the one that is there, which is kept beside it. Returns both.
 * @throws MediaError `precondition_failed` when another one is there than is expected; `not_found`
 */
export async function replaceTranscript(
  ports: Pick<Ports, "catalog" | "engines" | "objects">,
  media: Media,
  json: string,
  { expect, isCorrection = false }: ReplaceOptions,
): Promise<{ readonly object: StoredObject; readonly old: StoredObject | undefined }> {
  const { catalog, objects } = ports;
  const { name, version } = media;
  const key = outputKey("transcribe", name);
  const speech = (await catalog.transcriptionOptions(media)) ?? {};
  const settings = (await ports.engines()).settingsFor(speech, media.facts);
  for (;;) {
    const outputs = await catalog.listOutputs(media);
    const old = outputs.find((one) => one.key === key);
    const there = old?.version ?? null;
    if (expect !== undefined && expect !== there)
      throw new MediaError("precondition_failed", "another transcript is there by now");
    const object = await putText(objects, { bucket: "outputs", key }, json, "application/json");
    const created = { type: "transcript.created", name, version } as const;
    const age = old === undefined ? 0 : timeOf(object.version) - timeOf(old.version);
    const isKept = !isCorrection || age > oneVersionMs;
    const event = { ...created, transcript: object.version };
    const follows =
      media.facts?.audio === undefined ? follow(event, settings) : followImport(event, settings);
    const applied = await catalog.apply({
      expect: { name, version, output: { key, version: there } },
      changes: [
        ...(isKept ? earlierChanges(media, old, outputs) : []),
        { type: "putOutput", version, object },
        { type: "event", event },
        ...follows,
      ],
    });
    if (applied === "applied") return { object, old };
    await objects.remove(object);
    if ((await catalog.getMedia(name))?.version !== version)
      throw new MediaError(
        "not_found",
        `${JSON.stringify(name)} was replaced or removed meanwhile`,
      );
  }
}
