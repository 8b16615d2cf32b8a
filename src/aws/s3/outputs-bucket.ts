import type { Library } from "../../app/library.ts";
import type { KeyPage } from "../../buckets/buckets.ts";
import { timeOf } from "../../media/ids.ts";
import { outputFolders } from "../../media/keys.ts";
import type { StoredObject } from "../../media/media.ts";
import { awsError } from "../errors.ts";
import type { S3Bucket, S3Object } from "./bucket.ts";
import { factsOfStored } from "./media-bucket.ts";

type Listing = Pick<Library, "objectsAfter">;

const shownAs = (key: string, object: StoredObject): S3Object => ({
  key,
  sizeBytes: object.sizeBytes,
  modifiedAt: timeOf(object.version),
  facts: factsOfStored(object),
  ref: object,
});

/** The folders of outputs, `output/audio/` …, in the order of keys. */
const folders = Array.from(outputFolders, (folder) => `output/${folder}/`).toSorted();

/** The bounds of a page within one folder, without the folder; undefined where none of it is on the page. */
function within(
  folder: string,
  { startsWith = "", after }: KeyPage,
): Omit<KeyPage, "limit"> | undefined {
  const isAll = folder.startsWith(startsWith);
  if (!isAll && !startsWith.startsWith(folder)) return undefined;
  const isBehind = after !== undefined && !after.startsWith(folder) && after > folder;
  if (isBehind) return undefined;
  return {
    startsWith: isAll ? "" : startsWith.slice(folder.length),
    ...(after?.startsWith(folder) === true && { after: after.slice(folder.length) }),
  };
}

/** Outputs of media files whose names begin with the prefix, one folder after the other, without the prefix. */
async function listBelow(
  dailies: Listing,
  owner: string,
  prefix: string,
  page: KeyPage,
): Promise<readonly S3Object[]> {
  const found: S3Object[] = [];
  for (const folder of folders) {
    const bounds = within(folder, page);
    if (bounds === undefined || found.length === page.limit) continue;
    const objects = await dailies.objectsAfter({
      bucket: "outputs",
      owner,
      startsWith: folder + prefix + (bounds.startsWith ?? ""),
      ...(bounds.after !== undefined && { after: folder + prefix + bounds.after }),
      limit: page.limit - found.length,
    });
    for (const object of objects)
      found.push(shownAs(folder + object.key.slice(folder.length + prefix.length), object));
  }
  return found;
}

/**
 * What Dailies has made, as one owner sees it. It can be read only.
 * @param prefix of the names of its media files; it is left out of the keys
 */
export function createOutputsBucket(
  dailies: Listing,
  {
    name,
    owner,
    prefix,
  }: { readonly name: string; readonly owner: string; readonly prefix: string },
): S3Bucket {
  const refuse = (): never => {
    throw awsError(
      "AccessDenied",
      `the bucket ${name} holds what is made here: it can only be read`,
    );
  };
  const list = async (page: KeyPage): Promise<readonly S3Object[]> => {
    if (prefix !== "") return listBelow(dailies, owner, prefix, page);
    const objects = await dailies.objectsAfter({ ...page, bucket: "outputs", owner });
    return objects.map((object) => shownAs(object.key, object));
  };
  return {
    name,
    createdAt: 0,
    region: "",
    list,
    async find(key) {
      const [object] = await list({ startsWith: key, limit: 1 });
      return object?.key === key ? object : undefined;
    },
    checkPut: async () => refuse(),
    put: async () => refuse(),
    remove: async () => refuse(),
    removeBucket: async () => refuse(),
  };
}
