import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApi, type StartedApi } from "./server.fixture.ts";

interface Page {
  readonly items: readonly { readonly name: string }[];
  readonly next?: string;
  readonly total?: { readonly count: number; readonly isExact: boolean };
}

interface ProblemBody {
  readonly status: number;
  readonly code: string;
  readonly errors?: readonly { readonly in: string; readonly field: string }[];
}

let api: StartedApi;
const poster = Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 251));
const named = (name: string, rest = "") => `/v1/media/${encodeURIComponent(name)}${rest}`;

function ask(path: string, init: RequestInit & { owner?: string } = {}): Promise<Response> {
  const { owner, headers, ...rest } = init;
  const who = owner === undefined ? {} : { "x-owner": owner };
  return fetch(`${api.url}${path}`, { ...rest, headers: { ...(headers as object), ...who } });
}

async function json<T>(path: string, init?: RequestInit & { owner?: string }): Promise<T> {
  const answer = await ask(path, init);
  expect(answer.status, await answer.clone().text()).toBeLessThan(300);
  return (await answer.json()) as T;
}

beforeAll(async () => {
  api = await startApi();
  await api.add("a/dog.jpg", { labels: ["Dog"], poster });
  await api.add("a/talk.mp4", { type: "video", labels: ["Person"], spoken: true });
  await api.add("c.jpg");
  await api.add("her.jpg", { owner: "anna", labels: ["Dog"], spoken: true, poster });
});
afterAll(async () => {
  expect(api.errors).toEqual([]); // nothing that was asked here was a fault of the service
  await api.close();
});

describe("the list of media", () => {
  it.each([
    ["", ["a/dog.jpg", "a/talk.mp4", "c.jpg"]],
    ["?sort=-name", ["c.jpg", "a/talk.mp4", "a/dog.jpg"]],
    ["?sort=createdAt", ["a/dog.jpg", "a/talk.mp4", "c.jpg"]],
    ["?sort=-updatedAt&startsWith=a/", ["a/talk.mp4", "a/dog.jpg"]],
    ["?type=video&label=person&state=ready", ["a/talk.mp4"]],
    ["?state=failed", []],
    ["?createdFrom=2020-01-01T00:00:00Z&createdBefore=2020-01-02T00:00:00Z", []],
    ["?owner=anna", []],
  ])("%s is %o", async (query, expected) => {
    const page = await json<Page>(`/v1/media${query}`);
    expect(page.items.map(({ name }) => name)).toEqual(expected);
    expect(page.total).toEqual({ count: expected.length, isExact: true });
  });

  it("goes on where a cursor was, though media come and go", async () => {
    const first = await json<Page>("/v1/media?limit=2");
    expect(first.items).toHaveLength(2);
    await api.add("a/late.jpg"); // before the place
    const second = await json<Page>(`/v1/media?limit=2&cursor=${first.next}`);
    expect(second.items.map(({ name }) => name)).toEqual(["c.jpg"]);
    expect(second.next).toBeUndefined();
    await api.dailies.remove("a/late.jpg");
  });

  it("refuses a cursor of another order", async () => {
    const { next } = await json<Page>("/v1/media?limit=2");
    const answer = await ask(`/v1/media?limit=2&sort=createdAt&cursor=${next}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ in: "query", field: "cursor" }] });
  });

  it("of a user is their own, and nobody else's", async () => {
    const page = await json<Page>("/v1/users/anna/media", { owner: "anna" });
    expect(page.items.map(({ name }) => name)).toEqual(["her.jpg"]);
    expect((await ask("/v1/users/anna/media")).status).toBe(404);
  });

  it("does not say where on the server a file came from", async () => {
    expect(JSON.stringify(await json("/v1/media"))).not.toContain("origin");
  });
});

describe("bytes", () => {
  const path = named("a/dog.jpg", "/renditions/poster");
  const bytes = async (headers: Record<string, string> = {}) => {
    const answer = await ask(path, { headers });
    return { answer, body: Buffer.from(await answer.arrayBuffer()) };
  };

  it("come whole, with what a browser and a cache want to know", async () => {
    const { answer, body } = await bytes();
    expect(body.equals(poster)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "image/jpeg",
      "content-length": "1000",
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
      "content-disposition": `inline; filename="dog.jpg.jpg"; filename*=UTF-8''dog.jpg.jpg`,
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
    });
    const saved = await ask(`${path}?download=true`);
    expect(saved.headers.get("content-disposition")).toMatch(/^attachment;/);
    await saved.body?.cancel();
  });

  it.each([
    ["bytes=10-19", 206, "bytes 10-19/1000", poster.subarray(10, 20)],
    ["bytes=990-", 206, "bytes 990-999/1000", poster.subarray(990)],
    ["bytes=-5", 206, "bytes 995-999/1000", poster.subarray(995)],
    ["bytes=0-1,5-6", 200, null, poster],
  ])("%s is answered with %i", async (range, status, contentRange, expected) => {
    const { answer, body } = await bytes({ range });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-range")).toBe(contentRange);
    expect(body.equals(expected)).toBe(true);
  });

  it("that are not there are not satisfiable", async () => {
    const { answer } = await bytes({ range: "bytes=1000-" });
    expect(answer.status).toBe(416);
    expect(answer.headers.get("content-range")).toBe("bytes */1000");
  });

  it("need not come again, and a part of other bytes does not come", async () => {
    const { answer: first } = await bytes();
    const etag = first.headers.get("etag") ?? "";
    expect((await bytes({ "if-none-match": etag })).answer.status).toBe(304);
    expect((await bytes({ "if-none-match": '"other"' })).answer.status).toBe(200);
    expect((await bytes({ range: "bytes=0-1", "if-range": etag })).answer.status).toBe(206);
    expect((await bytes({ range: "bytes=0-1", "if-range": '"other"' })).answer.status).toBe(200);
  });

  it("are described by HEAD", async () => {
    const answer = await ask(path, { method: "HEAD" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-length")).toBe("1000");
    expect(await answer.text()).toBe("");
  });
});

describe("objects", () => {
  it("are put, replaced, fetched and removed", async () => {
    const put = (text: string, headers = {}) =>
      ask("/v1/objects/new/röhre 1.bin", { method: "PUT", body: text, headers });
    const created = await put("one");
    expect(created.status).toBe(201);
    expect(created.headers.get("location")).toBe(named("new/röhre 1.bin"));
    expect(await created.json()).toMatchObject({
      change: "created",
      media: { name: "new/röhre 1.bin", sizeBytes: 3, owner: "local" },
    });
    expect(await (await put("one")).json()).toMatchObject({ change: "unchanged" });
    expect((await put("two", { "if-none-match": "*" })).status).toBe(412);
    expect(await (await put("two")).json()).toMatchObject({ change: "replaced" });
    const bytes = await ask("/v1/objects/new%2Fr%C3%B6hre%201.bin");
    expect(await bytes.text()).toBe("two");
    expect(bytes.headers.get("content-type")).toBe("application/octet-stream");
    expect(bytes.headers.get("content-disposition")).toMatch(/^attachment/); // who knows what it is
    const remove = () => ask("/v1/objects/new/röhre 1.bin", { method: "DELETE" });
    expect((await remove()).status).toBe(204);
    expect((await remove()).status).toBe(404);
  });

  it("of another owner are neither replaced nor removed", async () => {
    const put = await ask("/v1/objects/her.jpg", { method: "PUT", body: "mine" });
    expect([403, 409]).toContain(put.status);
    expect((await ask("/v1/objects/her.jpg", { method: "DELETE" })).status).toBe(404);
    expect((await ask("/v1/objects/her.jpg", { owner: "anna" })).status).toBe(200);
  });

  it("that are empty are refused", async () => {
    const answer = await ask("/v1/objects/empty.mp4", { method: "PUT", body: "" });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "empty_file" });
  });
});

describe("a transcript", () => {
  const path = named("a/talk.mp4", "/transcript");
  it.each([
    ["", undefined, "application/json"],
    [".json", undefined, "application/json"],
    [".srt", undefined, "application/x-subrip; charset=utf-8"],
    [".vtt", undefined, "text/vtt; charset=utf-8"],
    [".txt", undefined, "text/plain; charset=utf-8"],
    ["?format=csv", undefined, "text/csv; charset=utf-8"],
    ["", "text/vtt, application/json;q=0.5", "text/vtt; charset=utf-8"],
    ["", "application/x-subrip;q=0.2, text/html", "application/x-subrip; charset=utf-8"],
    ["", "*/*", "application/json"],
  ])("%s, Accept: %s, is %s", async (ending, accept, type) => {
    const answer = await ask(path + ending, accept === undefined ? {} : { headers: { accept } });
    expect(answer.headers.get("content-type")).toBe(type);
    expect(await answer.text()).toContain("best");
  });

  it("cannot be had as a picture", async () => {
    expect((await ask(path, { headers: { accept: "image/png" } })).status).toBe(406);
    expect((await ask(`${path}.png`)).status).toBe(400);
  });

  it("is not there where nothing was said", async () => {
    expect((await ask(named("c.jpg", "/transcript"))).status).toBe(404);
  });

  it("is found by its words, and its record by its key", async () => {
    const found = await json<{ items: { name: string }[] }>("/v1/search?q=best%20times");
    expect(found.items.map(({ name }) => name)).toEqual(["a/talk.mp4"]);
    for (const key of ["output/transcribe/a/talk.json", "output%2Ftranscribe%2Fa%2Ftalk.json"])
      expect(await json(`/v1/metadata/${key}`)).toMatchObject({
        JsonFile: "output/transcribe/a/talk.json",
      });
    expect((await ask("/v1/metadata/output/transcribe/her.jpg.json")).status).toBe(404);
    const hers = await ask("/v1/metadata/output/transcribe/her.jpg.json", { owner: "anna" });
    expect(hers.status).toBe(200);
  });
});

describe("a request that is wrong", () => {
  it.each([
    ["GET", "/v1/media?sort=size&limit=0", 400, ["sort", "limit"]],
    ["GET", "/v1/media?colour=red", 400, ["colour"]],
    ["GET", "/v1/media?createdFrom=yesterday", 400, ["createdFrom"]],
    ["GET", "/v1/media?cursor=zzz", 400, ["cursor"]],
    ["GET", "/v1/search", 400, ["q"]],
    ["GET", "/v1/jobs?state=lost", 400, ["state"]],
    ["GET", "/v1/media/%ff", 400, ["name"]],
    ["GET", `/v1/media/${"x".repeat(901)}`, 400, ["name"]],
    ["GET", "/v1/events?after=-1", 400, ["after"]],
    ["POST", named("c.jpg", "/retry"), 400, ["body"], "{"],
    ["POST", named("c.jpg", "/retry"), 400, ["step"], '{"step":"dance"}'],
    ["POST", named("c.jpg", "/reprocess"), 400, ["only"], '{"only":"gif"}'],
    ["POST", named("c.jpg", "/retry"), 413, undefined, `"${"x".repeat(70_000)}"`],
    ["GET", "/v1/nothing", 404, undefined],
    ["PATCH", "/v1/media", 405, undefined],
  ])("%s %s is answered with %i and %o", async (method, path, status, fields, body?: string) => {
    const answer = await ask(path, { method, ...(body === undefined ? {} : { body }) });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    const problem = (await answer.json()) as ProblemBody;
    expect(problem.status).toBe(status);
    expect(problem.errors?.map(({ field }) => field)).toEqual(fields);
    if (status === 405) expect(answer.headers.get("allow")).toBe("GET, HEAD");
  });
});

it("tells what waits, and who is before it", async () => {
  const { items } = await json<{ items: { name: string }[] }>("/v1/jobs");
  expect(items).toEqual([]);
  // it was never planned: a poster and labels are what it lacks
  const retried = await json(named("c.jpg", "/retry"), { method: "POST" });
  expect(retried).toEqual({ name: "c.jpg", openSteps: 2 });
  await ask("/v1/objects/w1.bin", { method: "PUT", body: "w1" });
  await ask("/v1/objects/w2.bin", { method: "PUT", body: "w2" });
  const jobs = await json<{ items: object[] }>(named("w2.bin", "/jobs"));
  expect(jobs.items).toMatchObject([{ step: "probe", state: "queued", position: 2, tries: [] }]);
  const queued = await json<{ items: { name: string }[] }>("/v1/jobs?state=queued&step=probe");
  expect(queued.items.map(({ name }) => name)).toEqual(["w2.bin", "w1.bin"]);
  expect(await json(named("w1.bin", "/cancel"), { method: "POST" })).toMatchObject({
    cancelledSteps: 1,
  });
  // cancelled is no failure, in lists as in what is told of one
  expect(await json(named("w1.bin"))).toMatchObject({ state: "cancelled" });
  const again = await json("/v1/objects/w1.bin", { method: "PUT", body: "w1" });
  expect(again).toMatchObject({ change: "unchanged", media: { state: "cancelled" } });
  const inState = async (query: string) =>
    (await json<{ items: { name: string; state: string }[] }>(`/v1/media?${query}`)).items;
  expect(await inState("state=cancelled")).toMatchObject([{ name: "w1.bin", state: "cancelled" }]);
  expect(await inState("state=failed")).toEqual([]);
  expect(await inState("startsWith=w1")).toMatchObject([{ state: "cancelled" }]);
  const metrics = await (await ask("/metrics")).text();
  expect(metrics).toContain('dailies_queue_jobs{kind="light",state="queued"} 1');
  expect(metrics).toMatch(/^dailies_queue_age_seconds\{kind="light",state="queued"\} [\d.e-]+$/m);
  expect(metrics).toContain('dailies_deliveries{state="dead"} 0');
  // counters are there before anything happened
  expect(metrics).toContain('dailies_media_finished_total{state="failed"} 0');
  for (const step of ["probe", "video", "transcribe", "index"]) {
    expect(metrics).toContain(`dailies_job_failures_total{step="${step}",code="engine_failed"} 0`);
    expect(metrics).toContain(
      `dailies_job_duration_seconds_count{step="${step}",state="failed"} 0`,
    );
  }
  expect(metrics).toMatch(/^dailies_disk_free_bytes [1-9]/m);
  const history = await json<{ events: { type: string }[] }>(named("w1.bin", "/history"));
  expect(history.events.map(({ type }) => type)).toEqual(["object.created", "media.failed"]);
});

it("gives up on an answer that takes too long", async () => {
  const slow = await startApi({ limits: { maxBodyBytes: 10, timeoutMs: 1 } });
  await slow.addMany(Array.from({ length: 2_000 }, (_, n) => `clip-${n}.jpg`));
  const answer = await fetch(`${slow.url}/v1/media?limit=1000`);
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).not.toBeNull();
  expect(await answer.json()).toMatchObject({ code: "request_timeout" });
  await slow.close();
});

it("keeps nothing of an upload that breaks off", async () => {
  const stop = new AbortController();
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(Buffer.alloc(100_000, "x"));
      setTimeout(() => stop.abort(), 20);
      return new Promise((resolve) => setTimeout(resolve, 5));
    },
  });
  const put = ask("/v1/objects/broken.mp4", {
    method: "PUT",
    body,
    duplex: "half",
    signal: stop.signal,
  });
  await expect(put).rejects.toThrow("aborted");
  expect((await ask(named("broken.mp4"))).status).toBe(404);
  for (let tries = 0; ; tries += 1) {
    const incoming = await readdir(join(api.folder, "objects", ".incoming"));
    if (incoming.length === 0) break;
    expect(tries, incoming.join()).toBeLessThan(100);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

it("gives a large object as it was put in, to a reader that dawdles, and to many at once", async () => {
  const bytes = randomBytes(6_000_000);
  await api.add("large.bin", { bytes });
  const sha256 = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");
  const read = async (pauseMs: number): Promise<string> => {
    const answer = await ask("/v1/objects/large.bin");
    const parts: Uint8Array[] = [];
    for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
      parts.push(part);
      if (pauseMs > 0 && parts.length % 16 === 0)
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return sha256(Buffer.concat(parts));
  };
  const got = await Promise.all([5, 0, 0, 2, 0].map(read));
  expect(new Set(got)).toEqual(new Set([sha256(bytes)]));
  const part = await ask("/v1/objects/large.bin", { headers: { range: "bytes=999999-3000000" } });
  expect(sha256(new Uint8Array(await part.arrayBuffer()))).toBe(
    sha256(bytes.subarray(999_999, 3_000_001)),
  );
  const left = await ask("/v1/objects/large.bin");
  await left.body?.cancel(); // the file is closed: a leaked handle would warn when collected
});
