import type { BeginOptions, Engine } from "../../src/media/engine.ts";

/** Lets an engine do work and waits for its result. Throws when the engine only accepts the work. */
export async function doWork<Request, Result>(
  engine: Pick<Engine<Request, Result>, "begin">,
  request: Request,
  options: Omit<BeginOptions, "token">,
): Promise<Result> {
  const begun = await engine.begin(request, { ...options, token: "the-only-attempt" });
  if (begun.state === "done") return begun.result;
  throw new Error(`the engine accepted the work as ${begun.externalId} instead of doing it`);
}
