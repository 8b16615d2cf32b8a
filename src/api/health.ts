import { z } from "@hono/zod-openapi";
import type { ApiApp, ApiOptions } from "./environment.ts";
import { addOperation } from "./route.ts";

const healthSchema = z
  .object({ status: z.enum(["ok", "unavailable"]), reasons: z.array(z.string()).optional() })
  .openapi("Health");

/** Whether the process answers, and whether it can do its work. */
export function addHealth(app: ApiApp, { unready = async () => [], metrics }: ApiOptions): void {
  addOperation(
    app,
    "isAlive",
    {
      summary: "Whether the process answers",
      tag: "Service",
      answers: { 200: { description: "It does", json: healthSchema } },
    },
    (c) => c.json({ status: "ok" }),
  );
  addOperation(
    app,
    "isReady",
    {
      summary: "Whether it can do its work",
      tag: "Service",
      answers: {
        200: { description: "It can", json: healthSchema },
        503: { description: "Not now, and why", json: healthSchema },
      },
    },
    async (c) => {
      const reasons = await unready();
      if (reasons.length === 0) return c.json({ status: "ok" });
      return c.json({ status: "unavailable", reasons }, 503);
    },
  );
  if (metrics === undefined) return;
  addOperation(
    app,
    "readMetrics",
    {
      summary: "What the service counts about itself, for Prometheus",
      tag: "Service",
      answers: { 200: { description: "Prometheus's text format", types: ["text/plain"] } },
    },
    async (c) => c.body(await metrics.text(), 200, { "content-type": metrics.contentType }),
  );
}
