import type { NewJob } from "../../src/media/job.ts";
import type { BeginOptions } from "../../src/media/engine.ts";
import type { StepContext } from "../../src/queue/step.ts";

/** What a step is given for a job: a small media file of its name. */
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
