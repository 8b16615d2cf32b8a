import { runEnded } from "../pipeline.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Change } from "../catalog/catalog.ts";
import { createSqliteCatalog } from "../state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../state/sqlite/open.ts";
import { createIdSource, newSession } from "../media/ids.ts";
import { outputKey } from "../media/keys.ts";
import { metadataRecord } from "../media/transcript-record.ts";
import { toTranscribeJson } from "../media/to-transcribe-json.ts";
import type { Transcript } from "../media/transcript.ts";
import { createFilesystemObjectStore } from "../objects/filesystem.ts";
import { storedObject } from "../objects/stored.ts";
import { readConfig } from "../config/config.ts";
import { openDailies } from "../runtime/local.ts";
import { pictureFacts } from "../../test/support/picture-facts.ts";
import { createApi } from "./app.ts";
import type { ApiOptions, Log } from "./environment.ts";
import { createMetrics } from "./metrics.ts";
import { startServer } from "./server.ts";
import { createUploads } from "./uploads.ts";

/** A real service on a free port with a new library. It has no worker, so only requests change the library. */

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

export const transcript: Transcript = {
  languageCode: "en-US",
  words: ["it", "was", "the", "best", "of", "times"].map((text, index) => ({
    text,
    startMs: index * 500,
    endMs: index * 500 + 400,
    confidence: 0.9,
    ...(text === "times" ? { punctuation: "." } : {}),
  })),
  engine: { name: "made up", version: "1", model: "none", quality: "draft" },
};

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

export async function startApi(given: Partial<ApiOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "dailies-api-"));
  const config = readConfig({ dataDir: folder }, {});
  const dailies = await openDailies(config, { readers: true });
  const errors: string[] = [];
  const log: Log = {
    ...silent,
    error: (fields, text) => errors.push(`${text} ${JSON.stringify(fields)}`),
  };
  const end = new AbortController();
  const uploads = await createUploads({
    dailies,
    log,
    dir: join(folder, "incoming"),
    maxBytes: 5_000_000,
  });
  const app = createApi({
    dailies,
    log,
    uploads,
    metrics: createMetrics({ dailies }),
    signal: end.signal,
    // a header names the caller; the tests of security test keys
    security: [
      async (c, next) => {
        const owner = c.req.header("x-owner") ?? "local";
        c.set("caller", { owner, scopes: ["read", "write", "admin"] });
        await next();
      },
    ],
    ...given,
  });
  const server = await startServer({ app, host: "127.0.0.1", port: 0 });

  const catalog = createSqliteCatalog({
    whenEnded: runEnded,
    database: openDatabase(join(folder, "dailies.db")),
  });
  const objects = createFilesystemObjectStore({ dir: join(folder, "objects") });
  const newId = createIdSource(newSession());
  const store = async (
    bucket: "uploads" | "outputs",
    key: string,
    bytes: Uint8Array,
    contentType: string,
  ) => {
    return storedObject(await objects.put({ bucket, key }, once(bytes)), contentType);
  };

  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    /** The data directory. */
    folder,
    app,
    dailies,
    catalog,
    /** Errors that were logged as defects of the service. */
    errors,
    /** Adds a media file that is done, as if a worker had processed it. */
    async add(
      name: string,
      made: {
        owner?: string;
        type?: "video" | "image";
        labels?: readonly string[];
        spoken?: boolean;
        poster?: Uint8Array;
        bytes?: Uint8Array;
        extra?: (version: string) => readonly Change[];
      } = {},
    ): Promise<string> {
      const { owner = "local", type = "image", labels = [], spoken = false, poster } = made;
      const bytes = made.bytes ?? Buffer.from(`the bytes of ${name}`);
      const source = await store("uploads", name, bytes, "image/jpeg");
      const { version, sha256, sizeBytes } = source;
      const changes: Change[] = [
        { type: "putMedia", media: { name, version, owner, sha256, sizeBytes }, source },
        { type: "event", event: { type: "object.created", name, version } },
        { type: "setFacts", version, facts: pictureFacts(type, 64, 36) },
        {
          type: "putLabels",
          version,
          labels: labels.map((label) => ({ name: label, confidence: 0.8, parents: ["Thing"] })),
        },
      ];
      if (poster !== undefined) {
        const object = await store("outputs", outputKey("poster", name), poster, "image/jpeg");
        const rendition = { rendition: "poster", object, engine: "ffmpeg", copied: false } as const;
        changes.push({ type: "putRendition", version, rendition });
      }
      if (spoken) {
        const json = toTranscribeJson({ jobName: "job", transcript });
        const JsonFile = outputKey("transcribe", name);
        const object = await store(
          "outputs",
          JsonFile,
          Buffer.from(JSON.stringify(json)),
          "application/json",
        );
        const metadata = metadataRecord(JsonFile, json);
        changes.push(
          { type: "putOutput", version, object },
          { type: "putTranscript", version, transcript, metadata },
        );
      }
      changes.push({ type: "index", version }, ...(made.extra?.(version) ?? []));
      changes.push(
        { type: "endRun", version, state: "ready" },
        { type: "event", event: { type: "media.ready", name, version } },
      );
      await catalog.apply({ expect: { name, version: null }, changes });
      return version;
    },
    /** Adds many media files without bytes. */
    async addMany(names: readonly string[], owner = "local"): Promise<void> {
      for (let first = 0; first < names.length; first += 50) {
        const group = names.slice(first, first + 50);
        const put = group.map((name) => {
          const version = newId();
          const bytes = { sha256: "0", sizeBytes: 1 };
          const object = { bucket: "uploads", key: name, version, ...bytes } as const;
          const media = { name, version, owner, ...bytes };
          return catalog.apply({
            expect: { name, version: null },
            changes: [{ type: "putMedia", media, source: { ...object, contentType: "" } }],
          });
        });
        await Promise.all(put);
      }
    },
    async close() {
      end.abort();
      await server.close(1_000, AbortSignal.timeout(1_000));
      await catalog.close();
      await dailies.close();
      await rm(folder, { recursive: true });
    },
  };
}

export type StartedApi = Awaited<ReturnType<typeof startApi>>;
