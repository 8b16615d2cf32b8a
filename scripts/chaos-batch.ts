// Kills `dailies batch` with SIGKILL at random moments, repeatedly, and checks that its folders equal
// those of an undisturbed batch. Usage: node scripts/chaos-batch.ts [kills] [inputs] [seed]
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { batchResults, endedSoFar, endedTwice } from "../test/support/batch-results.ts";
import { dailiesCommand, start } from "../test/support/command.ts";
import { ffmpeg } from "../test/support/ffmpeg.ts";
import { lookAt } from "../test/support/library.ts";
import { randomFrom } from "../test/support/random.ts";

const kills = Number(process.argv[2] ?? 20);
const inputs = Number(process.argv[3] ?? 40);
const seed = Number(process.argv[4] ?? Date.now() % 1_000_000);
const folder = mkdtempSync(join(tmpdir(), "dailies-chaos-batch-"));
const speech = fileURLToPath(new URL("../../shared/media/speech/", import.meta.url));
const random = randomFrom(seed);

/** Makes short recordings, each different: of every four, one of speech (if available) and three tones. */
function makeRecordings(): string {
  const source = join(folder, "recordings");
  mkdirSync(join(source, "sub folder"), { recursive: true });
  const voices = existsSync(speech)
    ? readdirSync(speech).filter((name) => name.endsWith(".wav"))
    : [];
  for (let index = 0; index < inputs; index += 1) {
    const path = join(source, index % 5 === 4 ? "sub folder" : ".", `take ${index}.wav`);
    const voice = voices[(index / 4) % voices.length];
    const from =
      index % 4 === 0 && voice !== undefined
        ? ["-t", String(1 + index / 100), "-i", join(speech, voice)]
        : ["-f", "lavfi", "-i", `sine=frequency=${200 + index}:duration=0.5`];
    ffmpeg(...from, "-ar", "16000", "-ac", "1", path);
  }
  return source;
}

function place(name: string, source: string) {
  const at = {
    input: join(folder, name, "in"),
    output: join(folder, name, "out"),
    dataDir: join(folder, name, "lib"),
  };
  cpSync(source, at.input, { recursive: true });
  return at;
}

function begin({ input, output, dataDir }: ReturnType<typeof place>) {
  const published = ["--archive", "move", "--forget"];
  return start([
    ...dailiesCommand,
    "batch",
    input,
    output,
    ...published,
    "--data-dir",
    dataDir,
    "--json",
  ]);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const source = makeRecordings();
const quiet = place("undisturbed", source);
const usual = await begin(quiet).ended;
if (usual.exitCode !== 0) throw new Error(usual.stdout + usual.stderr);
console.log(
  `${kills} kills, ${inputs} recordings, seed ${seed}; undisturbed: ${Math.round(usual.ms)} ms`,
);

const rough = place("killed", source);
for (let kill = 1; kill <= kills; kill += 1) {
  const running = begin(rough);
  const over = { yet: false };
  void running.ended.then(() => (over.yet = true));
  // This spreads the kills over the whole batch, although it starts again after each.
  const share = Math.floor((inputs * (kill - 1)) / kills);
  while (!over.yet && endedSoFar(rough.output) < share) await pause(2);
  await pause(random() * (kill % 4 === 0 ? 40 : (2 * usual.ms) / inputs + 400));
  const isKilled = !over.yet;
  if (isKilled) process.kill(-(running.child.pid ?? 0), "SIGKILL");
  await running.ended;
  console.log(
    `kill ${kill}: ${isKilled ? `after ${endedSoFar(rough.output)} ended` : "it was over"}`,
  );
}
const last = await begin(rough).ended;
const wrong: string[] = last.exitCode === 0 ? [] : [`exit code ${last.exitCode}: ${last.stdout}`];
const [wanted, found] = [quiet, rough].map(({ input, output }) => batchResults(input, output));
wrong.push(
  ...(found ?? []).filter((one) => wanted?.includes(one) === false).map((one) => `+ ${one}`),
);
wrong.push(
  ...(wanted ?? []).filter((one) => found?.includes(one) === false).map((one) => `- ${one}`),
);
wrong.push(...endedTwice(rough.output).map((path) => `done twice: ${path}`));
for (const [what, left] of Object.entries(lookAt(rough.dataDir)))
  if (Array.isArray(left) && left.length > 0)
    wrong.push(`left in the library: ${what} ${left.join(", ")}`);
console.log(
  wrong.length === 0
    ? `the ${wanted?.length} files are the same, and nothing is left`
    : wrong.join("\n"),
);
if (wrong.length === 0) rmSync(folder, { recursive: true });
else console.log(`see ${folder}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
