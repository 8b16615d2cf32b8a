import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attemptToken } from "../media/attempt-token.ts";
import { remoteOf, type BeginOptions, type Engine } from "../media/engine.ts";
import { createIdSource, newSession } from "../media/ids.ts";

const newId = createIdSource(newSession());

/** A remote engine and its provider, or a stand-in that answers as the provider does. */
export interface RemoteEngineStage<Request, Result> {
  readonly engine: Engine<Request, Result>;
  /** Requests for work that goes well, for work that the provider fails at, and for work without an end. */
  readonly requests: Readonly<Record<"good" | "bad" | "endless", Request>>;
  /** Lets the provider finish the good and the bad work that it has accepted. */
  finishWork(): Promise<void>;
  /** From now on, until it is called with false, the provider takes no more work. */
  throttle(isThrottled: boolean): Promise<void>;
  /** How much work the provider has ever begun. */
  begunCount(): Promise<number>;
  close(): Promise<void>;
}

/** What every engine that accepts work must do. */
export function remoteEngineContract<Request, Result>(
  kind: string,
  open: () => Promise<RemoteEngineStage<Request, Result>>,
): void {
  describe(`remote engine: ${kind}`, () => {
    let stage: RemoteEngineStage<Request, Result>;
    beforeEach(async () => void (stage = await open()));
    afterEach(() => stage.close());

    const newToken = () => attemptToken({ jobId: "0".repeat(32), attempt: newId() });
    const { signal } = new AbortController();
    const begin = async (
      request: "good" | "bad" | "endless",
      options: Partial<BeginOptions> = {},
    ): Promise<string> => {
      const begun = await stage.engine.begin(stage.requests[request], {
        signal,
        onProgress: () => {},
        workDir: "/nowhere",
        token: newToken(),
        ...options,
      });
      if (begun.state === "done") throw new Error("a remote engine accepts");
      return begun.externalId;
    };
    const remote = () => remoteOf(stage.engine);
    const collect = (externalId: string, request: "good" | "bad" | "endless" = "good") =>
      remote().collect(externalId, stage.requests[request], { signal });

    it("says how long to wait: at first, at most between two questions, and in all", () => {
      const { firstAskMs, longestAskMs, maxMs } = remote();
      expect(firstAskMs).toBeGreaterThan(0);
      expect(longestAskMs).toBeGreaterThanOrEqual(firstAskMs);
      expect(maxMs).toBeGreaterThanOrEqual(longestAskMs);
    });

    it("reports accepted work as running, then its result, to every caller, as often as it is asked", async () => {
      const externalId = await begin("good");
      expect(await collect(externalId)).toMatchObject({ state: "running" });
      await stage.finishWork();
      const first = await collect(externalId);
      expect(first.state).toBe("done");
      expect((await collect(externalId)).state).toBe("done");
    });

    it("begins the work of a token once, and that of another token anew", async () => {
      const token = newToken();
      const first = await begin("endless", { token });
      expect(await begin("endless", { token })).toBe(first);
      expect(await stage.begunCount()).toBe(1);
      expect(await begin("endless")).not.toBe(first);
      expect(await stage.begunCount()).toBe(2);
    });

    it("reports a failure with its code; a retry does not get it back", async () => {
      const bad = await begin("bad");
      await stage.finishWork();
      const failed = await collect(bad, "bad");
      expect(failed).toMatchObject({ state: "failed", error: { name: "MediaError" } });
      const retry = await begin("endless");
      expect(retry).not.toBe(bad);
      expect((await collect(retry, "endless")).state).toBe("running");
    });

    it("cancels work at the provider, also twice, and leaves what has ended or is unknown", async () => {
      const endless = await begin("endless");
      await remote().cancel(endless);
      await remote().cancel(endless);
      expect(await collect(endless, "endless")).toMatchObject({ state: "failed" });
      const good = await begin("good");
      await stage.finishWork();
      await remote().cancel(good);
      expect((await collect(good)).state).toBe("done");
      await remote().cancel("no-such-work");
    });

    it("reports work that the provider does not know as failed", async () => {
      expect(await collect("no-such-work")).toMatchObject({ state: "failed" });
    });

    it("begins nothing while the provider takes no more work, and says so", async () => {
      await stage.throttle(true);
      const token = newToken();
      await expect(begin("good", { token })).rejects.toMatchObject({ code: "throttled" });
      expect(await stage.begunCount()).toBe(0);
      await stage.throttle(false);
      await begin("good", { token });
      expect(await stage.begunCount()).toBe(1);
    });

    it("goes on with accepted work when the caller's signal aborts", async () => {
      const stop = new AbortController();
      const externalId = await begin("good", { signal: stop.signal });
      stop.abort();
      await stage.finishWork();
      expect((await collect(externalId)).state).toBe("done");
    });
  });
}
