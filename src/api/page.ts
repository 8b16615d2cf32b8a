import { fileURLToPath } from "node:url";
import { MediaError } from "../media/errors.ts";
import { once } from "../media/once.ts";
import type { ApiApp, ApiContext, ApiOptions } from "./environment.ts";
import { policyFor, readPage, type PageFile } from "./page-files.ts";
import { problemResponse } from "./problems.ts";
import { keepSession } from "./security/cookie.ts";

/** Where the page is built, from here or from what was compiled of this file. */
const builtPage = fileURLToPath(new URL("../../dist/web/", import.meta.url));

/** The addresses that the page has for its states. It reads them itself. */
const screens = ["/", "/media/:name", "/search", "/work", "/shared"];

function answer(c: ApiContext, file: PageFile, headers: Record<string, string>): Response {
  const all = { ...headers, etag: file.etag, vary: "accept-encoding" };
  if (c.req.header("if-none-match")?.includes(file.etag) === true) return c.body(null, 304, all);
  const takesGzip = /\bgzip\b/.test(c.req.header("accept-encoding") ?? "");
  const packed = takesGzip ? file.gzipped : undefined;
  const body = packed ?? file.bytes;
  return c.body(new Uint8Array(body), 200, {
    ...all,
    "content-type": file.contentType,
    "content-length": String(body.byteLength),
    ...(packed !== undefined && { "content-encoding": "gzip" }),
  });
}

/** The page for people: one shell for all of its addresses, and the files that it loads. */
export function addPage(app: ApiApp, { dailies: { access }, login }: ApiOptions): void {
  const files = once(() => readPage(builtPage));
  for (const path of screens)
    app.get(path, async (c) => {
      const page = await files();
      if (page === undefined)
        return problemResponse(
          new MediaError("not_found", "the page is not built here: `npm run build:page` builds it"),
        );
      return answer(c, page.shell, {
        "cache-control": "no-cache",
        "content-security-policy": policyFor(c.req.header("host") ?? ""),
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
      });
    });
  app.get("/assets/:file", async (c, next) => {
    const file = (await files())?.assets.get(c.req.param("file"));
    if (file === undefined) return next();
    // the name has the hash of the content
    return answer(c, file, { "cache-control": "public, max-age=31536000, immutable" });
  });
  app.get("/login", async (c) => {
    if (login?.take(c.req.query("code") ?? "") !== true)
      return problemResponse(
        new MediaError("unauthorized", "this link was used already, or is of an earlier start"),
      );
    keepSession(c, await access.startSession());
    return c.redirect("/", 303);
  });
}
