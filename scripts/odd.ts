import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createSandbox } from "../src/sandbox/create.ts";
import { decode, probe as probeOutput } from "../src/transcode/ffmpeg/workshop.fixture.ts";
import { openBench, phrases, type Outcome } from "../test/odd.fixture.ts";
import { randomFrom } from "../test/support/random.ts";
import { oddCases } from "./odd-cases.ts";
import { colours, type OddCase } from "./odd-source.ts";

/**
 * `npm run odd -- [SEED] [--shard PART/OF] [--results FILE] [NAME…]`: makes 100 files of many containers, codecs, layouts and oddities, gives each to
 * the probe, the transcoder and the decoder of the speech engines, and checks by decoding what comes out:
 * lengths within 0.1 s, tones within 0.2 s of where they are and within a frame of the flash, the quarters of
 * the picture where they belong and within 3 % of their colours. The exit code is 1 when something is wrong. With
 * `--results` a run that was ended goes on where it stopped, and tries again what was wrong.
 */

const allowed = { lengthMs: 100, toneSeconds: 0.2, colour: 255 * 0.03, frames: 1.05 };

/** When the flash begins in a film, in seconds from the file's beginning; undefined without one. */
async function flashOf(path: string): Promise<number | undefined> {
  const grey = "fps=100:start_time=0,scale=1:1:flags=area,format=gray";
  const frames = await decode(path, ["-map", "0:v:0", "-vf", grey, "-f", "rawvideo"]);
  const at = frames.findIndex((value) => value > 215);
  return at < 0 ? undefined : at / 100;
}

/** The middle colours of the quarters as they are shown 1 s into a film or in a picture. */
async function quartersOf(path: string, at: number): Promise<number[][]> {
  const filter = `trim=start=${at},scale=8:8:flags=area,format=rgb24`;
  const only = ["-map", "0:v:0", "-vf", filter, "-frames:v", "1", "-f", "rawvideo"];
  const pixels = await decode(path, only);
  const pixel = (x: number, y: number) => [
    ...pixels.subarray((y * 8 + x) * 3, (y * 8 + x) * 3 + 3),
  ];
  return [pixel(1, 1), pixel(6, 1), pixel(1, 6), pixel(6, 6)];
}

/** The quarters after clockwise turns. */
function shown(quarters: number): readonly (readonly number[])[] {
  let [topLeft, topRight, bottomLeft, bottomRight] = colours as readonly (readonly number[])[];
  for (let turn = 0; turn < quarters; turn += 1)
    [topLeft, topRight, bottomLeft, bottomRight] = [bottomLeft, topLeft, bottomRight, topRight];
  return [topLeft ?? [], topRight ?? [], bottomLeft ?? [], bottomRight ?? []];
}

function tonesWrong(what: string, samples: Int16Array, { tones }: OddCase): string[] {
  const { starts } = phrases(samples);
  const isRight =
    starts.length === tones.length &&
    starts.every((at, index) => Math.abs(at - (tones[index] ?? NaN)) <= allowed.toneSeconds);
  return isRight ? [] : [`${what}: tones at ${starts.join(", ")} s instead of ${tones.join(", ")}`];
}

function lengthWrong(
  what: string,
  ms: number | undefined,
  { lengthMs, slackMs = 0 }: OddCase,
): string[] {
  const isRight = ms !== undefined && Math.abs(ms - lengthMs) <= allowed.lengthMs + slackMs;
  return isRight ? [] : [`${what}: ${ms} ms instead of ${lengthMs}`];
}

async function filmWrong(odd: OddCase, path: string, sound: Int16Array): Promise<string[]> {
  const { durationMs, video } = await probeOutput(path);
  const wrong = lengthWrong("web", durationMs, odd);
  const [num = 25, den = 1] = String(video?.["avg_frame_rate"]).split("/").map(Number);
  const flash = await flashOf(path);
  const heard = phrases(sound).starts[0] ?? NaN;
  const apart = Math.abs(heard - (odd.tones[0] ?? 0) - ((flash ?? NaN) - 2));
  if (!(apart <= (allowed.frames * den) / num + 0.01))
    wrong.push(`web: flash at ${flash} s, tone at ${heard} s`);
  return [...wrong, ...(await coloursWrong("web", odd, path, 1))];
}

async function coloursWrong(
  what: string,
  odd: OddCase,
  path: string,
  at: number,
): Promise<string[]> {
  if (odd.plain === true) return [];
  const found = await quartersOf(path, at);
  const off = Math.max(
    ...shown(odd.quarters).flatMap((colour, quarter) =>
      colour.map((value, channel) => Math.abs(value - (found[quarter]?.[channel] ?? 999))),
    ),
  );
  return off <= allowed.colour ? [] : [`${what}: colours off by ${off}: ${JSON.stringify(found)}`];
}

type Bench = Awaited<ReturnType<typeof openBench>>;

async function wrongIn(bench: Bench, odd: OddCase, folder: string): Promise<string[]> {
  const path = odd.make(folder);
  const names = odd.hasVideo ? (["audio", "web"] as const) : (["audio"] as const);
  const { facts, renditions, notes }: Outcome = await bench.make(path, names);
  const { audio, web } = renditions;
  const wrong = [
    ...lengthWrong("facts", facts.durationMs, odd),
    ...lengthWrong("audio", audio?.durationMs, odd),
    ...notes.map((note) => `note: ${note}`),
    ...tonesWrong("audio", await bench.rendition(audio?.path), odd),
    ...tonesWrong("upload", await bench.upload(path), odd),
  ];
  if (!odd.hasVideo) return wrong;
  if (web === undefined) return [...wrong, "no film was made"];
  const sound = await bench.rendition(web.path);
  return [...wrong, ...(await filmWrong(odd, web.path, sound))];
}

/** What became of one file. */
interface OddResult {
  readonly seed: number;
  readonly name: string;
  /** Each thing that is wrong; nothing: all is right. */
  readonly wrong: readonly string[];
}

interface OddRun {
  readonly seed: number;
  /** The first of every `of`, the second …: several runs share the work. Default: all. */
  readonly shard?: { readonly part: number; readonly of: number };
  /** Only these files. Default: all. */
  readonly names?: readonly string[];
  /** A file that keeps the results, a line each: what was right in it is not tried again. */
  readonly results?: string;
  readonly onResult: (result: OddResult) => void;
}

function readResults(path: string | undefined, seed: number): OddResult[] {
  if (path === undefined || !existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  // The last line may be half of one, of a run that was killed.
  return lines.flatMap((line): OddResult[] => {
    try {
      const result: OddResult = JSON.parse(line);
      return result.seed === seed ? [result] : [];
    } catch {
      return [];
    }
  });
}

/** Makes the files and tries each; returns all results, those of earlier runs too. */
export async function runOdd({
  seed,
  shard,
  names = [],
  results,
  onResult,
}: OddRun): Promise<OddResult[]> {
  const bench = await openBench(await createSandbox());
  const folder = mkdtempSync(join(tmpdir(), "dailies-odd-"));
  const { part, of } = shard ?? { part: 1, of: 1 };
  const chosen = oddCases(randomFrom(seed))
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .filter((_, index) => index % of === part - 1);
  const known = new Map(readResults(results, seed).map((result) => [result.name, result]));
  const all: OddResult[] = [];
  try {
    for (const odd of chosen) {
      const before = known.get(odd.name);
      const isRight = before?.wrong.length === 0;
      const wrong = isRight
        ? []
        : await wrongIn(bench, odd, folder).catch((error: unknown) => [String(error)]);
      const result = { seed, name: odd.name, wrong };
      all.push(result);
      if (isRight) continue;
      if (results !== undefined) appendFileSync(results, `${JSON.stringify(result)}\n`);
      onResult(result);
    }
  } finally {
    rmSync(folder, { recursive: true });
    await bench.close();
  }
  return all;
}

const usage = "usage: npm run odd -- [SEED] [--shard PART/OF] [--results FILE] [NAME…]";

function shardOf(given: string): { part: number; of: number } {
  const [part = 0, of = 0] = given.split("/").map(Number);
  if (!(Number.isInteger(part) && Number.isInteger(of) && part >= 1 && part <= of))
    throw new Error(usage);
  return { part, of };
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { shard: { type: "string" }, results: { type: "string" } },
  });
  const [seed = "1", ...names] = positionals;
  if (!Number.isInteger(Number(seed))) throw new Error(usage);
  const all = await runOdd({
    seed: Number(seed),
    names,
    ...(values.shard !== undefined && { shard: shardOf(values.shard) }),
    ...(values.results !== undefined && { results: values.results }),
    onResult: ({ name, wrong }) =>
      console.log(wrong.length === 0 ? `✓ ${name}` : `✗ ${name}: ${wrong.join("; ")}`),
  });
  const bad = all.filter(({ wrong }) => wrong.length > 0).length;
  console.log(`${all.length} files, ${bad} wrong (seed ${seed})`);
  return bad === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
