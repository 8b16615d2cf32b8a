import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outputKey } from "../media/keys.ts";
import { startApi, type StartedApi } from "./server.fixture.ts";

let api: StartedApi;
const path = "/v1/media/a%2Ftalk.mp4/transcript";
beforeAll(async () => {
  api = await startApi();
  await api.add("a/talk.mp4", { type: "video", spoken: true });
});
afterAll(() => api.close());

interface Said {
  readonly corrections?: number;
  readonly words: { text: string; startMs: number; timing?: string; speaker?: string }[];
}

async function read(): Promise<{ etag: string; said: Said }> {
  const answer = await fetch(api.url + path);
  return { etag: answer.headers.get("etag") ?? "", said: (await answer.json()) as Said };
}
const edit = (etag: string, body: unknown) =>
  fetch(`${api.url}${path}/edits`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: etag === "" ? {} : { "if-match": etag },
  });

describe("corrections of a transcript", () => {
  it("change the words and nothing else; captions and search follow", async () => {
    const before = await read();
    const body = { edits: [{ from: 3, to: 6, text: "worst of times." }] };
    const answer = await edit(before.etag, body);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ words: 6, aligned: 0, estimated: 1 });
    const after = await read();
    expect(answer.headers.get("etag")).toBe(after.etag);
    expect(after.said.corrections).toBe(1);
    expect(after.said.words[3]).toMatchObject({
      text: "worst",
      startMs: 1_500,
      timing: "estimated",
    });
    expect(after.said.words.toSpliced(3, 1)).toEqual(before.said.words.toSpliced(3, 1));
    await api.dailies.reprocess(["a/talk.mp4"], { only: ["index"] });
    expect(await api.dailies.search({ words: "worst" })).toHaveLength(1);
    expect(await api.dailies.search({ words: "best" })).toEqual([]);
    expect(await api.dailies.export("a/talk.mp4", "srt")).toContain("worst of times.");
  });

  it("are refused when they are of another transcript, so that none is lost", async () => {
    const { etag } = await read();
    expect((await edit(etag, { edits: [{ from: 0, to: 1, text: "It" }] })).status).toBe(200);
    const late = await edit(etag, { edits: [{ from: 0, to: 1, text: "Lost" }] });
    expect(late.status).toBe(412);
    const { said } = await read();
    expect(said.words[0]?.text).toBe("It");
    // who does not say which transcript was seen cannot correct it
    expect((await edit("", { edits: [{ from: 0, to: 1, text: "x" }] })).status).toBe(400);
    const now = (await read()).etag;
    expect((await edit(now, { edits: [{ from: 0, to: 99, text: "x" }] })).status).toBe(400);
    expect((await edit(now, { speakers: { spk_0: "a\nb" } })).status).toBe(400);
    expect((await read()).etag).toBe(now);
  });

  it("name speakers of a passage and of all, in captions too", async () => {
    const first = await read();
    const named = await edit(first.etag, { edits: [{ from: 0, to: 6, speaker: "Anna" }] });
    expect(named.status).toBe(200);
    const second = await edit((await read()).etag, { speakers: { Anna: "Änne <b>" } });
    expect(second.status).toBe(200);
    const { said } = await read();
    expect(new Set(said.words.map(({ speaker }) => speaker))).toEqual(new Set(["Änne <b>"]));
  });

  it("keep the first transcript, and do not keep every keystroke", async () => {
    const media = await api.dailies.find("a/talk.mp4");
    const earlier = (await api.dailies.outputsOf(media)).filter(({ key }) =>
      key.startsWith("output/transcribe-earlier/"),
    );
    expect(earlier).toHaveLength(1);
    const first = await fetch(`${api.url}/v1/outputs/${earlier[0]?.key}`);
    expect(await first.text()).toContain('"best"');
    const stored = await api.dailies.outputNamed(media, "transcribe");
    expect(stored.key).toBe(outputKey("transcribe", "a/talk.mp4"));
  });
});
