import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newJob } from "../media/job.ts";
import { newSession } from "../media/ids.ts";
import { videoFacts } from "../transcode/facts.fixture.ts";
import { startApi, type StartedApi } from "./server.fixture.ts";

let api: StartedApi;
beforeAll(async () => {
  api = await startApi();
  await api.add("a/talk.mp4", { type: "video", spoken: true });
});
afterAll(() => api.close());

const put = (name: string, body: string, query = "", headers: Record<string, string> = {}) =>
  fetch(`${api.url}/v1/media/${encodeURIComponent(name)}/transcript${query}`, {
    method: "PUT",
    body,
    headers,
  });
const srt = "1\n00:00:01,000 --> 00:00:03,000\nHello wide world!\n";

describe("a transcript that is put", () => {
  it("takes the place of the one that is there, which is kept; captions and search follow", async () => {
    const before = await api.dailies.transcriptOf(await api.dailies.find("a/talk.mp4"));
    const answer = await put("a/talk.mp4", srt, "?language=en-GB");
    expect(answer.status).toBe(200);
    const taken = (await answer.json()) as { earlier: string };
    expect(taken).toMatchObject({ format: "srt", languageCode: "en-GB", words: 3, estimated: 3 });
    await api.dailies.reprocess(["a/talk.mp4"], { only: ["index"] });
    expect(await api.dailies.search({ words: "wide" })).toMatchObject([
      { name: "a/talk.mp4", draft: false, moments: [{ snippet: "Hello [wide] world!" }] },
    ]);
    expect(await api.dailies.search({ words: "times" })).toEqual([]);
    expect(await api.dailies.export("a/talk.mp4", "vtt")).toContain("Hello wide world!");
    const stored = await fetch(`${api.url}/v1/outputs/output/captions/a/talk.srt`);
    expect(await stored.text()).toContain("Hello wide world!");
    const earlier = await fetch(`${api.url}/v1/outputs/${taken.earlier}`);
    const json = (await earlier.json()) as { results: { items: unknown[] } };
    expect(json.results.items.length).toBeGreaterThanOrEqual(before.words.length);
    // and the earlier one can be taken back
    expect((await put("a/talk.mp4", JSON.stringify(json))).status).toBe(200);
    const again = await api.dailies.transcriptOf(await api.dailies.find("a/talk.mp4"));
    expect(again.words).toEqual(before.words);
  });

  it("is refused with the place that is wrong, and changes nothing", async () => {
    const media = await api.dailies.find("a/talk.mp4");
    const before = await api.dailies.outputsOf(media);
    const answer = await put("a/talk.mp4", "1\n00:00:02,000 --> 00:00:01,000\nx\n");
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: "invalid_argument",
      detail: expect.stringContaining("line 2") as string,
    });
    expect((await put("none.mp4", srt)).status).toBe(404);
    expect((await put("a/talk.mp4", srt, "?language=x y")).status).toBe(400);
    expect(await api.dailies.outputsOf(media)).toEqual(before);
  });

  it("waits for a transcript that is just being made", async () => {
    await api.add("b.mp4", {
      type: "video",
      extra: (version) => [
        {
          type: "enqueue",
          job: newJob({ name: "b.mp4", version }, "transcribe", { engine: "e/1" }),
        },
      ],
    });
    const answer = await put("b.mp4", srt);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: "transcript_pending" });
  });

  it("ends the failure of a transcription, which no reprocessing begins again", async () => {
    const failure = { code: "model_missing", message: "no model", remedy: "" } as const;
    await api.add("failed.mp4", {
      type: "video",
      extra: (version) => {
        const job = newJob({ name: "failed.mp4", version }, "transcribe", { engine: "e/1" });
        const attempt = `${version}-1`;
        const outcome = { state: "failed", failure, details: {} } as const;
        return [
          { type: "setFacts", version, facts: videoFacts() },
          { type: "enqueue", job },
          { type: "startJob", jobId: job.id, attempt, session: newSession() },
          { type: "finishJob", attempt, outcome },
        ];
      },
    });
    expect((await put("failed.mp4", srt)).status).toBe(200);
    await api.dailies.enqueueReprocess("failed.mp4", { only: ["transcribe"] });
    await api.dailies.reprocess(["failed.mp4"], { only: ["index"] });
    const media = await api.dailies.find("failed.mp4");
    const jobs = await api.dailies.jobsOf(media);
    expect(jobs.flatMap(({ job }) => (job.step === "transcribe" ? job : []))).toMatchObject([
      { state: "skipped", reason: "imported" },
    ]);
    expect(media.state).toBe("ready");
  });

  it("has an entity tag, so that no other transcript is replaced than the one that was seen", async () => {
    await api.add("tag.mp4", { type: "video", spoken: true });
    const address = `${api.url}/v1/media/tag.mp4/transcript`;
    const tag = (await fetch(address)).headers.get("etag") ?? "";
    expect(tag).toMatch(/^"[0-9a-f]{64}"$/);
    const statusOf = async (headers: Record<string, string>, body = srt) =>
      (await put("tag.mp4", body, "", headers)).status;
    expect(await statusOf({ "if-match": '"another"' })).toBe(412);
    expect(await statusOf({ "if-none-match": "*" })).toBe(412);
    expect(await statusOf({ "if-match": tag })).toBe(200);
    expect(await statusOf({ "if-match": tag }, srt.replace("wide", "small"))).toBe(412);
    const next = (await fetch(address)).headers.get("etag") ?? "";
    expect(next).not.toBe(tag);
    const racing = ["one", "two", "three"].map((word) =>
      statusOf({ "if-match": next }, srt.replace("wide", word)),
    );
    expect((await Promise.all(racing)).toSorted((a, b) => a - b)).toEqual([200, 412, 412]);
    await api.add("untold.mp4", { type: "video" });
    expect((await put("untold.mp4", srt, "", { "if-match": "*" })).status).toBe(412);
    expect((await put("untold.mp4", srt, "", { "if-none-match": "*" })).status).toBe(200);
  });

  it("leaves ten earlier ones, the last ones; none is lost to another that comes at once", async () => {
    await api.add("often.mp4", { type: "video", spoken: true });
    const said = Array.from({ length: 12 }, (_, index) => srt.replace("wide", `wide${index}`));
    const earlier: string[] = [];
    const taken = async (body: string | undefined) => {
      const answer = await put("often.mp4", body ?? "");
      expect(answer.status).toBe(200);
      earlier.push(((await answer.json()) as { earlier: string }).earlier);
    };
    await Promise.all(said.slice(0, 3).map(taken));
    expect(new Set(earlier).size).toBe(3);
    for (const body of said.slice(3)) await taken(body);
    const statuses = await Promise.all(
      earlier.map(async (key) => (await fetch(`${api.url}/v1/outputs/${key}`)).status),
    );
    expect(statuses.filter((status) => status === 404)).toHaveLength(2);
    expect(statuses.slice(3)).toEqual(said.slice(3).map(() => 200));
    const outputs = await api.dailies.outputsOf(await api.dailies.find("often.mp4"));
    expect(outputs.filter(({ key }) => key.includes("transcribe-earlier"))).toHaveLength(10);
  });
});
