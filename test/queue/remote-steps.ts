import type { Change } from "../../src/catalog/catalog.ts";
import type { Engine } from "../../src/media/engine.ts";
import type { MediaEvent } from "../../src/media/event.ts";
import { newJob, type Step } from "../../src/media/job.ts";
import type { Slots } from "../../src/queue/job-queue.ts";
import type { StepOutcome, StepWork, Steps } from "../../src/queue/step.ts";
import type { Behaviour, FakeRequest, FakeResult } from "../support/fake-provider.ts";
import { prompt } from "../support/fake-provider.ts";
import { plainSteps } from "../support/run-step.ts";

/** The steps whose work the fake provider does. An index, which is local, follows from each. */
export const remoteSteps = ["label", "transcribe"] as const satisfies readonly Step[];

export const slots: Slots = { light: 4, picture: 4, transcode: 4, speech: 4, vision: 4 };

/** A step that the fake provider does. */
export function remoteStep(engine: Engine<FakeRequest, FakeResult>) {
  const step: StepWork<FakeRequest, FakeResult> = {
    engineOf: () => engine,
    requestOf: async ({ job }) => ({ subject: job.id }),
    async conclude({ job, media }, { subject }): Promise<StepOutcome> {
      if (subject !== job.id) throw new Error("the result of another job");
      const { name, version } = media;
      const event: MediaEvent = { type: "labels.created", name, version, labels: job.step };
      return { changes: [], events: [event], notes: [] };
    },
  };
  return step;
}

export function stepsOn(engine: Engine<FakeRequest, FakeResult>): Steps {
  const step = remoteStep(engine);
  return { ...plainSteps({}), label: step, transcribe: step };
}

/** The changes that follow from a step's result. */
export const followRemote = async (event: MediaEvent): Promise<readonly Change[]> =>
  event.type === "labels.created"
    ? [{ type: "enqueue", job: newJob(event, "index", { of: event.labels }) }]
    : [];

const times = { firstAskMs: 50, longestAskMs: 400, maxMs: 60_000 };

/** A provider without events that is slow, fails at every fourth piece of work and breaks off answers. */
export const unreliable = {
  times,
  behaviour(call: number): Behaviour {
    const takesMs = (call * 37) % 400;
    const ends = call % 4 === 3 ? "fails" : "done";
    const begin = call % 9 === 8 ? "loses the answer" : "accepts";
    return { ...prompt, begin, takesMs, ends, eventsAfterMs: [], brokenCalls: call % 3 };
  },
};
