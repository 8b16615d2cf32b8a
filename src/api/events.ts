import { setTimeout as sleep } from "node:timers/promises";
import { z } from "@hono/zod-openapi";
import { MediaError } from "../media/errors.ts";
import type { RecordedEvent } from "../media/event.ts";
import type { ApiApp, ApiOptions, Caller } from "./environment.ts";
import { eventJson } from "./json.ts";
import { wrongField } from "./problems.ts";
import { addOperation } from "./route.ts";

/** How soon an event is sent, whichever process recorded it. */
const lookMs = 200;
/** A comment, so that a connection on which nothing happens is known to live. */
const heartbeatMs = 15_000;
const pageSize = 100;
/** Streams at one time: in all, and with one key or, without keys, for one user. More are refused. */
const mostStreams = { all: 200, one: 20 };
/** How often a stream looks whether its key still counts. */
const keyLookMs = 1_000;

const eventsQuerySchema = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/, "must be an event's number")
    .transform(Number)
    .optional()
    .openapi({ type: "integer", description: "Replay what came after this event" }),
});

/** Counts streams, in all and for each key. */
function createPlaces() {
  const taken = new Map<string, number>();
  let all = 0;
  return {
    /** Takes a place; the returned function gives it back, once. @throws MediaError `rate_limited` */
    take(who: string): () => void {
      const own = taken.get(who) ?? 0;
      if (own >= mostStreams.one)
        throw new MediaError(
          "rate_limited",
          `there are ${mostStreams.one} streams of events with this key already`,
        );
      if (all >= mostStreams.all)
        throw new MediaError(
          "rate_limited",
          `there are ${mostStreams.all} streams of events already`,
        );
      taken.set(who, own + 1);
      all += 1;
      let isTaken = true;
      return () => {
        if (!isTaken) return;
        isTaken = false;
        all -= 1;
        const left = (taken.get(who) ?? 1) - 1;
        if (left > 0) taken.set(who, left);
        else taken.delete(who);
      };
    },
  };
}

/** Looks for new events while any stream waits for one; one look serves all. */
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

/** Closes a stream's place and its generator when its reader goes, it ends, or it fails. */
function streamOf(frames: AsyncGenerator<string>, end: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
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
}

/** An owner's events as server-sent events: what came after a number, then what comes. */
export function addEvents(app: ApiApp, { dailies, signal: closing }: ApiOptions): void {
  const news = createNews(() => dailies.lastEvent());
  const places = createPlaces();

  async function* eventLines(
    owner: string,
    { first, asked }: { readonly first: number; readonly asked: number },
    gone: AbortSignal,
  ): AsyncGenerator<string> {
    let after = first;
    let saidAt = performance.now();
    const why = asked > first ? `${asked} is no event yet: this begins now, ` : "";
    // With the id, a client that reconnects before the first event asks for what came after this one.
    yield `retry: 1000\nid: ${after}\n: ${why}after ${after}\n\n`;
    const ended = (): boolean => gone.aborted || closing?.aborted === true;
    for (let last = Infinity; !ended(); last = await news()) {
      while (last > after && !ended()) {
        const events = await dailies.eventsAfter({ owner, after, limit: pageSize });
        for (const event of events) {
          if (ended()) return;
          yield frame(event);
        }
        if (events.length > 0) saidAt = performance.now();
        after = events.at(-1)?.sequence ?? after;
        if (events.length < pageSize) break;
      }
      if (performance.now() - saidAt < heartbeatMs) continue;
      saidAt = performance.now();
      yield ": still here\n\n";
    }
  }

  /** Calls `end` when the caller's key was revoked or has expired. Returns what stops the looking. */
  const watchKey = ({ accessKeyId }: Caller, end: () => void): (() => void) => {
    if (accessKeyId === undefined) return () => {};
    const look = async (): Promise<void> => {
      if (!(await dailies.access.isValid(accessKeyId))) end();
    };
    const timer = setInterval(() => void look().catch(() => {}), keyLookMs); // the next look tries again
    return () => clearInterval(timer);
  };

  addOperation(
    app,
    "followEvents",
    {
      summary: "What happens, as server-sent events",
      description:
        "From now on; with `Last-Event-ID` or `after`, first what came after that event. An id that lies " +
        "ahead counts as now. The first thing sent is the id that the stream begins after, so that a " +
        "reconnection loses nothing. The stream ends when its key is " +
        `revoked or expires. At most ${mostStreams.one} streams with one key at a time.`,
      tag: "Events",
      query: eventsQuerySchema,
      headers: z.object({ "last-event-id": z.string().optional() }),
      answers: { 200: { description: "A stream of events", types: ["text/event-stream"] } },
    },
    async (c, { caller, query }) => {
      const last = await dailies.lastEvent();
      const asked = lastEventId(c.req.header("last-event-id")) ?? query.after ?? last;
      const first = Math.min(asked, last);
      const headers = {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-accel-buffering": "no", // nginx would hold events back until it has some kilobytes of them
      };
      if (c.req.method === "HEAD") return c.body(null, 200, headers);
      const giveBack = places.take(caller.accessKeyId ?? `user ${caller.owner}`);
      const gone = new AbortController();
      const stopWatching = watchKey(caller, () => gone.abort());
      const body = streamOf(eventLines(caller.owner, { first, asked }, gone.signal), () => {
        gone.abort();
        stopWatching();
        giveBack();
      });
      return c.body(body, 200, headers);
    },
  );
}
