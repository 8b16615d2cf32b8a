import { MediaError } from "../media/errors.ts";
import type { MediaFacts } from "../media/facts.ts";
import { outcomeOf } from "../media/job.ts";
import type { Rendition, StoredObject } from "../media/media.ts";
import { transcriptText, type Transcript } from "../media/transcript.ts";
import type { MediaDetails } from "../app/show.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { isMediaInterrupted, type Interruptible } from "./interrupted.ts";
import { shownJobJson } from "./jobs.ts";
import { labelJson, mediaJson, type JobJson, type LabelJson, type MediaJson } from "./json.ts";
import { detailLines } from "./show-lines.ts";

/** The output of `show --json`. */
export interface DetailsJson extends Interruptible<MediaJson> {
  /** The facts from the probe. */
  readonly facts?: MediaFacts;
  readonly renditions: readonly RenditionJson[];
  /** Every output, renditions included, by key. */
  readonly outputs: readonly OutputJson[];
  readonly labels: readonly LabelJson[];
  /** Words with times in milliseconds; `engine.quality` is `draft` for a stopgap engine. */
  readonly transcript?: Transcript & { readonly text: string };
  /** What is transcribed so far, while it goes on: all speech before `untilMs`. */
  readonly heardSoFar?: MediaDetails["heardSoFar"];
  readonly jobs: readonly Interruptible<JobJson>[];
}

export type OutputJson = Pick<StoredObject, "key" | "sizeBytes" | "contentType" | "sha256">;

export interface RenditionJson extends OutputJson {
  readonly rendition: Rendition["rendition"];
  readonly width?: number;
  readonly height?: number;
  readonly durationMs?: number;
  readonly engine: string;
  /** True when streams were copied unchanged. */
  readonly copied: boolean;
}

function outputJson({ key, sizeBytes, contentType, sha256 }: StoredObject): OutputJson {
  return { key, sizeBytes, contentType, sha256 };
}

function detailsJson(details: MediaDetails, isInUse: boolean): DetailsJson {
  const { media, transcript } = details;
  const isInterrupted = isMediaInterrupted(media.state, details.jobs, isInUse);
  return {
    ...mediaJson(media, outcomeOf(media.state, details.jobs)),
    ...(isInterrupted && { interrupted: true }),
    ...(media.facts && { facts: media.facts }),
    renditions: details.renditions.map(({ object, ...rendition }) => ({
      ...rendition,
      ...outputJson(object),
    })),
    outputs: details.outputs.map(outputJson),
    labels: details.labels.map(labelJson),
    ...(transcript && { transcript: { ...transcript, text: transcriptText(transcript.words) } }),
    ...(details.heardSoFar && { heardSoFar: details.heardSoFar }),
    jobs: details.jobs.map((job) => shownJobJson(job, isInUse)),
  };
}

/** `dailies show NAME`, and `dailies show --metadata JSONFILE`, which is JSON either way. */
export async function show(
  context: Context,
  name: string | undefined,
  options: { readonly metadata?: string },
): Promise<number> {
  const { output } = context;
  const { metadata } = options;
  if ((name === undefined) === (metadata === undefined))
    throw new MediaError("invalid_argument", "show needs either NAME or --metadata JSONFILE");
  if (metadata !== undefined) {
    const record = await context.withDailies((dailies) => dailies.metadata(metadata));
    if (output.mode === "jsonl") output.document(record);
    else output.results.write(`${JSON.stringify(record, undefined, 2)}\n`);
    return exitCodes.done;
  }
  const { details, isInUse } = await context.withDailies(async (dailies) => ({
    details: await dailies.show(name ?? ""),
    isInUse: dailies.isInUse(),
  }));
  if (output.mode === "human") {
    const { style, columns } = output.results;
    output.lines(detailLines(details, { style, available: columns(), now: Date.now(), isInUse }));
  } else output.document(detailsJson(details, isInUse));
  return exitCodes.done;
}
