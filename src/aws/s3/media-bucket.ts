import type { Library } from "../../app/library.ts";
import type { ObjectFacts } from "../../buckets/buckets.ts";
import type { Media, StoredObject } from "../../media/media.ts";
import { MediaError } from "../../media/errors.ts";
import { timeOf } from "../../media/ids.ts";
import { awsError } from "../errors.ts";
import type { S3Bucket, S3Object } from "./bucket.ts";

export interface MediaBucketPorts {
  readonly dailies: Pick<
    Library,
    "put" | "checkPut" | "remove" | "find" | "sourceOf" | "mediaAfter" | "buckets"
  >;
}

/**
 * The facts of an object that came in by another door. Its entity tag is no MD5, and says so by its form:
 * clients compare only tags without a hyphen with the bytes.
 */
export function factsOfStored({
  sha256,
  contentType,
}: Pick<StoredObject, "sha256"> & { contentType?: string }): ObjectFacts {
  return {
    etag: `${sha256.slice(0, 32)}-1`,
    headers: contentType === undefined ? {} : { "content-type": contentType },
    metadata: {},
  };
}

const mediaType = /^(?:video|audio|image)\/[\w.+-]{1,100}$/;

/** Undefined for what is not there, or is another owner's. */
async function orUndefined<T>(found: Promise<T>): Promise<T | undefined> {
  return await found.catch((error: unknown) => {
    if (
      error instanceof MediaError &&
      (error.code === "not_found" || error.code === "invalid_name")
    )
      return undefined;
    throw error;
  });
}

/**
 * Media files as one owner sees them: each is an object. What is put here is processed, as by
 * `PUT /v1/objects`; what is deleted goes with all that was made of it.
 * @param prefix of the names of its media files; it is left out of the keys
 */
export function createMediaBucket(
  { dailies }: MediaBucketPorts,
  {
    name,
    owner,
    prefix,
  }: { readonly name: string; readonly owner: string; readonly prefix: string },
): S3Bucket {
  const { buckets } = dailies;
  const refOf = (media: Media) =>
    ({ bucket: "uploads", key: media.name, version: media.version }) as const;
  const objectOf = (media: Media, facts: ObjectFacts): S3Object => ({
    key: media.name.slice(prefix.length),
    sizeBytes: media.sizeBytes,
    modifiedAt: timeOf(media.version),
    facts,
    ref: refOf(media),
  });
  const find = async (key: string): Promise<S3Object | undefined> => {
    const media = await orUndefined(dailies.find(prefix + key, owner));
    if (media === undefined) return undefined;
    const source = await orUndefined(dailies.sourceOf(media));
    if (source === undefined) return undefined;
    const noted = (await buckets.factsOf([media.version])).get(media.version);
    // bytes may lie under another version's name, when results are shared
    return { ...objectOf(media, noted ?? factsOfStored(source)), ref: source };
  };
  return {
    name,
    createdAt: 0,
    region: "",
    find,
    async list({ startsWith = "", after, limit }) {
      const found = await dailies.mediaAfter({
        owner,
        limit,
        startsWith: prefix + startsWith,
        ...(after !== undefined && { after: prefix + after }),
      });
      const noted = await buckets.factsOf(found.map(({ version }) => version));
      return found.map((media) =>
        objectOf(media, noted.get(media.version) ?? factsOfStored(media)),
      );
    },
    checkPut: (key) => dailies.checkPut({ name: prefix + key, owner }),
    async put(key, source, { sizeBytes, contentType = "", facts, condition }) {
      condition?.(await find(key));
      let noted: ObjectFacts | undefined;
      const { media } = await dailies.put(source, {
        name: prefix + key,
        owner,
        replace: true,
        ...(sizeBytes !== undefined && { sizeBytes }),
        ...(mediaType.test(contentType) && { contentType }),
        async beforeRecord({ version, fingerprint }) {
          noted = facts(fingerprint);
          await buckets.noteFacts(version, noted);
        },
      });
      if (noted === undefined) throw new Error("the bytes were recorded without their facts");
      // the same bytes under the same name: the media file keeps its version, and gets the new facts
      const known = (await buckets.factsOf([media.version])).get(media.version);
      if (JSON.stringify(known) !== JSON.stringify(noted))
        await buckets.noteFacts(media.version, noted);
      return objectOf(media, noted);
    },
    async remove(key, condition) {
      if (condition !== undefined) condition(await find(key));
      return (
        (await orUndefined(dailies.remove(prefix + key, { owner }).then(() => true as const))) ??
        false
      );
    },
    async removeBucket() {
      throw awsError("AccessDenied", `the bucket ${name} is always there`);
    },
  };
}
