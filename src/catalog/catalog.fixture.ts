import { createIdSource, newSession } from "../media/ids.ts";
import type { StoredObject } from "../media/media.ts";
import type { Transcript } from "../media/transcript.ts";
import type { Catalog, Change } from "./catalog.ts";

const newId = createIdSource(newSession());

/** An object at a key, of a version of its own. */
export function objectAt(bucket: "uploads" | "outputs", key: string, sha256 = "00"): StoredObject {
  return { bucket, key, version: newId(), sha256, sizeBytes: 1, contentType: "video/mp4" };
}

/** Puts a media file with these bytes under a name, and returns its version. */
export async function put(
  catalog: Pick<Catalog, "apply" | "getMedia">,
  name: string,
  sha256 = "00",
): Promise<string> {
  const source = objectAt("uploads", name, sha256);
  const { version, sizeBytes } = source;
  const expected = (await catalog.getMedia(name))?.version ?? null;
  const media = { name, version, owner: "local", sha256, sizeBytes };
  const change: Change = { type: "putMedia", media, source };
  await catalog.apply({ expect: { name, version: expected }, changes: [change] });
  return version;
}

function saying(text: string | readonly string[]): Transcript {
  const words = (typeof text === "string" ? text.split(" ") : text).map((word, index) => ({
    text: word,
    startMs: index * 500,
    endMs: index * 500 + 400,
  }));
  const engine = { name: "test", version: "1", model: "none", quality: "draft" } as const;
  return { languageCode: "en-US", words, engine };
}

/** Makes a version findable by the words of a draft transcript, one every 500 ms. */
export async function indexText(
  catalog: Pick<Catalog, "apply">,
  { name, version }: { readonly name: string; readonly version: string },
  text: string | readonly string[],
): Promise<void> {
  const metadata = { JsonFile: `output/transcribe/${name}.json`, transcript: String(text) };
  await catalog.apply({
    expect: { name, version },
    changes: [
      { type: "putTranscript", version, transcript: saying(text), metadata },
      { type: "index", version },
    ],
  });
}
