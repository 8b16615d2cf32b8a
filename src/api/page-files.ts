import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** A file of the built page. */
interface PageFile {
  readonly bytes: Buffer;
  /** The same, compressed; absent where that saves nothing. */
  readonly gzipped?: Buffer;
  readonly contentType: string;
  readonly etag: string;
}

/** The page as it was built, in memory: it is small. */
export interface PageFiles {
  readonly shell: PageFile;
  /** By the path after `/assets/`. */
  readonly assets: ReadonlyMap<string, PageFile>;
}

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  jpg: "image/jpeg",
};

async function pageFile(path: string): Promise<PageFile> {
  const bytes = await readFile(path);
  const gzipped = await promisify(gzip)(bytes, { level: 9 });
  return {
    bytes,
    ...(gzipped.byteLength < bytes.byteLength && { gzipped }),
    contentType: types[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream",
    etag: `"${createHash("sha256").update(bytes).digest("base64url")}"`,
  };
}

/** A host that a policy can name with a path. An IPv6 address is none. */
const namedHost = /^[a-z\d.-]+(?::\d+)?$/i;

/**
 * What a browser lets the page do: scripts come from the built files alone, never from what people have put in;
 * nothing comes from another host, nothing frames the page, and no text becomes code of it.
 * @param host as the request names it
 */
export function policyFor(host: string): string {
  const scripts = namedHost.test(host) ? `${host}/assets/` : "'self'";
  return [
    "default-src 'none'",
    `script-src ${scripts}`,
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

/** Reads the built page; undefined where it has not been built. */
export async function readPage(folder: string): Promise<PageFiles | undefined> {
  try {
    const shell = await pageFile(join(folder, "index.html"));
    const names = await readdir(join(folder, "assets"));
    const files = await Promise.all(names.map((name) => pageFile(join(folder, "assets", name))));
    const assets = new Map(names.map((name, index) => [name, files[index] as PageFile]));
    return { shell, assets };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export type { PageFile };
