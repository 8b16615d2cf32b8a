import { MediaError } from "../../media/errors.ts";
import type { BeginOptions } from "../../media/engine.ts";
import type { Limits } from "../../media/limits.ts";
import { withLocalFile } from "../../objects/local-file.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import { createChildPool } from "../../sandbox/child-pool.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { labelMedia } from "../look.ts";
import type { Labeler, LabelRequest, LabelResult } from "../labeler.ts";
import { engineName, startDetector } from "./detector.ts";
import type { Detector } from "./detector.ts";
import { findCenternet } from "./install.ts";
import { createEye, revision } from "./look.ts";
import { lowestScore } from "./protocol.ts";

export interface CenternetOptions {
  readonly sandbox: Sandbox;
  readonly objects: ObjectStore;
  readonly limits: Limits;
  /** Name on the PATH, or a path. Default: `ffmpeg`. */
  readonly ffmpeg?: string;
  /** Least confidence of a label, 0.1–1. Default: by class, 0.25–0.4 (detections.ts). */
  readonly minConfidence?: number;
  /** Folder with centernet.json and centernet.bin. Default: that of the package @vladmandic/human. */
  readonly modelDir?: string;
  /** A child process without work ends after this time, in ms. Default: 30 s. */
  readonly idleMs?: number;
}

/** A labeller whose child processes end by themselves, or at `close`. */
export type CenternetLabeler = Labeler & {
  /** Process ids of the running children, for tests and `doctor`. */
  readonly pids: () => readonly number[];
  /** Ends the child processes. Work under way fails with `cancelled`. */
  close(): Promise<void>;
};

/**
 * The offline default: CenterNet with the 80 classes of COCO, at 0.1–0.3 s a frame on one core.
 * Starts a child process (in the sandbox, without network) at its first use and keeps it for the
 * next; jobs at the same time get one each. Pictures are fitted into 512×512 with their
 * proportions kept: stretched to the square, the tests' pictures score lower, and a dog becomes a
 * horse.
 *
 * `begin` throws MediaError `engine_missing` or `model_missing` (naming what to install),
 * `engine_failed` when the child dies, `damaged_media` when no frame can be decoded, `limit_*`,
 * `cancelled`.
 * @throws MediaError `invalid_config` when `minConfidence` is out of bounds
 */
export function createCenternetLabeler(options: CenternetOptions): CenternetLabeler {
  const { sandbox, objects, limits, ffmpeg = "ffmpeg", minConfidence, modelDir } = options;
  if (minConfidence !== undefined && !(minConfidence >= lowestScore && minConfidence <= 1)) {
    const message = `minConfidence must be ${lowestScore}–1, not ${minConfidence}`;
    throw new MediaError("invalid_config", message);
  }
  const pool = createChildPool<"centernet", Detector>({
    name: engineName,
    start: async (_setup, signal) => startDetector(sandbox, findCenternet(modelDir), signal),
    idleMs: options.idleMs ?? 30_000,
  });

  function label(request: LabelRequest, begin: BeginOptions): Promise<LabelResult> {
    const least = request.minConfidence ?? minConfidence;
    return pool.use("centernet", begin.signal, (detector) =>
      withLocalFile(objects, request.source, (path) =>
        labelMedia(
          { path, request, options: begin, sandbox, ffmpeg, limits },
          createEye(detector, least),
        ),
      ),
    );
  }

  return {
    id: `centernet-coco80-${revision}${minConfidence === undefined ? "" : `-min${minConfidence}`}`,
    begin: async (...asked) => ({ state: "done", result: await label(...asked) }),
    pids: () => pool.pids(),
    close: () => pool.close(),
  };
}
