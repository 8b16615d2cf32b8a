import type { MediaFilter } from "../catalog/catalog.ts";
import type { MediaType } from "../media/media.ts";

export interface SearchQuery extends Omit<MediaFilter, "after"> {
  readonly words: string;
}

/** One media file that was found, best first. */
export interface SearchHit {
  readonly name: string;
  readonly type?: MediaType;
  /** Higher is better; comparable within one answer only. */
  readonly score: number;
  /** Where what was asked was found: in the words that are said, in the name, in a label. */
  readonly matched: readonly ("words" | "name" | "label")[];
  /** Where the words are said, in order of time; empty when only the name or a label matched. */
  readonly moments: readonly {
    readonly startMs: number;
    readonly endMs: number;
    /** The words around, the found ones between `[` and `]`. */
    readonly snippet: string;
  }[];
  /** True when a draft engine made the transcript. */
  readonly draft: boolean;
}

/** Finds media files by what is said and seen in them. A library may lack it. */
export interface Search {
  search(query: SearchQuery): Promise<readonly SearchHit[]>;
}
