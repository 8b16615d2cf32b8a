import type { FileStamp } from "../catalog/write.ts";

export interface ImportPage {
  /** Absolute, without a slash at its end. */
  readonly folder: string;
  readonly after?: string;
  readonly limit: number;
  /** Default: false. */
  readonly removed?: boolean;
}

/** A media and the file on this machine that it came from, as that looked then. */
export interface Import extends FileStamp {
  readonly name: string;
  readonly version: string;
}

/** What is remembered of the files on this machine that media files came from. */
export interface Imports {
  /**
   * What was imported from files below a folder, by path, a page at a time: those after `after`. With
   * `removed`, what was imported from watched folders and has been removed since.
   */
  listImports(page: ImportPage): Promise<readonly Import[]>;
  /** A media whose import from this path is still what lies there (size and time unchanged). */
  findImport(stamp: FileStamp): Promise<{ name: string; version: string } | undefined>;
  /** Forgets what was imported from a path, or that it was removed; the media stays. */
  forgetImport(path: string): Promise<void>;
}

/** What is remembered of watched folders. */
export interface WatchedFolders {
  /** What was noted about a watched folder, to tell it from another in its place. */
  watchedFolder(path: string): Promise<string | undefined>;
  noteWatchedFolder(path: string, identity: string): Promise<void>;
}
