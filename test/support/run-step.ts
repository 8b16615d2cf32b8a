import type { BeginOptions } from "../../src/media/engine.ts";
import type { Step } from "../../src/media/job.ts";
import type { StepContext, StepOutcome, Steps, StepWork } from "../../src/queue/step.ts";
import { doWork } from "./do-work.ts";

/** Does a step's work from the request to its conclusion, with an engine that finishes while the caller waits. */
export async function runStep<Request, Result>(
  step: StepWork<Request, Result>,
  context: StepContext & Partial<BeginOptions>,
): Promise<StepOutcome> {
  const { signal = new AbortController().signal, onProgress = () => {}, workDir = "" } = context;
  const request = await step.requestOf(context);
  const engine = step.engineOf(context.job.settings["engine"]);
  const result = await doWork(engine, request, { signal, onProgress, workDir });
  return step.conclude(context, result);
}

/** A step's whole work in one function, for tests of the code that runs steps. */
export type PlainStep = (context: StepContext & BeginOptions) => Promise<StepOutcome>;

function stepOf(conclude: PlainStep): StepWork<StepContext, StepOutcome> {
  return {
    engineOf: () => ({
      id: "plain",
      begin: async (context, options) => ({
        state: "done",
        result: await conclude({ ...context, ...options }),
      }),
    }),
    requestOf: async (context) => context,
    conclude: async (_context, outcome) => outcome,
  };
}

/** Steps with the given work. The other steps do `otherwise`, by default nothing. */
export function plainSteps(
  own: Partial<Record<Step, PlainStep>>,
  otherwise: PlainStep = async () => ({ changes: [], events: [], notes: [] }),
): Steps {
  const one = (step: Step) => stepOf(own[step] ?? otherwise);
  return {
    probe: one("probe"),
    audio: one("audio"),
    poster: one("poster"),
    gif: one("gif"),
    video: one("video"),
    stream: one("stream"),
    transcribe: one("transcribe"),
    label: one("label"),
    index: one("index"),
  };
}
