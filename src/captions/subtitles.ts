import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BeginOptions } from "../media/engine.ts";
import type { Cue } from "../media/cue.ts";
import { timeLimitMs, type Limits } from "../media/limits.ts";
import type { ObjectRef } from "../media/media.ts";
import { withLocalFile } from "../objects/local-file.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { ffmpegInput } from "../sandbox/ffmpeg-input.ts";
import { runToEnd } from "../sandbox/run.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** The subtitle tracks of a file, which are read in one pass. */
export interface SubtitleRequest {
  readonly source: ObjectRef;
  readonly container: string;
  /** Indexes among all streams of the file. */
  readonly streams: readonly number[];
  readonly durationMs?: number;
}

/** The captions of each track that was asked for; undefined where ffmpeg cannot convert it. */
export type ReadSubtitles = (
  request: SubtitleRequest,
  options: Pick<BeginOptions, "workDir" | "signal">,
) => Promise<readonly (readonly Cue[] | undefined)[]>;

/** The largest file that a track is written to. */
const mostBytes = 32 * 1024 ** 2;
/** The most captions that are kept of a track. */
const mostCues = 100_000;
/** The most lines of a caption, and the most characters of a line. */
const most = { lines: 20, characters: 1_000 };

/** What must not reach a terminal or a player: control characters and marks that turn the direction of writing. */
const unshown = /[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff]/gu;

const timeLine = /^(\d{2,}):(\d\d):(\d\d),(\d{3}) --> (\d{2,}):(\d\d):(\d\d),(\d{3})$/;

function msOf([hours, minutes, seconds, ms]: readonly (string | undefined)[]): number {
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(ms);
}

/**
 * Reads ffmpeg's SubRip with plain text. A caption begins where its number and a time follow each other: any other
 * line is text, whatever it looks like.
 */
export function cuesOfSubRip(text: string): Cue[] {
  const rows = text.split("\n");
  const cues: Cue[] = [];
  let lines: string[] = [];
  for (let at = 0; at < rows.length && cues.length <= mostCues; at += 1) {
    const row = rows[at] ?? "";
    const times = /^\d+$/.test(row) ? timeLine.exec(rows[at + 1] ?? "") : null;
    if (times === null) {
      const line = row.replace(unshown, "").trim().slice(0, most.characters);
      if (line !== "" && lines.length < most.lines) lines.push(line);
      continue;
    }
    const [startMs, endMs] = [msOf(times.slice(1, 5)), msOf(times.slice(5, 9))];
    lines = [];
    cues.push({ startMs, endMs: Math.max(startMs, endMs), lines });
    at += 1;
  }
  const shown = cues.filter((cue) => cue.lines.length > 0 && cue.endMs > cue.startMs);
  return shown.slice(0, mostCues).toSorted((a, b) => a.startMs - b.startMs);
}

/** Makes a reader of subtitle tracks that runs ffmpeg in the sandbox. It throws what the sandbox throws. */
export function createReadSubtitles(parts: {
  readonly sandbox: Sandbox;
  readonly objects: ObjectStore;
  readonly limits: Limits;
}): ReadSubtitles {
  const { sandbox, objects, limits } = parts;
  return async ({ source, container, streams, durationMs }, { workDir, signal }) => {
    const pathOf = (index: number): string => join(workDir, `subtitles-${index}.srt`);
    const wallMs = timeLimitMs(limits, durationMs);
    const write = async (path: string, indexes: readonly number[]): Promise<boolean> => {
      const { exitCode } = await runToEnd(sandbox, {
        command: "ffmpeg",
        args: [
          ..."-nostdin -hide_banner -loglevel error -nostats -y -max_error_rate 1".split(" "),
          ...ffmpegInput({ path, container, options: ["-vn", "-an", "-dn"] }),
          ...indexes.flatMap((index) => [
            ...`-map 0:${index} -map_metadata -1 -c:s text -f srt`.split(" "),
            `file:${pathOf(index)}`,
          ]),
        ],
        reads: [path],
        writes: [workDir],
        limits: {
          wallMs,
          cpuSeconds: wallMs / 1000,
          memoryBytes: limits.memoryBytes,
          fileSizeBytes: mostBytes,
        },
        priority: "background",
        signal,
      });
      return exitCode === 0;
    };
    const written = new Set<number>();
    await withLocalFile(objects, source, async (path) => {
      if (await write(path, streams)) return streams.forEach((index) => written.add(index));
      // One that ffmpeg cannot convert must not take the others with it.
      for (const index of streams) if (await write(path, [index])) written.add(index);
    });
    const read = async (index: number) =>
      written.has(index)
        ? cuesOfSubRip(await readFile(pathOf(index), "utf8").catch(() => ""))
        : undefined;
    return Promise.all(streams.map(read));
  };
}
