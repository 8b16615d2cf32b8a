import type { Bucket } from "../media/media.ts";

/** Bytes that a copy of the catalog points at. */
export interface NeededObject {
  readonly bucket: Bucket;
  /** One of the keys, to name it by. */
  readonly key: string;
  readonly version: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** A copy of a catalog, opened to be read. */
export interface CatalogCopy extends Disposable {
  /** Every object once, one after the other: there may be millions. */
  objects(): Iterable<NeededObject>;
  knows(bucket: Bucket, version: string): boolean;
}

/** Copies of a catalog that lies in one file: for backups. */
export interface CatalogCopies {
  /** Copies the catalog as it is at one moment, while others go on writing. On the disk when it returns. */
  take(catalog: string, copy: string): Promise<void>;
  open(copy: string): CatalogCopy;
  /**
   * Makes a copy the catalog of a new library: brings its schema up to date, and forgets the processes
   * of the library that was copied.
   * @throws MediaError `backup_damaged`, `catalog_newer`
   */
  prepare(copy: string): void;
}
