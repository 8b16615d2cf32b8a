import { setTimeout as sleep } from "node:timers/promises";
import { z } from "@hono/zod-openapi";
import { MediaError } from "../media/errors.ts";
import type { RecordedEvent } from "../media/event.ts";
import type { ApiOptions } from "./environment.ts";
import { eventJson } from "./json.ts";
import { wrongField } from "./problems.ts";
import { addOperation, type ApiApp } from "./route.ts";

/** How soon an event is told, whichever process recorded it. */
const lookMs = 200;
/** A comment, so that a connection on which nothing happens is known to live. */
const heartbeatMs = 15_000;
const pageSize = 100;
/** More streams than this are refused. */
const maxStreams = 200;

const eventsQuerySchema = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/, "must be an event's number")
    .transform(Number)
    .optional()
    .openapi({ type: "integer", description: "Replay what came after this event" }),
});

/** Looks for new events as long as somebody waits for one; one look serves all. */
function createNews(lastEvent: () => Promise<number>) {
  let looking: Promise<number> | undefined;
  const look = async (): Promise<number> => {
    await sleep(lookMs);
    looking = undefined;
    return lastEvent();
  };
  return () => (looking ??= look());
}

function frame(recorded: RecordedEvent): string {
  const json = eventJson(recorded);
  return `id: ${json.id}\nevent: ${json.type}\ndata: ${JSON.stringify(json)}\n\n`;
}

function lastEventId(header: string | undefined): number | undefined {
  if (header === undefined || header === "") return undefined;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  const message = "must be an event's number";
  throw wrongField({ in: "header", field: "Last-Event-ID", message });
}

/** An owner's events as server-sent events: what came after a number, then what comes. */
export function addEvents(app: ApiApp, { dailies, signal: closing }: ApiOptions): void {
  const news = createNews(() => dailies.lastEvent());
  let streams = 0;

  async function* told(owner: string, first: number, gone: AbortSignal): AsyncGenerator<string> {
    let after = first;
    let saidAt = performance.now();
    yield `retry: 1000\n: after ${after}\n\n`;
    const ended = (): boolean => gone.aborted || closing?.aborted === true;
    for (let last = Infinity; !ended(); last = await news()) {
      if (last > after)
        for (;;) {
          const events = await dailies.eventsAfter({ owner, after, limit: pageSize });
          for (const event of events) yield frame(event);
          if (events.length > 0) saidAt = performance.now();
          after = events.at(-1)?.sequence ?? after;
          if (events.length < pageSize || ended()) break;
        }
      if (performance.now() - saidAt < heartbeatMs) continue;
      saidAt = performance.now();
      yield ": still here\n\n";
    }
  }

  addOperation(
    app,
    "followEvents",
    {
      summary: "What happens, as server-sent events",
      description:
        "From now on; with `Last-Event-ID` or `after`, first what came after that event. The same " +
        "event may come again after a reconnection without either.",
      tag: "Events",
      query: eventsQuerySchema,
      headers: z.object({ "last-event-id": z.string().optional() }),
      answers: { 200: { description: "A stream of events", types: ["text/event-stream"] } },
    },
    async (c, { caller, query }) => {
      if (streams >= maxStreams)
        throw new MediaError("rate_limited", `more than ${maxStreams} streams of events`);
      const after =
        lastEventId(c.req.header("last-event-id")) ?? query.after ?? (await dailies.lastEvent());
      const headers = { "content-type": "text/event-stream", "cache-control": "no-store" };
      if (c.req.method === "HEAD") return c.body(null, 200, headers);
      const gone = new AbortController();
      const frames = told(caller.owner, after, gone.signal);
      const encoder = new TextEncoder();
      streams += 1;
      const end = (): void => {
        if (!gone.signal.aborted) streams -= 1;
        gone.abort();
      };
      const body = new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const { done, value } = await frames.next().catch((error: unknown) => {
              end();
              throw error;
            });
            if (done !== true) return controller.enqueue(encoder.encode(value));
            end();
            controller.close();
          },
          cancel: end,
        },
        { highWaterMark: 0 },
      );
      return c.body(body, 200, headers);
    },
  );
}
