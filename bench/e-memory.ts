import { open, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { largeLibrary, libraryFor } from "./c-catalog.ts";
import { atMost, spreadOf, type Bench, type Findings, type Row } from "./figure.ts";
import { dailies, peakBytes } from "./measure.ts";
import { processing } from "./ours.ts";

const mega = 1_000_000;
/** Eight channels of 32 bits at 192 kHz: a large file with a short playing time. */
const sampleRate = 192_000;
const frameBytes = 8 * 4;

/**
 * Makes a recording of a given size: a WAV, or RF64 above 4 GB, because a plain header cannot hold
 * that size. Its samples are a hole in the file: silence that needs no disk space.
 */
async function makeRecording(path: string, sizeBytes: number): Promise<string> {
  const header = Buffer.alloc(80);
  const large = sizeBytes >= 2 ** 32;
  const data = Math.floor((sizeBytes - header.length) / frameBytes) * frameBytes;
  header.write(large ? "RF64" : "RIFF", 0, "latin1");
  header.writeUInt32LE(large ? 0xffff_ffff : data + 72, 4);
  header.write("WAVE", 8, "latin1");
  header.write(large ? "ds64" : "JUNK", 12, "latin1");
  header.writeUInt32LE(28, 16);
  if (large) {
    header.writeBigUInt64LE(BigInt(data + 72), 20);
    header.writeBigUInt64LE(BigInt(data), 28);
    header.writeBigUInt64LE(BigInt(data / frameBytes), 36);
  }
  header.write("fmt ", 48, "latin1");
  header.writeUInt32LE(16, 52);
  header.writeUInt16LE(1, 56);
  header.writeUInt16LE(8, 58);
  header.writeUInt32LE(sampleRate, 60);
  header.writeUInt32LE(sampleRate * frameBytes, 64);
  header.writeUInt16LE(frameBytes, 68);
  header.writeUInt16LE(32, 70);
  header.write("data", 72, "latin1");
  header.writeUInt32LE(large ? 0xffff_ffff : data, 76);
  const file = await open(path, "w");
  await file.write(header);
  await file.close();
  await truncate(path, header.length + data);
  return path;
}

async function peakOf(rounds: number, args: (round: number) => readonly string[]) {
  const peaks: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [command = "", ...others] = args(round);
    peaks.push((await peakBytes(command, others)) / mega);
  }
  return peaks;
}

export async function memory(bench: Bench): Promise<Findings> {
  const rounds = Math.min(bench.rounds, 3);
  const node = await peakOf(rounds, () => [process.execPath, "-e", "0"]);
  const rows: Row[] = [];
  const add = (what: string, peaks: number[], hasTarget = true) =>
    rows.push({
      what,
      unit: "MB",
      measured: spreadOf(peaks),
      comparison: { what: "`node -e 0`", measured: spreadOf(node) },
      ...(hasTarget ? { target: atMost(150) } : {}),
    });
  for (const sizeMb of bench.quick ? [1, 20] : [1, 100, 1_000, 5_000]) {
    bench.note(`a recording of ${sizeMb} MB`);
    const path = await makeRecording(join(bench.folder, "recording.wav"), sizeMb * mega);
    const dataDir = join(bench.folder, "library");
    const once = sizeMb >= 1_000 ? 1 : rounds;
    const peaks: number[] = [];
    for (let round = 0; round < once; round += 1) {
      peaks.push(...(await peakOf(1, () => processing(dataDir, path, ["audio"]))));
      await rm(dataDir, { recursive: true });
    }
    add(`process --only audio, a recording of ${sizeMb.toLocaleString("en")} MB`, peaks);
    await rm(path);
  }
  const sizes = bench.quick
    ? [{ media: 1_000, transcripts: 100 }]
    : [
        { media: 1_000, transcripts: 100 },
        { media: 30_000, transcripts: 3_000 },
      ];
  for (const size of [...sizes, largeLibrary(bench)]) {
    const dataDir = await libraryFor(bench, size);
    const holding = `${size.media.toLocaleString("en")} media files`;
    bench.note(holding);
    const listing = ["ls", "--data-dir", dataDir, "--limit", "50"];
    const searching = ["search", "weather", "--data-dir", dataDir];
    add(`ls --limit 50, ${holding}`, await peakOf(rounds, () => [dailies, ...listing]));
    add(`search, common word, ${holding}`, await peakOf(rounds, () => [dailies, ...searching]));
    const path = await makeRecording(join(bench.folder, "small.wav"), mega);
    add(
      `process --only audio, 1 MB, ${holding}`,
      await peakOf(1, () => processing(dataDir, path, ["audio"])),
    );
    const everything = ["ls", "--data-dir", dataDir, "--jsonl"];
    add(`ls of everything, ${holding}`, await peakOf(1, () => [dailies, ...everything]), false);
  }
  return {
    rows,
    remarks: [
      "The figures are the largest resident size (VmHWM) of the main process. Its children have their own " +
        "limits and are not included. Half of it is Node itself.",
      "The recordings are WAV files of eight channels at 192 kHz, silent and sparse on the disk. Import reads and " +
        "hashes every byte, and ffmpeg decodes all of it.",
    ],
  };
}
