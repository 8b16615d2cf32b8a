// Kills `dailies process` with -9, the whole process group, at random moments, starts it again, and
// looks whether anything was lost, made twice or left behind. Usage: node scripts/chaos.ts [rounds] [seed]
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const rounds = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const folder = mkdtempSync(join(tmpdir(), "dailies-chaos-"));
const samples = join(folder, "samples");

/** A repeatable random source: mulberry32. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function ffmpeg(...args: string[]): void {
  const { status, stderr } = spawnSync("ffmpeg", ["-v", "error", "-y", ...args]);
  if (status !== 0) throw new Error(String(stderr));
}

/** A video with speech, a recording and a picture: every step has something to do. */
function makeSamples(): void {
  mkdirSync(samples);
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=3"];
  const speech = ["-f", "lavfi", "-i", "flite=text='go forward ten meters':voice=slt"];
  const codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"];
  ffmpeg(...picture, ...speech, ...codecs, join(samples, "clip.mp4"));
  ffmpeg(...speech, join(samples, "speech.wav"));
  ffmpeg(...picture, "-frames:v", "1", join(samples, "picture.jpg"));
}

interface Ended {
  readonly code: number | null;
  readonly ms: number;
  readonly output: string;
}

/** Runs `dailies process` in a process group of its own; kills the group after so many milliseconds. */
function processSamples(dataDir: string, killAfterMs?: number): Promise<Ended> {
  const startedAt = performance.now();
  const args = ["process", samples, "--data-dir", dataDir, "--json"];
  const child = spawn(join(root, "bin/dailies"), args, { detached: true });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk));
  const kill = () => child.pid !== undefined && process.kill(-child.pid, "SIGKILL");
  const timer = killAfterMs === undefined ? undefined : setTimeout(kill, killAfterMs);
  return new Promise((resolve) =>
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, ms: performance.now() - startedAt, output });
    }),
  );
}

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => entry.name);
}

/** Living processes whose command line names the data directory; a zombie is no leak. */
function processesOf(dataDir: string): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        const state = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
        return command.includes(dataDir) && state !== "Z" ? [`${pid} ${command}`] : [];
      } catch {
        return []; // it has just ended
      }
    });
}

/** Everything that is not as an undisturbed run would have left it. */
function wrongIn(dataDir: string): string[] {
  const database = new DatabaseSync(join(dataDir, "dailies.db"));
  const all = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => Object.values(row)[0]);
  const wrong: string[] = [];
  const expect = (what: string, found: unknown, wanted: unknown) => {
    if (JSON.stringify(found) !== JSON.stringify(wanted))
      wrong.push(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  };
  expect("integrity", all("PRAGMA integrity_check"), ["ok"]);
  expect("media", all("SELECT name || ' ' || state FROM media ORDER BY name"), [
    "clip.mp4 ready",
    "picture.jpg ready",
    "speech.wav ready",
  ]);
  expect("open jobs", all("SELECT step FROM jobs WHERE state IN ('queued', 'running')"), []);
  expect(
    "jobs made twice",
    all("SELECT part FROM jobs GROUP BY version, part HAVING count(*) > 1"),
    [],
  );
  expect("sessions", all("SELECT session FROM sessions"), []);
  expect("trash", all("SELECT version FROM trash"), []);
  const known = all("SELECT version FROM objects").map(String).toSorted();
  expect("objects", filesBelow(join(dataDir, "objects")).toSorted(), known);
  expect("working folders", readdirSync(join(dataDir, "work")), []);
  database.close();
  return wrong;
}

async function round(number: number, random: () => number, usualMs: number): Promise<string[]> {
  const dataDir = join(folder, `round-${number}`);
  const kills = 1 + Math.floor(random() * 3);
  const moments = Array.from({ length: kills }, () => Math.round(random() * usualMs));
  for (const moment of moments) await processSamples(dataDir, moment);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const left = processesOf(dataDir);
  const last = await processSamples(dataDir);
  const wrong = [
    ...left.map((line) => `left running: ${line}`),
    ...(last.code === 0 ? [] : [`exit code ${last.code}: ${last.output}`]),
    ...wrongIn(dataDir),
    ...processesOf(dataDir).map((line) => `left running at the end: ${line}`),
  ];
  console.log(`round ${number}: killed at ${moments.join(", ")} ms: ${wrong.join("; ") || "fine"}`);
  if (wrong.length === 0) rmSync(dataDir, { recursive: true });
  return wrong;
}

makeSamples();
const undisturbed = await processSamples(join(folder, "undisturbed"));
if (undisturbed.code !== 0) throw new Error(undisturbed.output);
console.log(
  `${rounds} rounds, seed ${seed}; undisturbed it takes ${Math.round(undisturbed.ms)} ms`,
);
const random = randomFrom(seed);
let failed = 0;
for (let number = 1; number <= rounds; number += 1)
  if ((await round(number, random, undisturbed.ms)).length > 0) failed += 1;
console.log(
  failed === 0
    ? "nothing lost, nothing twice, nothing left"
    : `${failed} rounds failed; see ${folder}`,
);
if (failed === 0) rmSync(folder, { recursive: true });
process.exitCode = failed === 0 ? 0 : 1;
