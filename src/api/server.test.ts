import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { startApi } from "./server.fixture.ts";
import { startServer, type ApiServer } from "./server.ts";

const app = (answer: () => Promise<Response>) =>
  ({ fetch: answer }) as Parameters<typeof startServer>[0]["app"];
const start = (answer: () => Promise<Response>): Promise<ApiServer> =>
  startServer({ app: app(answer), host: "127.0.0.1", port: 0 });
const never = new AbortController().signal;

describe("the server", () => {
  it("says in one line which address cannot be had, and why", async () => {
    const one = await start(async () => new Response());
    const refused = (host: string, port: number) =>
      startServer({ app: app(async () => new Response()), host, port });
    await expect(refused("127.0.0.1", one.port)).rejects.toMatchObject({
      code: "invalid_config",
      message: expect.stringMatching(/^--port \d+: something else listens there/),
    });
    await expect(refused("192.0.2.1", 0)).rejects.toMatchObject({
      code: "invalid_config",
      message: expect.stringMatching(/^--host 192\.0\.2\.1: /),
    });
    await one.close(0, never);
  });

  it("lets an answer under way be finished when it closes", async () => {
    const begun = Promise.withResolvers<void>();
    const server = await start(async () => {
      begun.resolve();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return new Response("done");
    });
    const answer = fetch(`http://127.0.0.1:${server.port}/`);
    await begun.promise;
    const startedAt = performance.now();
    await server.close(10_000, never);
    // its connection could be used again, and is not waited for
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(await (await answer).text()).toBe("done");
    await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toThrow("fetch failed");
  });

  it.each([
    ["after the grace period", 50, never],
    ["at once when told to", 60_000, AbortSignal.timeout(50)],
  ])("cuts an answer that does not end off %s", async (_when, graceMs, signal) => {
    const begun = Promise.withResolvers<void>();
    const server = await start(() => {
      begun.resolve();
      return new Promise(() => {});
    });
    const answer = fetch(`http://127.0.0.1:${server.port}/`);
    answer.catch(() => {});
    await begun.promise;
    await server.close(graceMs, signal);
    await expect(answer).rejects.toThrow("fetch failed");
  });

  it("answers what is not HTTP, and lives on", async () => {
    const api = await startApi();
    const said = await new Promise<string>((resolve) => {
      let text = "";
      const socket = connect(api.port, "127.0.0.1", () =>
        socket.write("\u0016\u0003\u0001nonsense\r\n\r\n"),
      );
      socket.on("data", (data) => (text += data.toString()));
      socket.on("close", () => resolve(text));
    });
    expect(said).toMatch(/^HTTP\/1\.1 400 /);
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
    await api.close();
  });

  const tooLong = `X: ${"x".repeat(20_000)}\r\n\r\n`;
  it.each([
    ["GET, whole", [`GET / HTTP/1.1\r\nHost: a\r\n${tooLong}`], true],
    ["HEAD, whole", [`HEAD / HTTP/1.1\r\nHost: a\r\n${tooLong}`], false],
    ["HEAD, in two parts", ["HEAD / HTTP/1.1\r\nHost: a\r\n", tooLong], false],
  ])("answers too long headers with a body only where one may be: %s", async (_, parts, has) => {
    const server = await start(async () => new Response());
    const socket = connect(server.port, "127.0.0.1").setNoDelay(true);
    let said = "";
    socket.on("data", (data) => (said += data.toString()));
    const over = new Promise((resolve) => socket.on("close", resolve));
    for (const part of parts) {
      socket.write(part);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await over;
    expect(said).toMatch(/^HTTP\/1\.1 431 .*connection: close\r\n/s);
    const [head = "", body = ""] = said.split("\r\n\r\n");
    expect([body !== "", head.includes("content-length")]).toEqual([has, has]);
    await server.close(0, never);
  });
});
