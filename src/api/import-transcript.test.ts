import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newJob } from "../media/job.ts";
import { startApi, type StartedApi } from "./server.fixture.ts";

let api: StartedApi;
beforeAll(async () => {
  api = await startApi();
  await api.add("a/talk.mp4", { type: "video", spoken: true });
});
afterAll(() => api.close());

const put = (name: string, body: string, query = "") =>
  fetch(`${api.url}/v1/media/${encodeURIComponent(name)}/transcript${query}`, {
    method: "PUT",
    body,
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
});
