import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NewAccessKey, Scope } from "../../src/access/access.ts";
import { readConfig } from "../../src/config/config.ts";
import { outputKey, type OutputKind } from "../../src/media/keys.ts";
import { createFilesystemObjectStore } from "../../src/objects/filesystem.ts";
import { putText } from "../../src/objects/stored.ts";
import { runEnded } from "../../src/pipeline.ts";
import { createSqliteCatalog } from "../../src/state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../../src/state/sqlite/open.ts";
import type { LocalLibrary } from "../../src/local/library.ts";
import { createLog } from "../../src/log/log.ts";
import { openDailies } from "../../src/runtime/local.ts";
import { serve } from "../../src/runtime/serve.ts";
import type { AwsOptions } from "../../src/runtime/aws.ts";

/** The service in this process, with AWS's protocols on a free port. */
export interface TestAws {
  readonly endpoint: string;
  readonly dataDir: string;
  /** The REST interface. */
  readonly url: string;
  /** May read and write, as the user `local`. */
  readonly key: NewAccessKey;
  /** Another one. */
  keyOf(user: string, scopes?: readonly Scope[]): Promise<NewAccessKey>;
  readonly logged: () => string;
  /** Records outputs of a media file, as if a worker had made them. */
  addOutputs(name: string, kinds: readonly OutputKind[]): Promise<void>;
  /** Stops the service and starts it again on the same library. */
  restart(): Promise<void>;
  withLibrary<T>(use: (library: LocalLibrary) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

async function addOutputs(
  dataDir: string,
  name: string,
  kinds: readonly OutputKind[],
): Promise<void> {
  const database = openDatabase(join(dataDir, "dailies.db"));
  const catalog = createSqliteCatalog({ whenEnded: runEnded, database });
  const objects = createFilesystemObjectStore({ dir: join(dataDir, "objects") });
  const { version = "" } = (await catalog.getMedia(name)) ?? {};
  for (const kind of kinds) {
    const place = { bucket: "outputs", key: outputKey(kind, name) } as const;
    const object = await putText(objects, place, `${kind} of ${name}`, "video/mp4");
    await catalog.apply({
      expect: { name, version },
      changes: [{ type: "putOutput", version, object }],
    });
  }
  await catalog.close();
}

/** @param settings of the library's `config.json` */
export async function startAws(aws: Partial<AwsOptions> = {}, settings?: object): Promise<TestAws> {
  const folder = await mkdtemp(join(tmpdir(), "dailies-aws-"));
  const dataDir = join(folder, "library");
  if (settings !== undefined) {
    await mkdir(dataDir);
    await writeFile(join(dataDir, "config.json"), JSON.stringify(settings));
  }
  const config = readConfig({ dataDir }, {});
  const withLibrary = async <T>(use: (library: LocalLibrary) => Promise<T>): Promise<T> => {
    const library = await openDailies(config);
    return await use(library).finally(() => library.close());
  };
  const keyOf = (user: string, scopes: readonly Scope[] = ["read", "write"]) =>
    withLibrary(async ({ access }) => {
      const users = await access.listUsers();
      if (!users.some(({ id }) => id === user)) await access.addUser(user);
      return access.createKey({ name: "test", user, scopes });
    });
  const key = await keyOf("local");
  await withLibrary((library) => library.pause());
  let logged = "";
  const log = createLog({ write: (text) => (logged += text) });
  const start = (port: number) =>
    serve(
      config,
      { host: "127.0.0.1", port: 0, watch: [], graceMs: 1_000, aws: { ...aws, port } },
      log,
    );
  let service = await start(0).catch(async (error: unknown) => {
    await rm(folder, { recursive: true });
    throw error;
  });
  const port = service.awsPort ?? 0;
  return {
    dataDir: config.dataDir,
    endpoint: `http://127.0.0.1:${port}`,
    url: `http://127.0.0.1:${service.port}`,
    key,
    keyOf,
    logged: () => logged,
    withLibrary,
    addOutputs: (name, kinds) => addOutputs(config.dataDir, name, kinds),
    async restart() {
      await service.stop();
      service = await start(port);
    },
    async close() {
      await service.stop();
      await rm(folder, { recursive: true });
    },
  };
}
