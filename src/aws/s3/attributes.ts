import type { ObjectFacts } from "../../buckets/buckets.ts";
import type { AwsAnswer } from "../answer.ts";
import { awsError } from "../errors.ts";
import type { XmlContent, XmlFields } from "../xml.ts";
import type { S3Object } from "./bucket.ts";
import { headerOf, parameter, xmlAnswer, type S3Context, type S3Operation } from "./context.ts";
import { checksumElement } from "./headers.ts";
import { checkVersion, findObject } from "./objects.ts";

/** A number in a header; the default where it was not sent. @throws MediaError (InvalidArgument) */
function headerNumber(context: S3Context, name: string, otherwise: number): number {
  const text = headerOf(context, name) ?? String(otherwise);
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw awsError("InvalidArgument", `${name} must be a number`);
}

/** The parts of an object, a page of them; only checksums make them worth a list, as in S3. */
function partFields(context: S3Context, parts: NonNullable<ObjectFacts["parts"]>): XmlFields {
  const marker = headerNumber(context, "x-amz-part-number-marker", 0);
  const limit = headerNumber(context, "x-amz-max-parts", 1_000);
  const behind = parts.filter(({ number }) => number > marker);
  const shown = behind.slice(0, limit);
  return {
    PartsCount: parts.length,
    PartNumberMarker: marker,
    NextPartNumberMarker: shown.at(-1)?.number ?? marker,
    MaxParts: limit,
    IsTruncated: behind.length > shown.length,
    Part: shown.map((part) => ({
      PartNumber: part.number,
      Size: part.sizeBytes,
      ...checksumElement(part),
    })),
  };
}

/** What can be asked for, by name. */
const attributes: Readonly<Record<string, (context: S3Context, object: S3Object) => XmlContent>> = {
  ETag: (_, { facts }) => facts.etag,
  Checksum: (_, { facts }) =>
    facts.checksum && { ...checksumElement(facts), ChecksumType: facts.checksum.type },
  ObjectParts: (context, { facts }) => facts.parts && partFields(context, facts.parts),
  StorageClass: () => "STANDARD",
  ObjectSize: (_, { sizeBytes }) => sizeBytes,
};

async function getAttributes(context: S3Context): Promise<AwsAnswer> {
  checkVersion(parameter(context, "versionId"));
  const asked = (headerOf(context, "x-amz-object-attributes") ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (asked.length === 0 || asked.some((name) => !Object.hasOwn(attributes, name)))
    throw awsError("InvalidArgument", "Invalid attribute name specified.");
  const object = await findObject(context, context.bucketName, context.key);
  const found = asked.map((name) => [name, attributes[name]?.(context, object)] as const);
  return xmlAnswer("GetObjectAttributesResponse", Object.fromEntries(found), {
    "last-modified": new Date(object.modifiedAt).toUTCString(),
  });
}

export const attributeOperations: readonly S3Operation[] = [
  {
    name: "GetObjectAttributes",
    method: "GET",
    of: "object",
    query: ["attributes"],
    scope: "read",
    run: getAttributes,
  },
];
