import type { BeginOptions, Engine } from "../../src/media/engine.ts";

/** Has an engine do work while the caller waits. Throws when the engine only accepts it. */
export async function doWork<Request, Result>(
  engine: Pick<Engine<Request, Result>, "begin">,
  request: Request,
  options: Omit<BeginOptions, "token">,
): Promise<Result> {
  const begun = await engine.begin(request, { ...options, token: "the-only-attempt" });
  if (begun.state === "done") return begun.result;
  throw new Error(`the engine accepted the work as ${begun.externalId} instead of doing it`);
}
