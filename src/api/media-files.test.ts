import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApi, type StartedApi } from "./server.fixture.ts";

/** `GET /api/` and `GET /api/{name}`, as the clients of the workshop's application know them. */
describe("the media query application", () => {
  let api: StartedApi;
  const get = async (
    path: string,
  ): Promise<{ status: number; body: unknown; link: string | null }> => {
    const answer = await fetch(`${api.url}${path}`);
    return { status: answer.status, body: await answer.json(), link: answer.headers.get("link") };
  };
  const names = async (path: string): Promise<string[]> =>
    ((await get(path)).body as { name: string }[]).map(({ name }) => name);

  beforeAll(async () => {
    api = await startApi();
    await api.add("a/dog.jpg", { labels: ["Dog", "Animal"] });
    await api.add("a/street.mp4", { type: "video", labels: ["Person", "Dog"] });
    await api.add("b.jpg");
    await api.add("ü & 100%?#.jpg", { labels: ["Person"] });
    await api.add("others.jpg", { owner: "anna", labels: ["Dog"] });
  });
  afterAll(() => api.close());

  it("lists everything, by name, with distinct labels", async () => {
    expect((await get("/api/")).body).toEqual([
      { name: "a/dog.jpg", type: "image", labels: ["Animal", "Dog"] },
      { name: "a/street.mp4", type: "video", labels: ["Dog", "Person"] },
      { name: "b.jpg", type: "image", labels: [] },
      { name: "ü & 100%?#.jpg", type: "image", labels: ["Person"] },
    ]);
    expect(await names("/api")).toHaveLength(4);
  });

  it.each([
    ["startswith=a/", ["a/dog.jpg", "a/street.mp4"]],
    ["media-type=video", ["a/street.mp4"]],
    ["label=dog", ["a/dog.jpg", "a/street.mp4"]],
    ["label=Dog&media-type=image", ["a/dog.jpg"]],
    ["label=Zebra", []],
    ["media-type=hologram", []],
    ["colour=red&page=7", ["a/dog.jpg", "a/street.mp4", "b.jpg", "ü & 100%?#.jpg"]],
    ["label=Dog&label=Person", ["a/dog.jpg", "a/street.mp4"]],
  ])("with ?%s lists %o", async (query, expected) => {
    expect(await names(`/api/?${query}`)).toEqual(expected);
  });

  it("gives pages only when a limit is given, each with the way to the next", async () => {
    expect((await get("/api/")).link).toBeNull();
    const found: string[] = [];
    let path: string | undefined = "/api/?limit=2&startswith=&x=1";
    for (let pages = 0; path !== undefined && pages < 9; pages += 1) {
      const { body, link } = await get(path);
      found.push(...(body as { name: string }[]).map(({ name }) => name));
      path = /^<([^>]+)>; rel="next"$/.exec(link ?? "")?.[1];
    }
    expect(found).toEqual(["a/dog.jpg", "a/street.mp4", "b.jpg", "ü & 100%?#.jpg"]);
    expect((await get("/api/?limit=no")).status).toBe(400);
  });

  it.each(["/api/a/dog.jpg", "/api/a%2Fdog.jpg", "/api/a%2fdog.jpg?any=thing"])(
    "GET %s is one media",
    async (path) => {
      expect(await get(path)).toMatchObject({
        status: 200,
        body: { name: "a/dog.jpg", type: "image", labels: ["Animal", "Dog"] },
      });
    },
  );

  it("finds names with all that a URL makes special", async () => {
    const { body } = await get(`/api/${encodeURIComponent("ü & 100%?#.jpg")}`);
    expect(body).toMatchObject({ name: "ü & 100%?#.jpg" });
  });

  it.each(["none.jpg", "a", "a/", "a//dog.jpg", "others.jpg", "A/DOG.JPG"])(
    "says exactly what it always said when %s is missing",
    async (name) => {
      expect(await get(`/api/${name}`)).toMatchObject({
        status: 404,
        body: {
          Code: "NotFoundError",
          Message: `NotFoundError: Media file (${name}) not found`,
        },
      });
    },
  );

  it("streams a long list whole", async () => {
    const long = await startApi();
    await long.addMany(Array.from({ length: 1_101 }, (_, n) => `clip-${n}.jpg`));
    const answer = await fetch(`${long.url}/api/`);
    const list = (await answer.json()) as { name: string }[];
    await long.close();
    expect(list).toHaveLength(1_101);
    expect(new Set(list.map(({ name }) => name)).size).toBe(1_101);
  });
});
