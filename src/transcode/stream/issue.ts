import type { Change } from "../../catalog/catalog.ts";
import { streamFileOf, streamKey } from "../../media/keys.ts";
import type { Media, StoredObject } from "../../media/media.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import { putText, readJson } from "../../objects/stored.ts";
import { dashManifest } from "./dash.ts";
import { captionPlaylist, masterPlaylist, playlistName } from "./hls.ts";
import { contentTypes, indexFile, type StoredStream } from "./stored-stream.ts";
import type { CaptionTrack } from "./stream-set.ts";

type Subject = Pick<Media, "name" | "version">;

/** Captions of a media file, as WebVTT. */
export interface StreamCaptions {
  /** BCP 47. */
  readonly languageCode: string;
  readonly vtt: StoredObject;
}

export interface IssueParts {
  readonly objects: ObjectStore;
  /** What was made of that version of a media file. */
  readonly outputsOf: (media: Subject) => Promise<readonly StoredObject[]>;
  /** Undefined when it has none (yet). */
  readonly captionsOf: (media: Subject) => Promise<StreamCaptions | undefined>;
}

/** A language in its own words; its code where it has no name. */
function languageName(code: string): string {
  try {
    return new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Files that are written again whenever captions change. */
const isIssued = (file: string): boolean =>
  /^(?:master\.m3u8|manifest\.mpd|captions-.*)$/.test(file);

/**
 * Writes what lists a stream's files anew, with the captions as they are now; sound and pictures stay. Nothing
 * where there is no stream (yet).
 * @throws MediaError as the store's `put` and `read`
 */
export async function issueStream(
  { objects, outputsOf, captionsOf }: IssueParts,
  media: Subject,
): Promise<Change[]> {
  const { name, version } = media;
  const outputs = await outputsOf(media);
  const index = outputs.find(({ key }) => key === streamKey(name, indexFile));
  if (index === undefined) return [];
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of streams wrote it
  const stream = (await readJson(objects, index)) as StoredStream;
  const found = await captionsOf(media);
  const captions = found === undefined ? [] : [trackOf(found)];
  const set = { ...stream, captions };
  const texts = [
    { file: "master.m3u8", text: masterPlaylist(set) },
    { file: "manifest.mpd", text: dashManifest(set) },
    ...captions.map((track) => ({
      file: playlistName(track.uri),
      text: captionPlaylist(track, stream.durationMs),
    })),
  ];
  const put = ({ file, text }: { file: string; text: string }) => {
    const place = { bucket: "outputs", key: streamKey(name, file) } as const;
    return putText(objects, place, text, contentTypes[file.replace(/^.*\./, "")] ?? "");
  };
  const written = await Promise.all(texts.map(put));
  // The same bytes under another key.
  const shared = captions.flatMap(({ uri }) =>
    found === undefined ? [] : [{ ...found.vtt, key: streamKey(name, uri) }],
  );
  const now = [...written, ...shared];
  const kept = new Set(now.map(({ key }) => key));
  const gone = outputs.filter(
    ({ key }) => isIssued(streamFileOf(key, name) ?? "") && !kept.has(key),
  );
  return [
    ...now.map((object): Change => ({ type: "putOutput", version, object })),
    ...gone.map(({ key }): Change => ({ type: "dropOutput", version, key })),
  ];
}

const trackOf = ({ languageCode }: StreamCaptions): CaptionTrack => ({
  uri: `captions-${languageCode}.vtt`,
  name: languageName(languageCode),
  language: languageCode,
  isDefault: true,
  isForced: false,
});
