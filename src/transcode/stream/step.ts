import { MediaError } from "../../media/errors.ts";
import { type Job, newJob, type NewJob } from "../../media/job.ts";
import { streamFileOf, streamKey } from "../../media/keys.ts";
import type { Media, StoredObject } from "../../media/media.ts";
import type { StepWork } from "../../queue/step.ts";
import type { StreamMaker, StreamRequest, StreamResult } from "./maker.ts";
import type { PlannedStream } from "./plan.ts";
import { indexFile } from "./stored-stream.ts";

type Subject = Pick<Media, "name" | "version">;

interface StreamSettings {
  readonly engine: string;
  readonly stream: PlannedStream;
}

/** The job that makes a planned stream. */
export function streamJob(media: Subject, stream: PlannedStream, engine: string): NewJob {
  const settings: StreamSettings = { engine, stream };
  return newJob(media, "stream", { ...settings });
}

function planOf({ settings, name }: Job): PlannedStream {
  const { stream } = settings;
  if (stream === null || typeof stream !== "object")
    throw new MediaError("internal", `the job of ${name} does not say what to make`);
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- as `streamJob` wrote it
  return stream as PlannedStream;
}

/**
 * The step stream: it makes all files of an adaptive stream but those that list them together, which follow
 * (`issueStream`). Files of an earlier stream that have no successor go.
 */
export function createStreamStep(parts: {
  readonly maker: StreamMaker;
  readonly outputsOf: (media: Subject) => Promise<readonly StoredObject[]>;
}): StepWork<StreamRequest, StreamResult> {
  return {
    engineOf: () => parts.maker,
    async requestOf({ job, media: { name, version, facts } }) {
      if (facts === undefined)
        throw new MediaError("internal", `${name} is to be streamed but was not probed`);
      return {
        source: { bucket: "uploads", key: name, version },
        facts,
        plan: planOf(job),
        targetOf: (file) => ({ bucket: "outputs", key: streamKey(name, file) }),
      };
    },
    async conclude({ media }, { objects, notes }) {
      const { name, version } = media;
      const made = new Set(objects.map(({ key }) => key));
      const before = await parts.outputsOf(media);
      const gone = before.filter(({ key }) => {
        return streamFileOf(key, name) !== undefined && !made.has(key);
      });
      const index = objects.find(({ key }) => key === streamKey(name, indexFile));
      return {
        changes: [
          ...objects.map((object) => ({ type: "putOutput", version, object }) as const),
          ...gone.map(({ key }) => ({ type: "dropOutput", version, key }) as const),
        ],
        events: [{ type: "stream.created", name, version, stream: index?.version ?? "" }],
        notes,
      };
    },
  };
}
