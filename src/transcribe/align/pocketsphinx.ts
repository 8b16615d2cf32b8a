import { mkdtemp, open, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MediaError } from "../../media/errors.ts";
import type { ProcessLimits, Sandbox } from "../../sandbox/sandbox.ts";
import { runToEnd } from "../../sandbox/run.ts";
import type { AlignedWord, Aligner, AlignRequest, SpokenPassage } from "./aligner.ts";
import { createRunDictionary, linearGrammar } from "./grammar.ts";
import { atOnset } from "./onset.ts";
import { interpolated } from "./interpolate.ts";
import { spokenParts, type SpokenPart } from "./parts.ts";
import { findAlignProgram, type AlignProgram } from "./program.ts";
import { learnWords, type Pronounce } from "./pronounce.ts";
import { segmentsOfLine, type Segment } from "./segments.ts";

/** Part of the id: to be raised when the times or states that are found change. */
const recipe = 1;

/** The program grows by 0.9 MB with each passage, so a new one takes over. */
const passagesOfRun = 100;

const frameMs = 10;

/** Score of a frame below which the sound hardly resembles the word. */
const doubtfulScore = -50;

/** A passage shorter than this holds no word; one longer is no passage, and takes memory with its length. */
const shortestMs = 60;
const longestMs = 120_000;

/** Ten times what it takes on a slow machine, and the time to load the model. */
function limitsOf(soundMs: number): ProcessLimits {
  const seconds = 60 + soundMs / 1000;
  return {
    wallMs: seconds * 3000,
    cpuSeconds: seconds,
    memoryBytes: 2 ** 32,
    fileSizeBytes: 2 ** 28,
  };
}

/** A passage with what is said for each of its words, and its words' names in the run's dictionary. */
interface Prepared {
  readonly passage: SpokenPassage;
  readonly names: readonly (readonly string[])[];
}

/**
 * Aligns by pocketsphinx: for each passage a grammar that allows its words in their order and nothing
 * else, heard with wide beams. The acoustic model is American English; other languages are spelled in
 * its phones. Start errors on synthesised speech: docs/speech.md.
 */
export function createPocketsphinxAligner(sandbox: Sandbox): Aligner {
  let found: Promise<AlignProgram | undefined> | undefined;
  return {
    id: `pocketsphinx/${recipe}`,
    async align(request) {
      found ??= findAlignProgram(sandbox);
      const program = await found;
      if (program !== undefined) return await alignAll(sandbox, program, request);
      throw new MediaError(
        "engine_missing",
        "pocketsphinx_batch and its model en-us are not installed, so words cannot be aligned",
      );
    },
  };
}

async function alignAll(
  sandbox: Sandbox,
  program: AlignProgram,
  request: AlignRequest,
): Promise<AlignedWord[][]> {
  const { passages, languageCode, signal, workDir } = request;
  const folder = await mkdtemp(join(workDir, "align-"));
  try {
    const parts = passages.map(({ words }) => words.map((word) => spokenParts(word, languageCode)));
    const pronounce = await learnWords(
      { sandbox, dictionary: program.dictionary, workDir: folder, signal },
      new Set(parts.flat(2).flatMap(wordsOfPart)),
      languageCode,
    );
    const soundMs = (await fileSize(request.sound)) / 32;
    const result: AlignedWord[][] = [];
    let alignedMs = 0;
    for (let from = 0; from < passages.length; from += passagesOfRun) {
      const some = passages.slice(from, from + passagesOfRun).map((passage) => ({
        ...passage,
        endMs: Math.min(passage.endMs, soundMs),
      }));
      const own = parts.slice(from, from + passagesOfRun);
      result.push(
        ...(await alignSome({ sandbox, program, request, folder }, some, own, pronounce)),
      );
      alignedMs += some.reduce((sum, { startMs, endMs }) => sum + Math.max(0, endMs - startMs), 0);
      request.onProgress?.(alignedMs);
    }
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const wordsOfPart = (part: SpokenPart): readonly string[] =>
  part.kind === "words" ? part.words : part.readings.flat();

async function fileSize(path: string): Promise<number> {
  const file = await open(path);
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

interface Run {
  readonly sandbox: Sandbox;
  readonly program: AlignProgram;
  readonly request: AlignRequest;
  readonly folder: string;
}

/** One run of the program, for passages that fit it. */
async function alignSome(
  run: Run,
  passages: readonly SpokenPassage[],
  parts: readonly (readonly (readonly SpokenPart[])[])[],
  pronounce: Pronounce,
): Promise<AlignedWord[][]> {
  const dictionary = createRunDictionary(pronounce);
  const prepared = passages.map((passage, index): Prepared => ({
    passage,
    names: (parts[index] ?? []).map((said) => dictionary.namesOf(said) ?? []),
  }));
  const found = await segmentsOf(run, prepared, dictionary.text());
  const timed: AlignedWord[][] = [];
  for (const [index, { passage, names }] of prepared.entries()) {
    const words = timesOf(passage, names, found.get(`p${index}`) ?? []);
    timed.push(await atOnset(run.request.sound, passage, words));
  }
  return timed;
}

/** What the program finds, by the passage's place. */
async function segmentsOf(
  { sandbox, program, request, folder }: Run,
  prepared: readonly Prepared[],
  dictionary: string,
): Promise<Map<string, Segment[]>> {
  const own = await mkdtemp(join(folder, "run-"));
  const usable = prepared.flatMap(({ passage, names }, index) => {
    const lengthMs = passage.endMs - passage.startMs;
    const isUsable = lengthMs >= shortestMs && lengthMs <= longestMs && names.flat().length > 0;
    return isUsable ? [{ id: `p${index}`, passage, names: names.flat() }] : [];
  });
  const found = new Map<string, Segment[]>();
  if (usable.length === 0) return found;
  await symlink(request.sound, join(own, "sound.s16"));
  await writeFile(join(own, "words.dict"), dictionary);
  await writeFile(join(own, "grammars"), usable.map(({ id }) => `${id}\n`).join(""));
  const frames = (ms: number): number => Math.floor(ms / frameMs);
  const lines = usable.map(
    ({ id, passage }) => `sound ${frames(passage.startMs)} ${frames(passage.endMs)} ${id}\n`,
  );
  await writeFile(join(own, "passages"), lines.join(""));
  for (const { id, names } of usable)
    await writeFile(join(own, `${id}.fsg`), linearGrammar(id, names));
  const soundMs = usable.reduce((sum, { passage }) => sum + passage.endMs - passage.startMs, 0);
  const { exitCode, stderr } = await runToEnd(sandbox, {
    command: program.command,
    args: argumentsOf(program, own),
    reads: [request.sound, program.acoustics],
    writes: [own],
    limits: limitsOf(soundMs),
    signal: request.signal,
  });
  if (exitCode !== 0)
    throw new MediaError("engine_failed", "pocketsphinx gave up aligning words", {
      details: {
        stderr: `${stderr}${(await readFile(join(own, "log"), "utf8").catch(() => "")).slice(-4096)}`,
      },
    });
  for (const line of (await readFile(join(own, "found"), "utf8")).split("\n")) {
    const one = segmentsOfLine(line);
    if (one !== undefined) found.set(one.id, one.segments);
  }
  await rm(own, { recursive: true, force: true });
  return found;
}

function argumentsOf({ acoustics, removesSilence }: AlignProgram, folder: string): string[] {
  const options: readonly (readonly [string, string])[] = [
    ["-hmm", acoustics],
    ["-dict", join(folder, "words.dict")],
    ["-fsgctl", join(folder, "grammars")],
    ["-fsgdir", folder],
    ["-fsgext", ".fsg"],
    ["-ctl", join(folder, "passages")],
    ["-cepdir", folder],
    ["-cepext", ".s16"],
    ["-adcin", "yes"],
    ["-adchdr", "0"],
    ["-hypseg", join(folder, "found")],
    ["-logfn", join(folder, "log")],
    ["-bestpath", "no"],
    // Nothing is given up early: there is but one way through.
    ["-beam", "1e-300"],
    ["-pbeam", "1e-300"],
    ["-wbeam", "1e-300"],
    // By default a pause is so unlikely that short ones are taken for parts of the words around them.
    ["-silprob", "0.3"],
  ];
  return [...options.flat(), ...(removesSilence ? ["-remove_silence", "no"] : [])];
}

/** The times of a passage's words, from what was found of it; nothing was found where it does not fit. */
function timesOf(
  passage: SpokenPassage,
  names: readonly (readonly string[])[],
  segments: readonly Segment[],
): AlignedWord[] {
  const { words, startMs, endMs } = passage;
  const all = names.flat();
  const fits =
    all.length === segments.length && all.every((name, at) => segments[at]?.name === name);
  if (!fits)
    return interpolated(
      words,
      words.map(() => undefined),
      passage,
    );
  const offsetMs = Math.floor(startMs / frameMs) * frameMs;
  const place = (frame: number): number =>
    Math.round(Math.min(endMs, Math.max(startMs, offsetMs + frame * frameMs)));
  let at = 0;
  const known = words.map((_word, index) => {
    const own = segments.slice(at, (at += names[index]?.length ?? 0));
    const [first, last] = [own[0], own.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const score = own.reduce((sum, segment) => sum + segment.score, 0);
    const perFrame = score / Math.max(1, last.toFrame - first.fromFrame);
    const state = perFrame < doubtfulScore ? ("doubtful" as const) : ("aligned" as const);
    return { startMs: place(first.fromFrame), endMs: place(last.toFrame), state };
  });
  return interpolated(words, known, passage);
}
