import type { BucketObject, BucketRecord } from "../../../buckets/buckets.ts";
import type { MultipartUpload, UploadedPart } from "../../../buckets/buckets.ts";
import { parsed, type Row } from "../statements.ts";

export const bucketOf = (row: Row): BucketRecord => ({
  name: String(row["name"]),
  owner: String(row["owner"]),
  createdAt: Number(row["created_at"]),
  region: String(row["region"]),
});

export const recorded = (row: Row) => ({
  version: String(row["version"]),
  sha256: String(row["sha256"]),
  sizeBytes: Number(row["size_bytes"]),
});

export const objectOf = (row: Row): BucketObject => ({
  ...recorded(row),
  bucket: String(row["bucket"]),
  key: String(row["key"]),
  facts: parsed(row["facts"]),
});

export const uploadOf = (row: Row): MultipartUpload => ({
  id: String(row["id"]),
  bucket: String(row["bucket"]),
  key: String(row["key"]),
  owner: String(row["owner"]),
  createdAt: Number(row["created_at"]),
  ...parsed<Pick<MultipartUpload, "facts" | "checksum">>(row["facts"]),
});

export const partOf = (row: Row): UploadedPart => ({
  ...recorded(row),
  number: Number(row["number"]),
  ...parsed<Pick<UploadedPart, "etag" | "checksum">>(row["facts"]),
});
