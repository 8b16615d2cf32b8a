import type { Library } from "../../app/library.ts";
import { timeOf } from "../../media/ids.ts";
import type { StoredObject } from "../../media/media.ts";
import { awsError } from "../errors.ts";
import type { S3Bucket, S3Object } from "./bucket.ts";
import { factsOfStored } from "./media-bucket.ts";

const objectOf = (object: StoredObject): S3Object => ({
  key: object.key,
  sizeBytes: object.sizeBytes,
  modifiedAt: timeOf(object.version),
  facts: factsOfStored(object),
  ref: object,
});

/** The bucket `outputs` as one owner sees it: what Dailies has made. It can be read only. */
export function createOutputsBucket(
  dailies: Pick<Library, "objectsAfter">,
  name: string,
  owner: string,
): S3Bucket {
  const refuse = (): never => {
    throw awsError(
      "AccessDenied",
      `the bucket ${name} holds what is made here: it can only be read`,
    );
  };
  return {
    name,
    createdAt: 0,
    region: "",
    list: async (page) =>
      (await dailies.objectsAfter({ ...page, bucket: "outputs", owner })).map(objectOf),
    async find(key) {
      const page = { bucket: "outputs", owner, startsWith: key, limit: 1 } as const;
      const [object] = await dailies.objectsAfter(page);
      return object?.key === key ? objectOf(object) : undefined;
    },
    checkPut: async () => refuse(),
    put: async () => refuse(),
    remove: async () => refuse(),
    removeBucket: async () => refuse(),
  };
}
