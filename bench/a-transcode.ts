import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fiveProcesses, mediumAt, onePass, twoFilms, type HandWritten } from "./baselines.ts";
import {
  atLeast,
  atMost,
  ratios,
  spreadOf,
  type Bench,
  type Findings,
  type Row,
} from "./figure.ts";
import { asFilmed, asTheWebHasIt, footageIs, makeClip } from "./footage.ts";
import { costOf, run, type Cost } from "./measure.ts";
import { processing, renditionFile, stepTimes, stepsWallMs, transcoding } from "./ours.ts";

/** Lets several contenders do the same work in turns: A B C, A B C, … */
async function inTurns<Name extends string>(
  rounds: number,
  contenders: Readonly<Record<Name, (round: number) => Promise<Cost>>>,
): Promise<Record<Name, { wallMs: number[]; cpuMs: number[] }>> {
  const names = Object.keys(contenders) as Name[];
  const taken = Object.fromEntries(
    names.map((name) => [name, { wallMs: [] as number[], cpuMs: [] as number[] }]),
  ) as Record<Name, { wallMs: number[]; cpuMs: number[] }>;
  for (let round = 0; round < rounds; round += 1)
    for (const name of names) {
      const { wallMs, cpuMs } = await contenders[name](round);
      taken[name].wallMs.push(wallMs);
      taken[name].cpuMs.push(cpuMs);
    }
  return taken;
}

/** Compares the four outputs and the poster with one command, and with one process for each output. */
async function fourOutputs(bench: Bench, work: HandWritten): Promise<Row[]> {
  const dataDir = (round: number) => join(bench.folder, `library-${round}`);
  const steps: number[] = [];
  const taken = await inTurns(bench.rounds, {
    ours: async (round) => {
      bench.note(`round ${round + 1}`);
      const cost = await costOf(processing(dataDir(round), work.clip, transcoding));
      steps.push(await stepsWallMs(dataDir(round), transcoding));
      return cost;
    },
    onePass: () => costOf(onePass(work)),
    five: () => costOf(...fiveProcesses(work)),
  });
  const { ours, onePass: one, five } = taken;
  const row = (what: string, of: number[], name: string, by: number[], target?: number): Row[] => [
    {
      what: `${what} ÷ ${name}`,
      unit: "×",
      measured: ratios(of, by),
      ...(target === undefined ? {} : { target: atMost(target) }),
    },
    {
      what: `— ${what}`,
      unit: "s",
      measured: spreadOf(of.map((ms) => ms / 1000)),
      comparison: { what: name, measured: spreadOf(by.map((ms) => ms / 1000)) },
    },
  ];
  return [
    ...row("whole program, wall", ours.wallMs, "one pass", one.wallMs, 1.1),
    ...row("its four steps alone, wall", steps, "one pass", one.wallMs),
    ...row("whole program, CPU", ours.cpuMs, "five processes", five.cpuMs, 0.95),
    ...row("whole program, CPU", ours.cpuMs, "one pass", one.cpuMs),
    ...row("whole program, wall", ours.wallMs, "five processes", five.wallMs),
  ];
}

/** Measures a source that already fits both films and is copied. */
async function copied(bench: Bench): Promise<Row[]> {
  const seconds = bench.quick ? 2 : 40;
  const size = bench.quick ? { width: 320, height: 180 } : { width: 1280, height: 720 };
  const clip = join(bench.folder, "fits.mp4");
  await makeClip(clip, { ...size, seconds, encoding: asTheWebHasIt });
  const dataDir = (round: number) => join(bench.folder, `copied-${round}`);
  const steps: number[] = [];
  const { ours, encode } = await inTurns(bench.rounds, {
    ours: async (round) => {
      const cost = await costOf(processing(dataDir(round), clip, ["video"]));
      const web = await renditionFile(dataDir(round), "web");
      const phone = await renditionFile(dataDir(round), "phone");
      if (!web.copied || !phone.copied) throw new Error("the source was not copied");
      steps.push(await stepsWallMs(dataDir(round), ["video"]));
      return cost;
    },
    encode: () => costOf(twoFilms({ clip, seconds, folder: bench.folder })),
  });
  const secondsOf = (all: number[]) => spreadOf(all.map((ms) => ms / 1000));
  const row = (what: string, of: number[], by: number[], target?: number): Row => ({
    what,
    unit: "×",
    measured: ratios(of, by),
    ...(target === undefined ? {} : { target: atMost(target) }),
  });
  return [
    row(`${seconds} s that fit: copied ÷ encoded, the step, wall`, steps, encode.wallMs, 0.1),
    row(
      `${seconds} s that fit: copied ÷ encoded, whole program, CPU`,
      ours.cpuMs,
      encode.cpuMs,
      0.1,
    ),
    row(`${seconds} s that fit: copied ÷ encoded, whole program, wall`, ours.wallMs, encode.wallMs),
    {
      what: "— the step, wall",
      unit: "s",
      measured: secondsOf(steps),
      comparison: { what: "encoding both by hand", measured: secondsOf(encode.wallMs) },
    },
  ];
}

/** How similar a film is to its source at the film's size: 1 means equal. */
async function similarity(film: string, source: string): Promise<number> {
  const graph = "[1:v]setpts=PTS-STARTPTS[s];[0:v]setpts=PTS-STARTPTS[f];[s][f]scale2ref[a][b];";
  const inputs = ["-i", film, "-i", source, "-filter_complex", `${graph}[b][a]ssim=stats_file=-`];
  const printed = await run("ffmpeg", ["-nostdin", "-v", "error", ...inputs, "-f", "null", "-"]);
  const frames = [...printed.matchAll(/ All:([\d.]+)/g)].map(([, all]) => Number(all));
  return frames.reduce((sum, ssim) => sum + ssim, 0) / frames.length;
}

async function videoBitRate(path: string): Promise<number> {
  const asked = "-v error -select_streams v:0 -show_entries stream=bit_rate -of csv=p=0".split(" ");
  return Number((await run("ffprobe", [...asked, path])).trim());
}

/** Compares the renditions with x264 `medium` at the same bit rate. The result does not depend on the machine's load. */
async function quality(bench: Bench, work: HandWritten): Promise<Row[]> {
  const rows: Row[] = [];
  for (const rendition of ["web", "phone"] as const) {
    bench.note(`quality of ${rendition}`);
    const ours = (await renditionFile(join(bench.folder, "library-0"), rendition)).path;
    const bitRate = await videoBitRate(ours);
    const path = await mediumLike(rendition, bitRate, work);
    const [our, medium] = [await similarity(ours, work.clip), await similarity(path, work.clip)];
    const sizes = bitRate / (await videoBitRate(path));
    rows.push(
      {
        what: `${rendition}: SSIM − that of x264 medium at ${sizes.toFixed(3)} × its bit rate`,
        unit: "SSIM",
        measured: spreadOf([our - medium]),
        target: atLeast(-0.005),
      },
      {
        what: `— ${rendition}, ${Math.round(bitRate / 1000)} kb/s`,
        unit: "SSIM",
        measured: spreadOf([our]),
        comparison: { what: "medium, two passes", measured: spreadOf([medium]) },
      },
    );
  }
  return rows;
}

/** Encodes with x264 `medium` twice, because its rate control misses short clips by a few per cent. */
async function mediumLike(
  rendition: "web" | "phone",
  bitRate: number,
  work: HandWritten,
): Promise<string> {
  const { first, second, path } = mediumAt(rendition, bitRate, work);
  for (const [command = "", ...args] of [first, second]) await run(command, args);
  const again = mediumAt(rendition, bitRate * (bitRate / (await videoBitRate(path))), work);
  for (const [command = "", ...args] of [again.first, again.second]) await run(command, args);
  return path;
}

export async function transcode(bench: Bench): Promise<Findings> {
  const seconds = bench.quick ? 2 : 12;
  const size = bench.quick ? { width: 320, height: 180 } : { width: 1920, height: 1080 };
  const clip = join(bench.folder, "filmed.mp4");
  const folder = join(bench.folder, "by-hand");
  await mkdir(folder);
  bench.note("making the clip");
  await makeClip(clip, { ...size, seconds, encoding: asFilmed });
  const work: HandWritten = { clip, seconds, folder };
  const rows = await fourOutputs(bench, work);
  rows.push(...(await quality(bench, work)), ...(await copied(bench)));
  return {
    rows,
    remarks: [
      `The clip: ${seconds} s of ${size.width}×${size.height} at 30 frames a second, ${footageIs}.`,
      "The whole program is `dailies process --only audio,video,gif,poster` from start to exit. It includes " +
        "Node's start, the import, ffprobe, the sandbox, the checks of every output and the commits.",
      `Where the time goes, in the first round: ${await stepTimes(join(bench.folder, "library-0"))}; ` +
        "all but the probe run at the same time.",
      "CPU is user and system time of the whole tree. All contenders run at nice 10, as the " +
        "sandbox's children do.",
    ],
  };
}
