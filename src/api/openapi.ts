import { readFileSync } from "node:fs";
import { z } from "@hono/zod-openapi";
import type { ApiApp } from "./environment.ts";
import { addOperation } from "./route.ts";

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const manifest: { version: string } = JSON.parse(text);
  return manifest.version;
}

/** The description of all that was added to the app: OpenAPI 3.1. */
export function describeAll(app: ApiApp): object {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Dailies",
      version: version(),
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
      description:
        "Put a video, a recording or a picture in; get renditions, a timed transcript, captions, " +
        "labels and a searchable record back. Errors are problem documents (RFC 9457) with the " +
        "codes of docs/errors.md. Everything is the caller's own: what is another owner's is not " +
        "found. A `{name}` below /v1/media is one path segment: a slash in it is written `%2F`.",
    },
    servers: [{ url: "/" }],
  });
}

export function addDescription(app: ApiApp): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "key", {
    type: "http",
    scheme: "bearer",
    description: "The token of `dailies keys create NAME`; not needed on the machine itself",
  });
  let described: object | undefined;
  addOperation(
    app,
    "describeApi",
    {
      summary: "This description",
      tag: "Service",
      answers: {
        200: { description: "OpenAPI 3.1", json: z.looseObject({ openapi: z.string() }) },
      },
    },
    (c) => c.json((described ??= describeAll(app))),
  );
}
