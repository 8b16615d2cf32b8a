import type { Library } from "../app/library.ts";
import type { Recovered, Space } from "../app/ports.ts";
import type { ProcessReport } from "../app/processing.ts";
import type { PutResult } from "../app/put.ts";
import type { ReconcileOptions, ReconcileReport } from "../app/reconcile.ts";
import type { BatchOptions, BatchPreview, BatchReport } from "../batch/report.ts";
import type { BatchSettings } from "../batch/settings.ts";
import type { BackupOptions, BackupReport } from "./backup/backup.ts";
import type { GetOptions, GotFile } from "./get.ts";
import type { ProcessOptions } from "./process.ts";
import type { PutFileOptions, UploadOptions } from "./receive-file.ts";
import type { KeepResultsOptions } from "./results-folder.ts";
import type { WatchFolderOptions } from "./watch.ts";

/** A library on this machine: what any library can do, and what only files and folders make possible. */
export interface LocalLibrary extends Library {
  /** Receives files and folders, does all that follows from them, and returns when it is done. */
  process(paths: readonly string[], options?: ProcessOptions): Promise<ProcessReport>;
  /** Receives one object, from a file or a stream; a worker does what follows. @throws as `PutOptions` says; `file_changing` */
  put(source: string | AsyncIterable<Uint8Array>, options: PutFileOptions): Promise<PutResult>;
  /** The same for a file that belongs to the library: it is moved where it can be, and gone when it is recorded. */
  putUpload(path: string, options: UploadOptions): Promise<PutResult>;
  /**
   * Writes outputs of a media file as files below a folder, by their keys.
   * @throws MediaError `not_found`; `invalid_name`, `storage_failed`, `disk_full`
   */
  get(name: string, options: GetOptions): Promise<readonly GotFile[]>;
  /** Keeps the library in step with a folder until the signal; a file comes in when it is written whole. */
  watch(dir: string, options: WatchFolderOptions): Promise<void>;

  /**
   * Keeps a folder of results in step with the library until the signal: every output is a file under its
   * key. @throws MediaError `storage_failed` when the folder cannot be written to
   */
  keepResults(dir: string, options: KeepResultsOptions): Promise<void>;

  /**
   * Transcribes a folder of recordings into another folder. Can be stopped at any time, and the same
   * call goes on: nothing is done twice. @throws what `BatchOptions` lists
   */
  batch(settings: BatchSettings, options: BatchOptions): Promise<BatchReport>;
  /** What `batch` would do, and how long it should take; does nothing. @throws what `batch` throws */
  previewBatch(settings: BatchSettings, signal: AbortSignal): Promise<BatchPreview>;

  /** Whether any living process works with the library: this one, too, once it has begun to. */
  isInUse(): boolean;
  /** How much room the disk has; with too little, jobs wait and nothing is received. */
  space(): Promise<Space>;
  /**
   * Copies the library into a folder while others work with it; what an earlier backup has left there
   * is not copied again. @throws MediaError `disk_full`, `storage_failed`, `invalid_argument`
   */
  backup(dir: string, options?: BackupOptions): Promise<BackupReport>;
  /**
   * Compares the catalog with the stored bytes. Outputs whose bytes are lost are made again; bytes that
   * no record knows are reported, and removed on request.
   */
  reconcile(options?: ReconcileOptions): Promise<ReconcileReport>;
  /** Repairs what a crash left: takes jobs over, removes bytes that no record knows. */
  recover(): Promise<Recovered>;
}
