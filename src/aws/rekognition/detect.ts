import { setTimeout as sleep } from "node:timers/promises";
import { createIdSource, newSession } from "../../media/ids.ts";
import type { Media } from "../../media/media.ts";
import { awsError } from "../errors.ts";
import type { JsonOperation } from "../json-service.ts";
import { pictureAnswer, type PictureLabels } from "./labels.ts";
import {
  failureOf,
  objectAt,
  placeOf,
  removeMedia,
  storedLabels,
  type RekognitionParts,
} from "./objects.ts";
import { invalid, labelFolder, wantedBy, type FilterInput, type S3ObjectInput } from "./request.ts";

interface DetectInput extends FilterInput {
  readonly Image: { readonly Bytes?: Uint8Array; readonly S3Object?: S3ObjectInput };
  readonly MaxLabels?: number;
}

/** The largest picture in a bucket; the model limits those in requests to 5 MB. */
const maxBytes = 15 * 1024 ** 2;
/** As Rekognition has them. */
const usual = { minConfidence: 55, maxLabels: 1_000 };

/** Clients give up after 60 seconds: a picture that waits for its turn so long is not waited for. */
const patienceMs = 50_000;
const lookMs = 25;

/** Names of pictures that are looked at, so that others' can be told from this process's. */
export const pictureFolder = `${labelFolder}picture-`;
const newId = createIdSource(newSession());

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A picture's bytes, or those of an object in a bucket. */
async function sourceOf(parts: RekognitionParts, owner: string, { Image }: DetectInput) {
  const { Bytes, S3Object } = Image;
  if ((Bytes === undefined) === (S3Object === undefined))
    throw invalid("Request has invalid parameters: an image has either Bytes or an S3Object.");
  if (Bytes !== undefined) return { sizeBytes: Bytes.byteLength, open: async () => once(Bytes) };
  const { ref, sizeBytes } = await objectAt(parts, owner, placeOf(S3Object ?? {}));
  if (sizeBytes > maxBytes)
    throw awsError("ImageTooLargeException", "Image size is too large. Should be less than 15 MB.");
  return { sizeBytes, open: () => parts.dailies.chunks(ref, { start: 0, end: sizeBytes }) };
}

async function ended({ dailies }: RekognitionParts, name: string, owner: string): Promise<Media> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const media = await dailies.find(name, owner);
    // what is no picture is not waited for: a film would take its time
    if (media.state !== "processing" || (media.type !== undefined && media.type !== "image"))
      return media;
    if (performance.now() > deadline)
      throw awsError("ThrottlingException", "Too many pictures wait: try again later.");
    await sleep(lookMs);
  }
}

/** DetectLabels: the picture is a media file of which only the labels are made, for as long as that takes. */
export function detectLabels(parts: RekognitionParts): JsonOperation["run"] {
  const { dailies } = parts;
  return async ({ input, caller: { owner } }) => {
    const asked = input as unknown as DetectInput;
    const wanted = wantedBy(asked, usual.minConfidence);
    const { sizeBytes, open } = await sourceOf(parts, owner, asked);
    const name = `${pictureFolder}${newId()}`;
    try {
      await dailies.put(await open(), { name, owner, sizeBytes, only: ["label"] });
      const media = await ended(parts, name, owner);
      const failure = await failureOf(dailies, media, "image");
      if (failure !== undefined)
        throw awsError(
          "InvalidImageFormatException",
          `Request has invalid image format: ${failure}`,
        );
      const stored = await storedLabels<PictureLabels>(dailies, media);
      return pictureAnswer(stored, wanted, asked.MaxLabels ?? usual.maxLabels);
    } finally {
      await removeMedia(dailies, name, owner);
    }
  };
}
