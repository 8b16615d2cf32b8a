import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { canonicalJson } from "../../media/job.ts";
import type { TranscribeRequest } from "../transcriber.ts";
import { pieceSchema, type RecognizedPiece } from "./answers.ts";

/** A line of the file: what was recognized, and before which time all is. */
const lineSchema = z.object({ pieces: z.array(pieceSchema), untilMs: z.number() });

/** Without speech a line is written this often. */
const silenceMs = 30_000;

/** What was recognized so far, kept in a file that outlives the process. */
export interface Heard {
  /** Of an earlier attempt, all before `fromMs`. */
  readonly pieces: readonly RecognizedPiece[];
  readonly fromMs: number;
  /** Keeps more. Returns when it is on the disk. */
  note(pieces: readonly RecognizedPiece[], untilMs: number): Promise<void>;
  close(): Promise<void>;
}

/** The lines of a file up to the first that is not whole: the process may have been killed as it wrote it. */
async function linesOf(path: string) {
  const text = await readFile(path, "utf8").catch(() => "");
  const pieces: RecognizedPiece[] = [];
  let [untilMs, bytes] = [0, 0];
  for (const line of text.split("\n").slice(0, -1)) {
    const parsed = lineSchema.safeParse(parsedJson(line));
    if (!parsed.success) break;
    pieces.push(...parsed.data.pieces);
    ({ untilMs } = parsed.data);
    bytes += Buffer.byteLength(line) + 1;
  }
  return { pieces, untilMs, bytes };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const suffix = ".jsonl";

/**
 * Opens what earlier attempts at the same work have heard.
 * @param folder the job's own; absent: nothing is kept
 * @param work all that decides what is heard: other work has another file
 */
export async function openHeard(
  folder: string | undefined,
  work: TranscribeRequest & { readonly model: string },
): Promise<Heard> {
  if (folder === undefined)
    return { pieces: [], fromMs: 0, note: async () => {}, close: async () => {} };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = createHash("sha256").update(canonicalJson(work)).digest("hex").slice(0, 16);
  const path = join(folder, `${name}${suffix}`);
  const { pieces, untilMs: fromMs, bytes } = await linesOf(path);
  const file = await open(path, "a", 0o600);
  await file.truncate(bytes);
  let notedMs = fromMs;
  return {
    pieces,
    fromMs,
    async note(more, untilMs) {
      if (more.length === 0 && untilMs < notedMs + silenceMs) return;
      notedMs = untilMs;
      await file.appendFile(`${JSON.stringify({ pieces: more, untilMs })}\n`);
      await file.datasync();
    },
    close: () => file.close(),
  };
}

/** What the files of a job's folder say so far, of all channels one after the other; undefined when there is none. */
export async function heardSoFar(
  folder: string,
): Promise<{ untilMs: number; text: string } | undefined> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(suffix));
  const all = [];
  for (const name of names.toSorted()) all.push(await linesOf(join(folder, name)));
  if (all.length === 0) return undefined;
  const text = all.flatMap(({ pieces }) => pieces.map((piece) => piece.text.trim()));
  return {
    untilMs: Math.max(...all.map(({ untilMs }) => untilMs)),
    text: text.filter((one) => one !== "").join(" "),
  };
}
