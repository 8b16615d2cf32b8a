import type { MediaFacts, MediaType } from "./facts.ts";

export { mediaTypes, type MediaType } from "./facts.ts";

/**
 * Glossary
 * - Object: stored bytes, found by bucket and key.
 * - Version: the fresh id given whenever new bytes are accepted.
 * - Media: the record of one uploaded object (in prose: a media file); its name is its key.
 * - Rendition: one encoded output of a media file.
 */

/** The buckets of the store: uploads, the outputs that Dailies makes from them, and all that clients put in others. */
export const storeBuckets = ["uploads", "outputs", "other"] as const;
export type Bucket = (typeof storeBuckets)[number];

/** Names one object's bytes: stores that keep versions read `version`, others read `key`. */
export interface ObjectRef {
  readonly bucket: Bucket;
  readonly key: string;
  readonly version: string;
}

/** An object as the catalog knows it. */
export interface StoredObject extends ObjectRef {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly contentType: string;
}

/**
 * `processing` until every job of the version is terminal; `failed` when any of them failed; `incomplete`
 * when none failed, but not all of the file could be decoded.
 */
export const mediaStates = ["processing", "ready", "incomplete", "failed"] as const;
/** How a run ends. */
export type EndState = Exclude<MediaState, "processing">;
export type MediaState = (typeof mediaStates)[number];
/** As people and programs are told: `cancelled` is what `failed` is called where only cancelled steps are undone. */
export const shownStates = [...mediaStates, "cancelled"] as const;
export type ShownState = (typeof shownStates)[number];

/** The record of one uploaded object. */
export interface Media {
  /** Its key in the uploads bucket. */
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Where on this machine it was imported from, when it was. */
  readonly origin?: string;
  /** Known once it has been probed. */
  readonly type?: MediaType;
  readonly facts?: MediaFacts;
  readonly state: MediaState;
  /** Milliseconds since 1970, UTC. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const renditionNames = ["web", "phone", "audio", "gif", "poster"] as const;
export type RenditionName = (typeof renditionNames)[number];

/** One encoded output of a media file. */
export interface Rendition {
  readonly rendition: RenditionName;
  readonly object: StoredObject;
  readonly width?: number;
  readonly height?: number;
  readonly durationMs?: number;
  /** The engine that made it: `ffmpeg 5.1.9`, `mediaconvert` … */
  readonly engine: string;
  /** True when streams were copied unchanged because they already fitted. */
  readonly copied: boolean;
}
