// Kills `dailies process` with SIGKILL at random moments and in several ways, starts it again, and checks
// that nothing was lost, made twice or left behind: the library and the results must equal those of an
// undisturbed run. Usage: node scripts/chaos.ts [rounds] [seed]
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { start, type Ended, type Running } from "../test/support/command.ts";
import { ffmpeg } from "../test/support/ffmpeg.ts";
import { filesBelow } from "../test/support/library.ts";
import { descendants, stillLiving, type ProcessSeen } from "../test/support/processes.ts";
import { randomFrom } from "../test/support/random.ts";
import { differences, leftBy, type Place } from "./chaos-left.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const rounds = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const folder = mkdtempSync(join(tmpdir(), "dailies-chaos-"));
const samples = join(folder, "samples");
const random = randomFrom(seed);

/** Makes an MP4 slow to copy but not to decode: appends a `free` box of the given size. */
function pad(path: string, bytes: number): void {
  const box = Buffer.alloc(8);
  box.writeUInt32BE(bytes, 0);
  box.write("free", 4, "latin1");
  appendFileSync(path, box);
  truncateSync(path, statSync(path).size + bytes - box.length);
}

/** Makes a video with speech, a recording and a picture, so that every step has work. */
function makeSamples(): void {
  mkdirSync(samples);
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=2"];
  const speech = ["-f", "lavfi", "-i", "flite=text='go forward ten meters':voice=slt"];
  const codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"];
  ffmpeg(...picture, ...speech, ...codecs, join(samples, "clip.mp4"));
  pad(join(samples, "clip.mp4"), 128 * 1024 ** 2);
  ffmpeg(...speech, join(samples, "speech.wav"));
  ffmpeg(...picture, "-frames:v", "1", join(samples, "picture.jpg"));
}

const placeOf = (name: string): Place => ({
  dataDir: join(folder, name, "library"),
  out: join(folder, name, "out"),
});

function begin({ dataDir, out }: Place): Running {
  const args = ["process", samples, "--data-dir", dataDir, "--out", out, "--json"];
  return start([join(root, "bin/dailies"), ...args]);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

type Moment = "any time" | "intake" | "results";

/** Waits for a moment of a run and then a random short time. Returns earlier when the run has ended. */
async function wait(moment: Moment, place: Place, usualMs: number, ended: () => boolean) {
  if (moment === "any time") return pause(random() * usualMs);
  const [watched, more] =
    moment === "intake" ? [join(place.dataDir, "objects/.incoming"), 150] : [place.out, 10];
  while (!ended() && filesBelow(watched).length === 0) await pause(1);
  return pause(random() * more);
}

type Victim = "main" | "group" | "everything" | "engine";

/** Kills the chosen processes. Returns the processes that must end because of it. */
function kill(victim: Victim, pid: number): ProcessSeen[] {
  const below = descendants(pid);
  const end = (target: number): void => {
    try {
      process.kill(target, "SIGKILL");
    } catch {
      // The process has already ended.
    }
  };
  if (victim === "engine") {
    const engine = below[Math.floor(random() * below.length)];
    if (engine !== undefined) end(engine.pid);
    return engine === undefined ? [] : [engine];
  }
  end(victim === "group" ? -pid : pid);
  if (victim === "everything") for (const child of below) end(child.pid);
  return below;
}

/** Starts a run and kills it. Returns the processes that should have ended but still live. */
async function disturb(
  place: Place,
  plan: { moment: Moment; victim: Victim },
  usualMs: number,
): Promise<{ outlived: ProcessSeen[]; ended: Ended }> {
  const running = begin(place);
  let isOver = false;
  const over = running.ended.finally(() => (isOver = true));
  await wait(plan.moment, place, usualMs, () => isOver);
  const { pid } = running.child;
  const killed = isOver || pid === undefined ? [] : kill(plan.victim, pid);
  const ended = await over;
  for (let tries = 0; tries < 20 && stillLiving(killed).length > 0; tries += 1) await pause(100);
  return { outlived: stillLiving(killed), ended };
}

const moments: readonly Moment[] = ["any time", "intake", "results", "any time"];
const victims: readonly Victim[] = ["main", "group", "everything", "engine"];

/** Disturbs one library: one or two kills, or two processes at once of which one is killed. */
async function round(number: number, usualMs: number, wanted: object): Promise<string[]> {
  const place = placeOf(`round-${number}`);
  const said: string[] = [];
  const wrong: string[] = [];
  const isPair = number % 5 === 0;
  const companion = isPair ? begin(place) : undefined;
  for (let kills = isPair || random() < 0.5 ? 1 : 2; kills > 0; kills -= 1) {
    const moment = moments[Math.floor(random() * moments.length)] ?? "any time";
    const victim = isPair ? "main" : (victims[(number + kills) % victims.length] ?? "main");
    const { outlived, ended } = await disturb(place, { moment, victim }, usualMs);
    said.push(`${victim} ${moment} after ${Math.round(ended.ms)} ms`);
    wrong.push(...outlived.map(({ pid, command }) => `left running: ${pid} ${command}`));
    if (victim === "engine" && ended.exitCode !== 0)
      wrong.push(`without an engine it ended with ${ended.exitCode}: ${ended.stdout}`);
  }
  // The other process of a pair does all the work alone. It may end before the first one is killed;
  // then the next start cleans up.
  for (const run of [() => companion, () => begin(place)]) {
    const last = await run()?.ended;
    if (last !== undefined && last.exitCode !== 0)
      wrong.push(`exit code ${last.exitCode}: ${last.stdout}${last.stderr}`);
  }
  wrong.push(...differences(leftBy(place), wanted));
  const how = isPair ? "two at once, one of them killed: " : "";
  console.log(`round ${number}: ${how}${said.join(", ")}: ${wrong.join("; ") || "fine"}`);
  if (wrong.length === 0) rmSync(join(folder, `round-${number}`), { recursive: true });
  return wrong;
}

makeSamples();
const usual = placeOf("undisturbed");
const undisturbed = await begin(usual).ended;
if (undisturbed.exitCode !== 0) throw new Error(undisturbed.stdout + undisturbed.stderr);
console.log(
  `${rounds} rounds, seed ${seed}; undisturbed it takes ${Math.round(undisturbed.ms)} ms`,
);
const wanted = leftBy(usual);
let failed = 0;
for (let number = 1; number <= rounds; number += 1)
  if ((await round(number, undisturbed.ms, wanted)).length > 0) failed += 1;
console.log(
  failed === 0
    ? "nothing lost, nothing twice, nothing left"
    : `${failed} rounds failed; see ${folder}`,
);
if (failed === 0) rmSync(folder, { recursive: true });
process.exitCode = failed === 0 ? 0 : 1;
