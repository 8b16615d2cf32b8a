import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Change } from "../catalog/catalog.ts";
import { streamKey } from "../media/keys.ts";
import { createFilesystemObjectStore } from "../objects/filesystem.ts";
import { putText } from "../objects/stored.ts";
import { join } from "node:path";
import { startApi, type StartedApi } from "./server.fixture.ts";

let api: StartedApi;
const name = "a/ü & talk.mp4";
const files = {
  "master.m3u8": ["#EXTM3U\nvideo-240.m3u8\n", "application/vnd.apple.mpegurl"],
  "manifest.mpd": ["<MPD/>", "application/dash+xml"],
  "video-240.mp4": ["moving pictures", "video/mp4"],
} as const;

beforeAll(async () => {
  api = await startApi();
  const objects = createFilesystemObjectStore({ dir: join(api.folder, "objects") });
  const put = async (file: keyof typeof files) => {
    const place = { bucket: "outputs", key: streamKey(name, file) } as const;
    return putText(objects, place, files[file][0], files[file][1]);
  };
  const stored = await Promise.all([put("master.m3u8"), put("manifest.mpd"), put("video-240.mp4")]);
  const extra = (version: string) =>
    stored.map((object): Change => ({ type: "putOutput", version, object }));
  await api.add(name, { type: "video", extra });
  await api.add("plain.mp4", { type: "video" });
});
afterAll(() => api.close());

const linkOf = (of: string, body: object, owner = "local") =>
  fetch(`${api.url}/v1/media/${encodeURIComponent(of)}/stream-link`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-owner": owner },
    body: JSON.stringify(body),
  });
const links = async (body: object) =>
  (await (await linkOf(name, body)).json()) as { hls: string; dash: string; expiresAt: string };

it("relative addresses lead on from a link, with ranges, entity tags and types", async () => {
  const { hls, dash } = await links({});
  const master = await fetch(`${api.url}${hls}`);
  expect([master.status, master.headers.get("content-type")]).toEqual([
    200,
    "application/vnd.apple.mpegurl",
  ]);
  expect(await master.text()).toBe(files["master.m3u8"][0]);
  const video = new URL("video-240.mp4", `${api.url}${hls}`);
  const part = await fetch(video, { headers: { range: "bytes=0-5" } });
  expect([part.status, await part.text()]).toEqual([206, "moving"]);
  expect(part.headers.get("content-range")).toBe("bytes 0-5/15");
  const etag = part.headers.get("etag") ?? "";
  expect((await fetch(video, { headers: { "if-none-match": etag } })).status).toBe(304);
  const mpd = await fetch(`${api.url}${dash}`);
  expect([mpd.status, mpd.headers.get("content-type")]).toEqual([200, "application/dash+xml"]);
});

it("the same files are found by their keys", async () => {
  const key = streamKey(name, "master.m3u8").split("/").map(encodeURIComponent).join("/");
  const master = await fetch(`${api.url}/v1/outputs/${key}`);
  expect(master.headers.get("content-type")).toBe("application/vnd.apple.mpegurl");
  const video = await fetch(new URL("video-240.mp4", `${api.url}/v1/outputs/${key}`));
  expect([video.status, await video.text()]).toEqual([200, "moving pictures"]);
  const named = await fetch(`${api.url}/v1/media/${encodeURIComponent(name)}/outputs/stream`);
  expect(await named.text()).toBe(files["master.m3u8"][0]);
});

it("a link opens nothing else, nothing when it was changed, and ends in time", async () => {
  const { hls, expiresAt } = await links({ hours: 2 });
  expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(7_190_000);
  const statusOf = async (path: string) => (await fetch(`${api.url}${path}`)).status;
  expect(await statusOf(hls)).toBe(200);
  expect(await statusOf(hls.replace("master.m3u8", "video-999.mp4"))).toBe(404);
  expect(await statusOf(hls.replace("master.m3u8", "x%2Fmaster.m3u8"))).toBe(404);
  expect(await statusOf(hls.replace("/s1.", "/s2."))).toBe(404);
  expect(await statusOf(hls.replace(/\.(?=[\w-]{43}\/)/, "A."))).toBe(404);
  vi.spyOn(Date, "now").mockReturnValue(Date.parse(expiresAt) + 1);
  expect(await statusOf(hls)).toBe(404);
  vi.restoreAllMocks();
});

it("only the owner gets a link, only to a stream, only for a week", async () => {
  expect((await linkOf(name, {}, "anna")).status).toBe(404);
  expect((await linkOf("plain.mp4", {})).status).toBe(404);
  expect((await linkOf(name, { hours: 169 })).status).toBe(400);
  expect((await linkOf(name, { hours: 0 })).status).toBe(400);
});

it("a link ends with its version", async () => {
  const { hls } = await links({});
  await api.dailies.remove(name);
  expect((await fetch(`${api.url}${hls}`)).status).toBe(404);
});
