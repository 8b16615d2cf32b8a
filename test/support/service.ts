import { runEnded } from "../../src/pipeline.ts";
import { join } from "node:path";
import type { NewAccessKey } from "../../src/access/access.ts";
import { createSqliteCatalog } from "../../src/state/sqlite/catalog/catalog.ts";
import type { Change } from "../../src/catalog/catalog.ts";
import { openDatabase } from "../../src/state/sqlite/open.ts";
import type { MediaFacts } from "../../src/media/facts.ts";
import { newJob } from "../../src/media/job.ts";
import { outputKey, type OutputKind } from "../../src/media/keys.ts";
import { renditionNames, type Bucket, type StoredObject } from "../../src/media/media.ts";
import { toTranscribeJson } from "../../src/media/to-transcribe-json.ts";
import { metadataRecord } from "../../src/media/transcript-record.ts";
import { createFilesystemObjectStore } from "../../src/objects/filesystem.ts";
import { putText } from "../../src/objects/stored.ts";
import { readConfig } from "../../src/config/config.ts";
import { openDailies } from "../../src/runtime/local.ts";
import { createLog } from "../../src/log/log.ts";
import { serve } from "../../src/runtime/serve.ts";

/** A real server in this process, on a free port. */
export interface TestService {
  readonly url: string;
  /** The text that it has logged so far. */
  readonly logged: () => string;
  readonly stop: () => Promise<void>;
}

export async function startService(dataDir: string): Promise<TestService> {
  let logged = "";
  const log = createLog({ write: (text) => (logged += text) });
  const options = { host: "127.0.0.1", port: 0, watch: [], graceMs: 2_000 };
  const service = await serve(readConfig({ dataDir }, {}), options, log);
  return {
    url: `http://127.0.0.1:${service.port}`,
    logged: () => logged,
    stop: () => service.stop(),
  };
}

/** Makes a paused library with users, and a key with all scopes for each. */
export async function makeLibrary(
  dataDir: string,
  users: readonly string[],
): Promise<Readonly<Record<string, NewAccessKey>>> {
  const dailies = await openDailies(readConfig({ dataDir }, {}));
  await dailies.pause();
  const keys: Record<string, NewAccessKey> = {};
  for (const user of users) {
    await dailies.access.addUser(user);
    const scopes = ["read", "write", "admin"] as const;
    keys[user] = await dailies.access.createKey({ name: `${user}'s`, user, scopes });
  }
  await dailies.close();
  return keys;
}

const engine = { name: "test", version: "1", model: "none" };

const facts: MediaFacts = {
  type: "video",
  container: "mov,mp4,m4a,3gp,3g2,mj2",
  containerLongName: "QuickTime / MOV",
  durationMs: 10_000,
  audioTracks: 1,
  warnings: [],
};

/** Adds a media file with the results of all steps. `word` is in the transcript, the labels and all outputs. */
export async function furnish(
  dataDir: string,
  media: { readonly name: string; readonly owner: string; readonly word: string },
): Promise<{
  readonly version: string;
  readonly jsonFile: string;
  readonly transcriptSha256: string;
}> {
  const { name, owner, word } = media;
  const database = openDatabase(join(dataDir, "dailies.db"));
  const catalog = createSqliteCatalog({ whenEnded: runEnded, database, metadataTable: "metadata" });
  const objects = createFilesystemObjectStore({ dir: join(dataDir, "objects") });
  const store = (bucket: Bucket, key: string, text: string): Promise<StoredObject> =>
    putText(objects, { bucket, key }, text, "video/mp4");
  const output = (kind: OutputKind, text: string) => store("outputs", outputKey(kind, name), text);

  const source = await store("uploads", name, `source of ${word}`);
  const { version, sha256, sizeBytes } = source;
  const subject = { name, version };
  const transcript = {
    languageCode: "en-US",
    words: [{ text: word, startMs: 100, endMs: 900, confidence: 0.9, punctuation: "." }],
    engine,
  };
  const json = toTranscribeJson({ jobName: "job", transcript });
  const jsonFile = outputKey("transcribe", name);
  const labels = [{ name: `Label ${word}`, confidence: 0.9, parents: [] }];
  const frame = { Name: `Label ${word}`, Confidence: 90, Instances: [], Parents: [] };
  const transcribed = await output("transcribe", JSON.stringify(json));
  const changes: Change[] = [
    { type: "putMedia", media: { name, version, owner, sha256, sizeBytes }, source },
    { type: "setFacts", version, facts },
    { type: "event", event: { type: "object.created", ...subject } },
    { type: "enqueue", job: newJob(subject, "gif") },
    { type: "putLabels", version, labels },
    {
      type: "putOutput",
      version,
      object: await output(
        "labels",
        JSON.stringify({ engine, Labels: [{ Timestamp: 0, Label: frame }] }),
      ),
    },
    { type: "putOutput", version, object: transcribed },
    { type: "putOutput", version, object: await output("stream", `#EXTM3U of ${word}`) },
    {
      type: "putTranscript",
      version,
      transcript,
      metadata: { ...metadataRecord(jsonFile, json) },
    },
    { type: "index", version },
  ];
  for (const rendition of renditionNames) {
    const object = await output(rendition, `${rendition} of ${word}`);
    changes.push({
      type: "putRendition",
      version,
      rendition: { rendition, object, engine: "test", copied: false },
    });
  }
  const applied = await catalog.apply({ expect: { name, version: null }, changes });
  await catalog.close();
  if (applied !== "applied") throw new Error(`${name} is there already`);
  return { version, jsonFile, transcriptSha256: transcribed.sha256 };
}
