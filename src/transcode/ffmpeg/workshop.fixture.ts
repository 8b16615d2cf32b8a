import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Progress } from "../../media/engine.ts";
import { doWork } from "../../../test/support/do-work.ts";
import type { MediaFacts } from "../../media/facts.ts";
import { createIdSource, newSession } from "../../media/ids.ts";
import { defaultLimits, type Limits } from "../../media/limits.ts";
import type { ObjectRef, Rendition, RenditionName } from "../../media/media.ts";
import { createFilesystemObjectStore } from "../../objects/filesystem.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import { createSandbox } from "../../sandbox/create.ts";
import type { Transcoder } from "../transcoder.ts";
import { transcodeJobs } from "../jobs.ts";
import { type PlannedRendition, planRenditions } from "../plan.ts";
import { defaultProfile, type Profile } from "../profile.ts";
import { createFfmpegTranscoder } from "./transcoder.ts";

const run = promisify(execFile);

/** A rendition and a path to its bytes. */
export interface Played extends Rendition {
  readonly path: string;
}

interface WorkOrder {
  readonly limits?: Limits;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Default: the default profile. */
  readonly profile?: Profile;
  readonly adjust?: (plan: PlannedRendition) => PlannedRendition;
}

/** The transcoder with a real sandbox and a folder of its own, and a look at what it makes. */
export interface Workshop {
  readonly dir: string;
  readonly objects: ObjectStore;
  transcoder(limits?: Limits): Transcoder;
  newId(): string;
  /** Puts a file into the store as an upload. */
  upload(path: string): Promise<ObjectRef>;
  /** Plans and makes the steps that have these renditions, side by side. */
  make(
    path: string,
    facts: MediaFacts,
    names: readonly RenditionName[],
    order?: WorkOrder,
  ): Promise<{ renditions: Partial<Record<RenditionName, Played>>; notes: readonly string[] }>;
  /** What lies in work folders: nothing, when all work has ended. */
  leftovers(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openWorkshop(): Promise<Workshop> {
  const dir = await mkdtemp(join(tmpdir(), "dailies-transcode-"));
  const objects = createFilesystemObjectStore({ dir: join(dir, "objects") });
  const sandbox = await createSandbox();
  const newId = createIdSource(newSession());
  const workDirs = join(dir, "work");
  const transcoder = (limits = defaultLimits) =>
    createFfmpegTranscoder({
      sandbox,
      objects,
      limits,
      version: async () => "of the tests",
      watermarks: join(dir, "watermarks"),
    });

  const upload: Workshop["upload"] = async (path) => {
    return await objects.putFile({ bucket: "uploads", key: "source" }, path);
  };

  const make: Workshop["make"] = async (path, facts, names, order = {}) => {
    const source = await upload(path);
    const plan = planRenditions(facts, order.profile ?? defaultProfile);
    const planned = plan.planned.filter(({ rendition }) => names.includes(rendition));
    const { jobs } = transcodeJobs(
      { name: "source", version: source.version },
      { planned: planned.map(order.adjust ?? ((same) => same)), leftOut: [] },
      "ffmpeg",
    );
    const results = await Promise.all(
      jobs.map(async (job) => {
        const workDir = join(workDirs, newId());
        await mkdir(workDir, { recursive: true });
        const plans = job.settings["renditions"] as readonly PlannedRendition[];
        const renditions = plans.map((one) => {
          const target = { bucket: "outputs", key: one.rendition } as const;
          return { plan: one, target };
        });
        return doWork(
          transcoder(order.limits),
          { source, facts, renditions },
          {
            workDir,
            signal: order.signal ?? new AbortController().signal,
            onProgress: order.onProgress ?? (() => undefined),
          },
        );
      }),
    );
    const made = results.flatMap(({ renditions }) => renditions);
    const played = await Promise.all(
      made.map(async (rendition) => {
        const at = await objects.localPath(rendition.object);
        return [rendition.rendition, { ...rendition, path: at }] as const;
      }),
    );
    const renditions: Partial<Record<RenditionName, Played>> = Object.fromEntries(played);
    return { renditions, notes: results.flatMap(({ notes }) => notes) };
  };

  return {
    dir,
    objects,
    transcoder,
    newId,
    upload,
    make,
    leftovers: async () => {
      const folders = await readdir(workDirs).catch(() => []);
      return (await Promise.all(folders.map((name) => readdir(join(workDirs, name))))).flat();
    },
    close: () => rm(dir, { recursive: true, force: true }),
  };
}

/** Makes a file with ffmpeg, from its own arguments, for a test to work on. */
export async function generate(args: readonly string[]): Promise<void> {
  await run("ffmpeg", ["-nostdin", "-v", "error", "-y", ...args]);
}

/** What a stream is, in ffprobe's words. */
export type ProbedStream = Readonly<Record<string, string | number | undefined>>;

export async function probe(
  path: string,
): Promise<{ video?: ProbedStream; audio?: ProbedStream; durationMs: number; streams: number }> {
  const entries = ["-show_streams", "-show_format", "-of", "json", `file:${path}`];
  const { stdout } = await run("ffprobe", ["-v", "error", ...entries]);
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- ffprobe's own format
  const { streams, format } = JSON.parse(stdout) as {
    streams: ProbedStream[];
    format: { duration: string };
  };
  const kind = (type: string) => streams.find((stream) => stream["codec_type"] === type);
  const [video, audio] = [kind("video"), kind("audio")];
  return {
    ...(video === undefined ? {} : { video }),
    ...(audio === undefined ? {} : { audio }),
    durationMs: Math.round(Number(format.duration) * 1000),
    streams: streams.length,
  };
}

/** Decodes all of a file and returns what ffmpeg complains about: nothing, when it is whole. */
export async function complaints(path: string): Promise<string> {
  const { stderr } = await run("ffmpeg", ["-v", "error", "-i", `file:${path}`, "-f", "null", "-"]);
  return stderr;
}

/** Decodes to raw bytes: grey pixels or samples. */
export async function decode(path: string, args: readonly string[]): Promise<Buffer> {
  const options = { encoding: "buffer", maxBuffer: 64 * 1024 ** 2 } as const;
  const { stdout } = await run(
    "ffmpeg",
    ["-v", "error", "-i", `file:${path}`, ...args, "-"],
    options,
  );
  return stdout;
}

/** The first frame as 16×16 pixels, red, green and blue, upright as players show it. */
export function thumbnail(path: string): Promise<Buffer> {
  const grey = ["-frames:v", "1", "-vf", "format=rgb24,scale=16:16:flags=area", "-f", "rawvideo"];
  return decode(path, ["-map", "0:v:0", ...grey]);
}

/** Mean difference of two pictures, 0–255. */
export function difference(a: Buffer, b: Buffer): number {
  if (a.length === 0 || a.length !== b.length) return 255;
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
}
