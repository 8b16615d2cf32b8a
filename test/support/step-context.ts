import type { NewJob } from "../../src/media/job.ts";
import type { BeginOptions } from "../../src/media/engine.ts";
import type { StepContext } from "../../src/queue/step.ts";

/** The context of a step for a job, with a small media file of the job's name. */
export function stepContext(
  job: NewJob,
  { workDir = "" }: { workDir?: string } = {},
): StepContext & Omit<BeginOptions, "token"> {
  const { name, version } = job;
  return {
    job: { ...job, state: "running", attempts: 1, enqueuedAt: 0 },
    media: {
      name,
      version,
      owner: "local",
      sha256: "",
      sizeBytes: 1,
      state: "processing",
      createdAt: 0,
      updatedAt: 0,
    },
    signal: new AbortController().signal,
    onProgress: () => {},
    workDir,
  };
}
