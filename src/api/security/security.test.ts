import { Hono } from "hono";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Caller } from "../../access/access.ts";
import { localCaller, type ApiEnv } from "../environment.ts";
import { onError } from "../problems.ts";
import { checkExposure } from "./exposure.ts";
import { hostOf, isLoopback } from "./loopback.ts";
import { foreignSign } from "./origin.ts";
import { createRateLimit, networkOf } from "./rate.ts";
import { createSecurity, type SecurityOptions } from "./security.ts";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const ada: Caller = { owner: "ada", scopes: ["read"], accessKeyId: "DLSADA" };
const access = {
  authenticate: async (token: string) => (token === "right" ? ada : undefined),
  sessionCaller: async (session: string) =>
    session === "hers" ? ada : session === "mine" ? { ...localCaller } : undefined,
};

function appWith(options: Partial<SecurityOptions> = {}) {
  const app = new Hono<ApiEnv>();
  app.onError(onError(silent));
  app.use(...createSecurity({ access, requireKeys: false, ...options }));
  app.all("*", (c) => c.json(c.get("caller") ?? {}));
  return (headers: Record<string, string> = {}, method = "GET", path = "/v1/media") => {
    const all = { host: "127.0.0.1:4700", ...headers };
    return app.request(`http://127.0.0.1:4700${path}`, { method, headers: all });
  };
}

const whence = (headers: Record<string, string>, method = "GET") => ({
  method,
  header: (name: string) => headers[name],
  headerNames: Object.keys(headers),
});

describe("a server that asks for no key", () => {
  const ask = appWith();

  it("answers the person at the machine, and a caller with a key", async () => {
    expect(await (await ask()).json()).toEqual(localCaller);
    expect(await (await ask({ authorization: "Bearer right" })).json()).toEqual(ada);
    expect((await ask({ authorization: "Bearer wrong" })).status).toBe(401);
    expect((await ask({ authorization: "Basic cmlnaHQ=" })).status).toBe(401);
  });

  it("refuses every page of another origin, and names that were made to point here", async () => {
    for (const method of ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"])
      for (const headers of [
        { host: "evil.example:4700" },
        { host: "127.0.0.1.evil.example" },
        { origin: "https://evil.example" },
        { origin: "http://localhost:3000" },
        { origin: "null" },
        { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" },
        { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" },
        { "x-forwarded-for": "203.0.113.9" },
        { "X-Forwarded-Proto": "https" },
        { "x-forwarded-port": "443" },
        { "x-forwarded-anything": "" },
        { "x-real-ip": "203.0.113.9" },
        { forwarded: "for=203.0.113.9" },
        { via: "1.1 proxy" },
      ]) {
        const answer = await ask(headers, method);
        expect(answer.status, `${method} ${JSON.stringify(headers)}`).toBe(403);
        expect(answer.headers.get("access-control-allow-origin")).toBeNull();
      }
  });

  it("answers its own pages, programs, and users who follow a link", () => {
    const host = "localhost:4700";
    for (const headers of [
      { host },
      { host: "[::1]:4700" },
      { host, origin: "http://localhost:4700", "sec-fetch-site": "same-origin" },
      { host, "sec-fetch-site": "none" },
      { host, "x-forwarded": "is no proxy's", "x-via": "nor is this" },
      { host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
    ])
      expect(foreignSign(whence(headers as Record<string, string>), [])).toBeUndefined();
    const link = { host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect(foreignSign(whence(link, "POST"), [])).toBeDefined();
  });

  it("lets the pages of configured origins ask and read, and no others", async () => {
    const open = appWith({ origins: ["https://player.example"] });
    const origin = "https://player.example";
    const answer = await open({ origin, "sec-fetch-site": "cross-site" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    const asks = { origin, "access-control-request-method": "PUT" };
    const preflight = await open(asks, "OPTIONS");
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("PUT");
    expect((await open({ ...asks, origin: `${origin}.evil` }, "OPTIONS")).status).toBe(403);
  });
});

describe("a server that asks for keys", () => {
  it("treats no caller as the person at the machine", async () => {
    const ask = appWith({ requireKeys: true });
    expect(await (await ask()).json()).toEqual({});
    expect(await (await ask({ authorization: "bearer right" })).json()).toEqual(ada);
    // with a key, any page may ask: browsers do not send it by themselves
    expect((await ask({ authorization: "Bearer right", origin: "https://x.example" })).status).toBe(
      200,
    );
    // and a proxy may bring it
    const proxied = { authorization: "Bearer right", "x-forwarded-proto": "https" };
    expect((await ask(proxied)).status).toBe(200);
  });

  it("limits how often a caller may send requests or try keys", async () => {
    const ask = appWith({ requireKeys: true, rate: { perSecond: 1, burst: 5 } });
    const status = async (headers = {}) => (await ask(headers)).status;
    for (let n = 0; n < 5; n += 1) expect(await status()).toBe(200);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({ code: "rate_limited" });
    for (let n = 0; n < 20; n += 1) expect(await status({ authorization: "Bearer no" })).toBe(401);
    expect(await status({ authorization: "Bearer no" })).toBe(429);
    // a caller with a key is not limited by callers without one
    expect(await status({ authorization: "Bearer right" })).toBe(200);
  });

  it("refuses secrets in a URL, and does not repeat them", async () => {
    const ask = appWith({ requireKeys: true });
    for (const query of ["?access_token=x", "?a=1&token=x", "?q=dailies_DLSABC.x"]) {
      const answer = await ask({}, "GET", `/v1/media${query}`);
      expect(answer.status, query).toBe(400);
      expect(await answer.text()).not.toContain("DLSABC");
    }
    const wrong = await ask({ authorization: "Bearer hush-hush" });
    expect(await wrong.text()).not.toContain("hush");
  });

  it("says to browsers on every answer, errors too, that it is no page", async () => {
    const ask = appWith({ requireKeys: true });
    for (const answer of [await ask(), await ask({ authorization: "Bearer no" })]) {
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("content-security-policy")).toMatch(/default-src 'none'.*sandbox/);
      expect(answer.headers.get("x-frame-options")).toBe("DENY");
      expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
      expect(answer.headers.get("cache-control")).toContain("private");
    }
  });
});

describe("where it may listen", () => {
  const bubblewrap = { level: "bubblewrap", cutsNetwork: true } as const;
  const limits = { level: "limits", cutsNetwork: false } as const;
  const kernel = { level: "kernel", cutsNetwork: true } as const;

  it("is any address with keys and a sandbox that cuts the network, or one that is accepted by name", () => {
    const open = { host: "0.0.0.0", hasKeys: true, requireKeys: false };
    expect(checkExposure({ ...open, sandbox: bubblewrap })).toEqual({ requireKeys: true });
    expect(checkExposure({ ...open, sandbox: kernel })).toEqual({ requireKeys: true });
    expect(() => checkExposure({ ...open, hasKeys: false, sandbox: bubblewrap })).toThrow(/no key/);
    expect(() => checkExposure({ ...open, sandbox: limits })).toThrow(/--accept-sandbox limits/);
    expect(() => checkExposure({ ...open, sandbox: limits, acceptSandbox: "kernel" })).toThrow(
      /network/,
    );
    expect(checkExposure({ ...open, sandbox: limits, acceptSandbox: "limits" })).toEqual({
      requireKeys: true,
    });
  });

  it("is only this machine otherwise", () => {
    for (const host of ["127.0.0.1", "::1", "localhost", "127.8.9.10", "[::1]", "::ffff:127.0.0.1"])
      expect(checkExposure({ host, hasKeys: false, requireKeys: false, sandbox: limits })).toEqual({
        requireKeys: false,
      });
    for (const host of ["0.0.0.0", "::", "", "localhost.evil", "127.0.0.1.evil", "192.168.1.2"])
      expect(isLoopback(host), host).toBe(false);
  });

  it("reads a Host as browsers do", () => {
    expect(hostOf("localhost:4700")).toBe("localhost");
    expect(hostOf("[::1]:4700")).toBe("[::1]");
    for (const host of [
      "a b",
      "user@localhost",
      "localhost:4700:1",
      "localhost/",
      "",
      "[::1",
      "[::1]x",
    ])
      expect(hostOf(host), host).toBeUndefined();
  });
});

describe("a rate limit", () => {
  it("never lets through more than the burst and what has come since", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.nat(500), { minLength: 1, maxLength: 100 }),
        (burst, perSecond, pauses) => {
          let time = 0;
          const limit = createRateLimit({ perSecond, burst }, () => time);
          let taken = 0;
          for (const pause of pauses) {
            time += pause;
            const waitMs = limit.take("one");
            if (waitMs === undefined) taken += 1;
            else expect(waitMs).toBeLessThanOrEqual(Math.ceil(1_000 / perSecond));
            expect(taken).toBeLessThanOrEqual(burst + (time / 1_000) * perSecond + 1e-6);
          }
        },
      ),
    );
  });

  it("keeps callers apart, and forgets whole crowds", () => {
    let time = 0;
    const limit = createRateLimit({ perSecond: 1, burst: 2 }, () => time);
    expect([limit.take("a"), limit.take("a"), limit.take("a"), limit.take("b")]).toEqual(
      Array.of(undefined, undefined, 1_000, undefined),
    );
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < 50_000; n += 1) limit.take(`crowd ${n}`);
    expect((process.memoryUsage().heapUsed - before) / 2 ** 20).toBeLessThan(64);
    time += 2_000;
    expect(limit.take("a")).toBeUndefined();
  });

  it("takes an IPv6 network for one caller", () => {
    expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe(networkOf("2001:db8:1:2::9"));
    expect(networkOf("2001:db8::1")).not.toBe(networkOf("2001:db8:0:1::1"));
    expect(networkOf("::ffff:192.0.2.1")).toBe("192.0.2.1");
    expect(networkOf("::1")).toBe("0:0:0:0::/64");
    expect(networkOf("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
  });
});
