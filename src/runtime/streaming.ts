import { captionsOf } from "../app/read-output.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Media } from "../media/media.ts";
import type { FfmpegTranscoderOptions } from "../transcode/ffmpeg/transcoder.ts";
import { issueStream } from "../transcode/stream/issue.ts";
import { createStreamMaker } from "../transcode/stream/maker.ts";
import { createStreamStep } from "../transcode/stream/step.ts";

type Subject = Pick<Media, "name" | "version">;

/** What makes adaptive streams, and what lists their parts anew. */
export function createStreaming(catalog: Catalog, engine: FfmpegTranscoderOptions) {
  const { objects } = engine;
  const outputsOf = (media: Subject) => catalog.listOutputs(media);
  const parts = {
    objects,
    outputsOf,
    captionsOf: (media: Subject) => captionsOf({ catalog, objects }, media),
  };
  return {
    step: createStreamStep({ maker: createStreamMaker(engine), outputsOf }),
    listing: {
      hasStream: async (media: Subject) =>
        (await catalog.listJobs({ media })).some(({ step }) => step === "stream"),
      issueStream: (media: Subject) => issueStream(parts, media),
    },
  };
}
