import { MediaError } from "../../media/errors.ts";
import type { BeginOptions } from "../../media/engine.ts";
import type { Limits } from "../../media/limits.ts";
import type { ModelStore } from "../../models/model-store.ts";
import { withLocalFile } from "../../objects/local-file.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import { createChildPool } from "../../sandbox/child-pool.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { LabelRequest, Labeler, LabelResult } from "../labeler.ts";
import { labelMedia } from "../look.ts";
import { createEye } from "./eye.ts";
import { findOnnx } from "./install.ts";
import { engineName, startLooker } from "./looker.ts";
import type { Looker } from "./looker.ts";
import { bestModels, engineId, modelsOf } from "./models.ts";
import type { LabelModels } from "./models.ts";
import type { RuntimeName } from "./protocol.ts";

export interface OnnxOptions {
  readonly sandbox: Sandbox;
  readonly objects: ObjectStore;
  readonly models: ModelStore;
  readonly limits: Limits;
  /** Name on the PATH, or a path. Default: `ffmpeg`. */
  readonly ffmpeg?: string;
  /** Default: the fastest one that is installed. */
  readonly runtime?: RuntimeName;
  /** A child process without work ends after this time, in ms. Default: 30 s. */
  readonly idleMs?: number;
}

/** The labellers that ONNX models make, and their child processes, which end by themselves or at `close`. */
export interface OnnxEngine {
  /** With the best models that are here; undefined when there are none, or no runtime. */
  best(): Labeler | undefined;
  /**
   * The labeller of an engine's id, as jobs name it; undefined when it is not an id of this engine.
   * @throws MediaError `model_missing` when a model that it names is not here any more
   */
  named(id: string): Labeler | undefined;
  /** Process ids of the running children, for tests and `doctor`. */
  pids(): readonly number[];
  /** Ends the child processes. Work under way fails with `cancelled`. */
  close(): Promise<void>;
}

function hasRuntime(only?: RuntimeName): boolean {
  try {
    return findOnnx(only) !== undefined;
  } catch {
    return false;
  }
}

/**
 * The better engine: a detector and a classifier (either may be missing) and a tagger, from the
 * model store, in a child process (in the sandbox, without network) that is kept for the next
 * media file. Jobs at the same time get one each, with one thread.
 *
 * `begin` throws MediaError `engine_missing` (naming what to install), `model_missing`,
 * `model_invalid`, `engine_failed` when the child dies, `damaged_media` when no frame can be
 * decoded, `limit_*`, `cancelled`.
 */
export function createOnnxEngine(options: OnnxOptions): OnnxEngine {
  const { sandbox, objects, models: store, limits, ffmpeg = "ffmpeg", runtime } = options;
  const pool = createChildPool<string, Looker>({
    name: engineName,
    start: async (id, signal) => {
      const models = modelsOf(id, store);
      if (!models) throw new MediaError("internal", `${id} is no engine of ONNX models`);
      return startLooker(sandbox, findOnnx(runtime), models, signal);
    },
    idleMs: options.idleMs ?? 30_000,
  });

  function labelerOf(models: LabelModels): Labeler {
    const id = engineId(models);
    const label = (request: LabelRequest, begin: BeginOptions): Promise<LabelResult> =>
      pool.use(id, begin.signal, (looker) =>
        withLocalFile(objects, request.source, (path) =>
          labelMedia(
            { path, request, options: begin, sandbox, ffmpeg, limits },
            createEye(looker, models, request.minConfidence),
          ),
        ),
      );
    return {
      id,
      begin: async (...asked) => ({ state: "done", result: await label(...asked) }),
    };
  }

  return {
    best() {
      const models = hasRuntime(runtime) ? bestModels(store) : undefined;
      return models && labelerOf(models);
    },
    named(id) {
      const models = modelsOf(id, store);
      return models && labelerOf(models);
    },
    pids: () => pool.pids(),
    close: () => pool.close(),
  };
}
