import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { dailies, type Running } from "./support/command.ts";
import { startServing, type Serving } from "./support/serving.ts";

/** `dailies serve` as a whole process: started, asked, stopped. */

let folder: string;
let running: Running[] = [];
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "dailies-serve-"))));
afterEach(async () => {
  for (const { child } of running) child.kill("SIGKILL");
  await Promise.all(running.map(({ ended }) => ended));
  running = [];
});
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 5 }));

async function serve(dataDir: string, ...args: readonly string[]): Promise<Serving> {
  const one = await startServing(dataDir, args);
  running.push(one);
  return one;
}

async function untilDone(url: string, name: string): Promise<{ state: string }> {
  for (;;) {
    const media = (await (await fetch(`${url}/v1/media/${name}`)).json()) as { state: string };
    if (media.state !== "processing") return media;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("dailies serve", () => {
  it("takes in a file, processes it, reports its events, and ends on a signal", async () => {
    const dataDir = join(folder, "life");
    const { url, child, ended } = await serve(dataDir);
    const put = await fetch(`${url}/v1/objects/no-media.mp4`, { method: "PUT", body: "just text" });
    expect(put.status).toBe(201);
    expect(await untilDone(url, "no-media.mp4")).toMatchObject({
      state: "failed",
      jobs: [{ step: "probe", state: "failed", failure: { code: "unsupported_media" } }],
    });
    const ready = await fetch(`${url}/readyz`);
    expect(await ready.json()).toEqual({ status: "ok" });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain(
      'dailies_job_failures_total{step="probe",code="unsupported_media"} 1',
    );
    child.kill("SIGTERM");
    const { exitCode, stderr } = await ended;
    expect(exitCode, stderr).toBe(0);
    const lines = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: "warn",
        media: "no-media.mp4",
        step: "probe",
        job: expect.any(String),
        code: "unsupported_media",
      }),
    );
    expect(lines.at(-1)).toMatchObject({ msg: "stopped" });
  });

  it("continues after SIGKILL, and repeats events from a given number", async () => {
    const dataDir = join(folder, "killed");
    const first = await serve(dataDir);
    await dailies(dataDir, "jobs", "--pause");
    await fetch(`${first.url}/v1/objects/a.mp4`, { method: "PUT", body: "text" });
    first.child.kill("SIGKILL");
    await first.ended;
    await dailies(dataDir, "jobs", "--resume");
    const { url } = await serve(dataDir);
    expect(await untilDone(url, "a.mp4")).toMatchObject({ state: "failed" });
    const stop = new AbortController();
    const events = await fetch(`${url}/v1/events`, {
      headers: { "last-event-id": "1" },
      signal: stop.signal,
    });
    let text = "";
    for await (const chunk of events.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      if (text.includes("media.failed")) break;
    }
    stop.abort();
    expect(text).toMatch(/^id: 2\nevent: /m);
    expect(text).not.toMatch(/^id: 1\nevent: /m);
  });

  it("refuses a port that is taken and a wrong setting in one line that names it", async () => {
    const { url } = await serve(join(folder, "one"));
    const port = new URL(url).port;
    const taken = await dailies(join(folder, "two"), "serve", "--port", port);
    expect(taken.exitCode).toBe(1);
    expect(taken.stderr).toMatch(
      new RegExp(
        `^dailies: --port ${port}: something else listens there on 127.0.0.1 already \\(invalid_config\\)\\..*\\n$`,
      ),
    );
    const dataDir = join(folder, "two");
    writeFileSync(join(dataDir, "config.json"), '{"slots":{"transcode":"many"}}');
    const wrong = await dailies(dataDir, "serve", "--port", "0");
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toMatch(/^dailies: .*config\.json: slots\.transcode must be .*\n$/);
    expect((await dailies(dataDir, "serve", "--port", "99999")).stderr).toContain("--port");
  });

  it("ends at once at the second signal, although a client still reads events", async () => {
    const { url, child, ended } = await serve(join(folder, "signals"), "--grace", "600");
    const stop = new AbortController();
    const stuck = await fetch(`${url}/v1/events`, { signal: stop.signal });
    child.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill("SIGINT");
    const { exitCode } = await ended; // not after the 600 s: the test would take too long
    expect(exitCode).toBe(0);
    await stuck.body?.cancel().catch(() => {});
  });
});
