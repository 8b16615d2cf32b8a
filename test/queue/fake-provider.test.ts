import { remoteEngineContract } from "../../src/queue/remote-engine.contract.ts";
import { createFakeProvider, prompt, type Behaviour } from "../support/fake-provider.ts";

/** The provider treats work as its subject says. */
remoteEngineContract("the fake provider of the tests", async () => {
  let time = 1_000_000;
  let isThrottled = false;
  let next = "good";
  const behaviours: Record<string, Behaviour> = {
    good: { ...prompt, takesMs: 1_000 },
    bad: { ...prompt, takesMs: 1_000, ends: "fails" },
    endless: { begin: "accepts", ends: "done", eventsAfterMs: [], brokenCalls: 0 },
  };
  const provider = createFakeProvider({
    now: () => time,
    behaviour: () =>
      isThrottled ? { ...prompt, begin: "throttles" } : (behaviours[next] ?? prompt),
  });
  const { engine } = provider;
  return {
    engine: {
      ...engine,
      begin(request, options) {
        next = request.subject;
        return engine.begin(request, options);
      },
    },
    requests: {
      good: { subject: "good" },
      bad: { subject: "bad" },
      endless: { subject: "endless" },
    },
    finishWork: async () => void (time += 1_000),
    throttle: async (on) => void (isThrottled = on),
    begunCount: async () => provider.works().length,
    close: async () => provider.close(),
  };
});
