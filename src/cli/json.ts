import { jobJson, type JobJson } from "../media/json.ts";
import type { ProcessedMedia } from "../app/processing.ts";

export {
  jobJson,
  labelJson,
  mediaJson,
  type JobJson,
  type LabelJson,
  type MediaJson,
} from "../media/json.ts";

/** A media file that a command has processed. */
export interface ProcessedJson {
  readonly name: string;
  readonly state: ProcessedMedia["state"];
  readonly jobs: readonly JobJson[];
  /** The steps that ended during this call. */
  readonly done: ProcessedMedia["done"];
  /** What a person should know of the transcript. */
  readonly notes: readonly string[];
  /** Files written below --out. */
  readonly written: readonly string[];
}

export function processedJson(result: ProcessedMedia): ProcessedJson {
  return {
    name: result.name,
    state: result.state,
    jobs: result.jobs.map(jobJson),
    done: result.done,
    notes: result.notes,
    written: result.written,
  };
}
