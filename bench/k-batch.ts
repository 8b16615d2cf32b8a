import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { toTranscribeJson } from "../src/media/to-transcribe-json.ts";
import type { Transcript } from "../src/media/transcript.ts";
import { transcriptDocument } from "../src/export/docx/document.ts";
import { readConfig } from "../src/config/config.ts";
import { createSandbox } from "../src/sandbox/create.ts";
import { decodeCommand, findPocketsphinx } from "../src/transcribe/pocketsphinx/program.ts";
import { atMost, spreadOf, type Bench, type Findings, type Row } from "./figure.ts";
import { costOf, dailies, peakBytes, run } from "./measure.ts";
import { withLibrary } from "../test/support/with-library.ts";

const mega = 1_000_000;
const speech = fileURLToPath(new URL("../../shared/media/speech/", import.meta.url));

/** Makes recordings of 1 to 20 s of 16 kHz speech, each different. */
async function makeRecordings(bench: Bench, folder: string, count: number): Promise<number> {
  await mkdir(folder);
  const voices = existsSync(speech)
    ? readdirSync(speech).filter((name) => name.endsWith(".wav"))
    : [];
  if (voices.length === 0)
    throw new Error("the shared media files are missing: there is nothing to transcribe");
  const all = join(bench.folder, "all.wav");
  const inputs = voices.flatMap((name) => ["-i", join(speech, name)]);
  const joined = `${voices.map((_, index) => `[${index}:a]`).join("")}concat=n=${voices.length}:v=0:a=1`;
  await run("ffmpeg", ["-nostdin", "-v", "error", ...inputs, "-filter_complex", joined, all]);
  let seconds = 0;
  for (let index = 0; index < count; index += 1) {
    const length = 1 + ((index * 7) % 20);
    seconds += length;
    const from = ["-ss", String((index * 3.7) % 40), "-t", String(length)];
    const to = join(folder, `take-${String(index).padStart(4, "0")}.wav`);
    await run("ffmpeg", ["-nostdin", "-v", "error", "-stream_loop", "-1", ...from, "-i", all, to]);
  }
  return seconds;
}

function batching(folder: string, input: string, ...more: readonly string[]): string[] {
  const [output, dataDir] = [join(folder, "out"), join(folder, "library")];
  return [
    dailies,
    "batch",
    input,
    output,
    "--data-dir",
    dataDir,
    "--archive",
    "none",
    "--quiet",
    ...more,
  ];
}

async function clear(folder: string): Promise<void> {
  for (const name of ["out", "library"])
    await rm(join(folder, name), { recursive: true, force: true });
}

/** Compares the batch with the bare engine over the same files, with the same parallelism. */
async function againstXargs(bench: Bench): Promise<{ row: Row; remark: string }> {
  const count = bench.sample ?? (bench.quick ? 6 : bench.full ? 500 : 40);
  const input = join(bench.folder, "recordings");
  const seconds = await makeRecordings(bench, input, count);
  const program = await findPocketsphinx(await createSandbox());
  if (program === undefined) throw new Error("pocketsphinx is not installed");
  const { command, args } = decodeCommand(program, "{}");
  const atOnce = String(readConfig({ dataDir: join(bench.folder, "none") }).slots.speech);
  const files = readdirSync(input).map((name) => join(input, name));
  const list = join(bench.folder, "list");
  await writeFile(list, files.join("\n"));
  const shell = `xargs -a "$0" -P "$1" -I{} -- "\${@:2}" 2>/dev/null | tail -c 1`;
  bench.note(`${count} recordings, ${seconds} s: xargs -P ${atOnce}`);
  const bare = await costOf(["bash", "-c", shell, list, atOnce, command, ...args]);
  bench.note(`${count} recordings: batch`);
  const ours = await costOf(batching(bench.folder, input));
  await clear(bench.folder);
  const times = (one: { wallMs: number; cpuMs: number }): string =>
    `${(one.wallMs / 1000).toFixed(1)} s wall, ${(one.cpuMs / 1000).toFixed(1)} s CPU`;
  return {
    row: {
      what: `batch of ${count} recordings of 1–20 s / xargs -P ${atOnce} over the bare engine, wall`,
      unit: "×",
      measured: spreadOf([ours.wallMs / bare.wallMs]),
      target: atMost(1.15),
    },
    remark:
      `${count} recordings, ${seconds} s of sound: batch ${times(ours)}; xargs ${times(bare)}. The ` +
      "batch also probes, decodes, detects speech, writes five formats and a summary; the bare " +
      "engine only reads the WAV. Results: JSON, Word, SRT, WebVTT, text.",
  };
}

/** Peak memory with inputs that fail at once, so that only the batch itself uses memory. */
async function peakOfMany(bench: Bench, count: number): Promise<number> {
  const input = join(bench.folder, `many-${count}`);
  await mkdir(input);
  for (let index = 0; index < count; index += 1)
    await writeFile(
      join(input, `a recording of the day, number ${index}.mp3`),
      `no sound ${index}`,
    );
  const peak = await peakOf(batching(bench.folder, input), 2); // they all fail
  await clear(bench.folder);
  await rm(input, { recursive: true });
  return peak;
}

/** Peak memory of the command's own process, in MB. @throws Error when it ends with another exit code */
async function peakOf([command = "", ...args]: readonly string[], exitCode = 0): Promise<number> {
  return (await peakBytes(command, args, exitCode)) / mega;
}

async function peakOfSilence(bench: Bench, seconds: number): Promise<number> {
  const input = join(bench.folder, "silence");
  await mkdir(input);
  const tone = `sine=frequency=200:duration=${seconds}:sample_rate=16000`;
  const path = join(input, "long.flac");
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", tone, path]);
  // What stays in the library lets a second run write more formats.
  const kept = ["--no-forget"];
  const first = await peakOf(batching(bench.folder, input, ...kept, "--formats", "txt"));
  await putWords(bench.folder, seconds);
  bench.note(`results of ${seconds} s of speech`);
  const second = await peakOf(batching(bench.folder, input, ...kept));
  await clear(bench.folder);
  await rm(input, { recursive: true });
  return Math.max(first, second);
}

function transcriptOf(seconds: number): Transcript {
  const words = Array.from({ length: Math.round(seconds * 2.8) }, (_, index) => ({
    text: `word${index % 997}`,
    startMs: index * 360,
    endMs: index * 360 + 300,
    confidence: ((index * 37) % 100) / 100,
  }));
  const engine = { name: "made up", version: "1", model: "none" };
  return { languageCode: "en-US", words, engine };
}

/** Replaces the stored transcript by one with words for so many seconds of speech. */
async function putWords(folder: string, seconds: number): Promise<void> {
  const dataDir = join(folder, "library");
  const transcript = transcriptOf(seconds);
  const json = JSON.stringify(toTranscribeJson({ jobName: "long", transcript }));
  const version = await withLibrary(dataDir, async (library) => {
    const { outputs } = await library.show("batch/long.flac");
    return outputs.find(({ key }) => key.startsWith("output/transcribe/"))?.version ?? "";
  });
  const objects = join(dataDir, "objects/outputs");
  const found = readdirSync(objects).find((name) => existsSync(join(objects, name, version)));
  await writeFile(join(objects, found ?? "", version), json);
  const database = new DatabaseSync(join(dataDir, "dailies.db"));
  const { changes } = database
    .prepare("UPDATE objects SET size_bytes = ? WHERE bucket = 'outputs' AND version = ?")
    .run(Buffer.byteLength(json), version);
  database.close();
  if (changes !== 1) throw new Error("the stored transcript was not replaced");
}

/** Milliseconds for the document of three hours. */
async function documentMs(): Promise<number> {
  const transcript = transcriptOf(10_714); // 30,000 words
  const startedAt = performance.now();
  await transcriptDocument({ name: "long.wav", transcript });
  return performance.now() - startedAt;
}

export async function batchFigure(bench: Bench): Promise<Findings> {
  const rows: Row[] = [];
  const took: number[] = [];
  for (let round = 0; round < Math.min(bench.rounds, 5); round += 1) took.push(await documentMs());
  const document = "Word document of 30,000 words";
  rows.push({ what: document, unit: "ms", measured: spreadOf(took), target: atMost(3_000) });
  const { row, remark } = await againstXargs(bench);
  rows.push(row);
  const [few, many] = bench.quick ? [10, 100] : [50, 5_000];
  const peaks: number[] = [];
  for (const count of [few, many]) {
    bench.note(`${count} inputs`);
    peaks.push(await peakOfMany(bench, count));
  }
  const [small = NaN, large = NaN] = peaks;
  const comparison = { what: `of ${few} inputs`, measured: spreadOf([small]) };
  rows.push({
    what: `memory of a batch of ${many.toLocaleString("en")} inputs`,
    unit: "MB",
    measured: spreadOf([large]),
    comparison,
    target: atMost(small + 50),
  });
  const [short, long] = bench.quick ? [20, 180] : [180, 10_800];
  bench.note(`${short} s against ${long} s`);
  const [brief, whole] = [await peakOfSilence(bench, short), await peakOfSilence(bench, long)];
  rows.push({
    what: `memory for one recording of ${long / 60} min, and the results of as much speech`,
    unit: "MB",
    measured: spreadOf([whole]),
    comparison: { what: `of ${(short / 60).toFixed(1)} min`, measured: spreadOf([brief]) },
    target: atMost(brief + 50),
  });
  return {
    rows,
    remarks: [
      remark,
      "Memory is the largest resident size of the main process. The many inputs are files that fail as soon " +
        "as they are read. The long recording is a tone, in which no engine finds speech. Then a transcript of as " +
        "much speech replaces its empty transcript, and its results are written.",
    ],
  };
}
