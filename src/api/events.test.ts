import { createParser, type EventSourceMessage } from "eventsource-parser";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Access } from "../access/access.ts";
import { createSecurity } from "./security/security.ts";
import { startApi, type StartedApi } from "./server.fixture.ts";

let api: StartedApi;
beforeAll(async () => void (api = await startApi()));
afterAll(() => api.close());

/** Reads a stream of events until there are so many. */
async function follow(
  count: number,
  {
    owner = "local",
    query = "",
    lastEventId,
  }: { owner?: string; query?: string; lastEventId?: string },
  onOpen: () => Promise<unknown> = async () => undefined,
): Promise<EventSourceMessage[]> {
  const stop = new AbortController();
  const answer = await fetch(`${api.url}/v1/events${query}`, {
    headers: {
      "x-owner": owner,
      ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
    },
    signal: stop.signal,
  });
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  const opened = onOpen();
  const decoder = new TextDecoder();
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    if (events.length >= count) break;
  }
  await opened;
  stop.abort();
  return events;
}

const told = (events: readonly EventSourceMessage[]) =>
  events.map(({ event, data }) => `${event} ${(JSON.parse(data) as { name: string }).name}`);

describe("the stream of events", () => {
  it("tells what happens from now on, to whom it belongs", async () => {
    await api.add("before.jpg");
    const mine = follow(2, {}, async () => {
      await api.add("her.jpg", { owner: "anna" });
      await api.add("mine.jpg");
    });
    expect(told(await mine)).toEqual(["object.created mine.jpg", "media.ready mine.jpg"]);
  });

  it("replays what came after an event, and of a removed media all", async () => {
    const all = await follow(4, { query: "?after=0" });
    expect(told(all)).toEqual([
      "object.created before.jpg",
      "media.ready before.jpg",
      "object.created mine.jpg",
      "media.ready mine.jpg",
    ]);
    await api.dailies.remove("mine.jpg");
    const lastEventId = all[1]?.id ?? "";
    const rest = await follow(4, { lastEventId, query: "?after=0" });
    expect(told(rest)).toEqual([
      "object.created mine.jpg",
      "media.ready mine.jpg",
      "object.removed mine.jpg",
      "media.removed mine.jpg",
    ]);
    expect(Number(rest[0]?.id)).toBeGreaterThan(Number(lastEventId));
    const hers = await follow(2, { owner: "anna", query: "?after=0" });
    expect(told(hers)).toEqual(["object.created her.jpg", "media.ready her.jpg"]);
  });

  /** The first text of a stream, and its headers. */
  const beginning = async (headers: Record<string, string>, query = "") => {
    const stop = new AbortController();
    const answer = await fetch(`${api.url}/v1/events${query}`, { headers, signal: stop.signal });
    const reader = answer.body?.getReader();
    const text = new TextDecoder().decode((await reader?.read())?.value);
    stop.abort();
    return { text, headers: answer.headers };
  };

  it("says at once after which event it begins, so that a reconnection loses nothing", async () => {
    const last = await api.dailies.lastEvent();
    const { text, headers } = await beginning({});
    expect(text).toMatch(new RegExp(`^id: ${last}$`, "m"));
    expect(text.endsWith("\n\n")).toBe(true);
    expect(text).not.toContain("data:");
    expect(headers.get("x-accel-buffering")).toBe("no");
    expect(headers.get("cache-control")).toBe("no-store");
    // the stream broke off before anything came
    await api.add("meanwhile.jpg");
    const lastEventId = /^id: (\d+)$/m.exec(text)?.[1] ?? "";
    expect(told(await follow(2, { lastEventId }))).toEqual([
      "object.created meanwhile.jpg",
      "media.ready meanwhile.jpg",
    ]);
  });

  it("begins now when the id lies ahead, and says so", async () => {
    const last = await api.dailies.lastEvent();
    const ahead = String(last + 1_000);
    for (const { text } of [
      await beginning({ "last-event-id": ahead }),
      await beginning({}, `?after=${ahead}`),
    ]) {
      expect(text).toMatch(new RegExp(`^id: ${last}$`, "m"));
      expect(text).toContain(`: ${ahead} is no event yet: this begins now, after ${last}`);
    }
    const next = follow(2, { lastEventId: ahead }, () => api.add("next.jpg"));
    expect(told(await next)).toEqual(["object.created next.jpg", "media.ready next.jpg"]);
  });

  it("tells many in order, none twice", async () => {
    const after = await api.dailies.lastEvent();
    for (let n = 0; n < 130; n += 1)
      await api.catalog.apply({
        expect: {
          name: "before.jpg",
          version: (await api.catalog.getMedia("before.jpg"))?.version ?? "",
        },
        changes: [
          { type: "event", event: { type: "media.ready", name: "before.jpg", version: "v" } },
        ],
      });
    const ids = (await follow(130, { query: `?after=${after}` })).map(({ id }) => Number(id));
    expect(ids).toEqual(Array.from({ length: 130 }, (_, n) => after + 1 + n));
  });

  describe("with a key", () => {
    const opened: AbortController[] = [];
    const open = async (token: string) => {
      const stop = new AbortController();
      opened.push(stop);
      return fetch(`${keyed.url}/v1/events`, {
        headers: { authorization: `Bearer ${token}` },
        signal: stop.signal,
      });
    };
    let keyed: StartedApi;
    beforeAll(async () => {
      let access: Access | undefined;
      const authenticate = async (token: string) => access?.authenticate(token);
      const sessionCaller = async (session: string) => access?.sessionCaller(session);
      const security = createSecurity({
        access: { authenticate, sessionCaller },
        requireKeys: true,
      });
      keyed = await startApi({ security });
      ({ access } = keyed.dailies);
    });
    afterAll(() => keyed.close());
    afterEach(() => {
      for (const stop of opened.splice(0)) stop.abort();
    });
    /** When the stream is at its end, in milliseconds from now. */
    const endOf = async (answer: Response): Promise<number> => {
      const startedAt = performance.now();
      await answer.text();
      return performance.now() - startedAt;
    };

    it("ends within two seconds of the key's revocation, and of its expiry", async () => {
      const { access } = keyed.dailies;
      const [stays, goes] = [
        await access.createKey({ name: "stays" }),
        await access.createKey({ name: "goes" }),
      ];
      const other = await open(stays.token);
      const revoked = await open(goes.token);
      await access.revokeKey(goes.accessKeyId);
      expect(await endOf(revoked)).toBeLessThan(2_000);
      const brief = await access.createKey({ name: "brief", expiresAt: Date.now() + 300 });
      expect(await endOf(await open(brief.token))).toBeLessThan(2_300);
      const reader = other.body?.getReader();
      expect((await reader?.read())?.done).toBe(false); // goes on
    });

    it("leaves streams for other keys, whatever one key opens", async () => {
      const { access } = keyed.dailies;
      const [greedy, other] = [
        await access.createKey({ name: "greedy" }),
        await access.createKey({ name: "other" }),
      ];
      // The answers are kept: fetch closes the connection of one that is collected as garbage.
      const answers: Response[] = [];
      for (let n = 0; n < 25; n += 1) answers.push(await open(greedy.token));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(20);
      expect(statuses.filter((status) => status === 429)).toHaveLength(5);
      expect((await open(other.token)).status).toBe(200);
      // a place that is given up can be taken again
      opened[0]?.abort();
      await vi.waitFor(async () => expect((await open(greedy.token)).status).toBe(200), 10_000);
      expect(answers).toHaveLength(25);
    });
  });

  it("ends when its reader goes, and does not keep what it held", async () => {
    for (let n = 0; n < 210; n += 1) await follow(1, { query: "?after=0" }); // more than at once may be
    expect(api.errors).toEqual([]);
  });
});
