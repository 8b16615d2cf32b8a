// Disturbs `dailies serve` while it takes in uploads, processes them and sends messages: SIGKILL, a full
// disk, a clock that jumps, a webhook receiver and a mail server that fail, clients that break off; often
// several at a time. After the disturbances nothing may be lost: every answered upload exists, every media
// file has ended, and every message has reached each receiver or is a dead letter.
// Usage: node scripts/chaos-server.ts [rounds] [seed] [--short]; a round disturbs for 20 s, a short one for 6.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../test/support/command.ts";
import { openMounts } from "../test/support/mounts.ts";
import { chanceOf, pause, type Chance } from "./chaos-random.ts";
import { putObject, breakOff, tusUpload } from "./chaos-server-clients.ts";
import { isOver, judge } from "./chaos-server-judge.ts";
import { prepareServer, type StressedServer } from "./chaos-server-process.ts";
import { openReceivers, type Receivers } from "./chaos-server-receivers.ts";

const numbers = process.argv.slice(2).filter((argument) => argument !== "--short");
const rounds = Number(numbers[0] ?? 3);
const seed = Number(numbers[1] ?? Date.now() % 1_000_000);
const disturbedMs = process.argv.includes("--short") ? 6_000 : 20_000;
const folder = mkdtempSync(join(tmpdir(), "dailies-chaos-server-"));
const hourMs = 3_600_000;

/** A film, a recording, a picture and a broken file, so that there are messages of both topics. */
function makeSamples(): Readonly<Record<string, Uint8Array>> {
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=1"];
  const tone = ["-f", "lavfi", "-i", "sine=frequency=300:duration=1"];
  const made: Record<string, string[]> = {
    "film.mp4": [...picture, ...tone, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"],
    "tone.wav": tone,
    "still.jpg": [...picture, "-frames:v", "1"],
  };
  const samples: Record<string, Uint8Array> = { "broken.mp4": Buffer.from("this is no film") };
  for (const [name, args] of Object.entries(made)) {
    const path = join(folder, name);
    const { status, stderr } = spawnSync("ffmpeg", ["-v", "error", "-y", ...args, path]);
    if (status !== 0) throw new Error(String(stderr));
    samples[name] = readFileSync(path);
  }
  return samples;
}

/** Subscribes both kinds of receiver to both topics. One mail asks for the confirmation of both. */
async function subscribe(server: StressedServer, receivers: Receivers): Promise<void> {
  for (const address of [receivers.url, "ada@example.org"]) {
    const said = await server.run("notify", "subscribe", "both", address, "--json");
    if (said.exitCode !== 0) throw new Error(said.stdout + said.stderr);
  }
  await until("the mail that asks", () => receivers.tokens().length === 1);
  for (const token of receivers.tokens()) {
    const said = await server.run("notify", "confirm", token);
    if (said.exitCode !== 0) throw new Error(`${token}: ${said.stdout}${said.stderr}`);
  }
  const { stdout } = await server.run("notify", "list", "--json");
  const confirmed = stdout.match(/"state": "confirmed"/g)?.length;
  if (confirmed !== 4) throw new Error(`${confirmed} of 4 subscriptions are confirmed: ${stdout}`);
}

/** The disturbances. Each is repeated independently of the others. */
function disturbances(server: StressedServer, receivers: Receivers, names: readonly string[]) {
  const fill = async (chance: Chance): Promise<string> => {
    // completely full, or with too little space for outputs
    server.fill(chance.one([0, 20_000, 1_200_000, 1_500_000]));
    await pause(chance.between(300, 2_500));
    server.fill();
    return "disk full";
  };
  const jump = async (chance: Chance): Promise<string> => {
    const hours = chance.one([-50, -2, -0.01, 0.01, 0.5, 3, 26, 80]);
    server.setClock(hours * hourMs);
    return `clock ${hours} h`;
  };
  const kill = async (): Promise<string> => {
    await server.kill();
    await server.start();
    return "kill";
  };
  const client = async (chance: Chance): Promise<string> => {
    await breakOff(server.url, names, chance);
    return "client broke off";
  };
  return [
    { whose: "kill", everyMs: disturbedMs / 5, work: kill },
    { whose: "disk", everyMs: disturbedMs / 5, work: fill },
    { whose: "clock", everyMs: 1_500, work: jump },
    { whose: "webhook", everyMs: 1_500, work: receivers.disturbWebhook },
    { whose: "mail", everyMs: 2_000, work: receivers.disturbMail },
    { whose: "client", everyMs: 60, work: client },
  ];
}

/** Runs all disturbances at once for a while. Returns how often each happened. */
async function disturbServer(
  number: number,
  server: StressedServer,
  receivers: Receivers,
  names: readonly string[],
): Promise<Map<string, number>> {
  const happened = new Map<string, number>();
  const endsAt = performance.now() + disturbedMs;
  const repeat = async ({ whose, everyMs, work }: ReturnType<typeof disturbances>[number]) => {
    const chance = chanceOf(seed, number, whose);
    for (;;) {
      await pause(chance.between(everyMs / 10, 2 * everyMs));
      if (performance.now() > endsAt) return;
      const what = await work(chance);
      happened.set(what, (happened.get(what) ?? 0) + 1);
    }
  };
  await Promise.all(disturbances(server, receivers, names).map(repeat));
  return happened;
}

/** Waits until everything has ended. The clock is set forward so that retries need not wait for hours. */
async function waitForEnd(server: StressedServer, expected: number): Promise<void> {
  const since = performance.now();
  for (let hours = 0; performance.now() - since < 180_000; hours += 1) {
    server.setClock(hours * hourMs);
    await pause(500);
    try {
      if (isOver(server.seen, expected)) return;
    } catch {
      // the catalog was copied during a write
    }
  }
  server.wrong.push("not everything has ended within three minutes");
}

async function round(number: number, samples: ReturnType<typeof makeSamples>): Promise<string[]> {
  const receivers = await openReceivers();
  const mounts = await openMounts();
  const server = prepareServer(mounts, join(folder, `round-${number}`), {
    webhooks: { allowPrivate: true, ports: [new URL(receivers.url).port].map(Number) },
    smtp: { host: "127.0.0.1", port: receivers.mailPort, from: "dailies@example.org" },
  });
  await server.start();
  await subscribe(server, receivers);

  let resumed = 0;
  const uploads = Object.entries(samples).flatMap(([name, bytes]) => {
    const chance = chanceOf(seed, number, name);
    const later = <T>(begin: () => Promise<T>): Promise<T> =>
      pause(chance.between(0, disturbedMs)).then(begin);
    const put = (key: string) => later(() => putObject(server.url, key, bytes, chance));
    const tus = (key: string) =>
      later(() => tusUpload(server.url, key, bytes, chance, () => (resumed += 1)));
    // the same bytes several times, so that some uploads share results
    return [
      { name, done: put(name) },
      { name: `again/${name}`, done: put(`again/${name}`) },
      { name: `slowly/${name}`, done: tus(`slowly/${name}`) },
    ];
  });
  const names = uploads.map(({ name }) => name);
  const happened = await disturbServer(number, server, receivers, names);
  server.fill();
  server.setClock(0);
  for (const said of await Promise.all(uploads.map(({ done }) => done))) server.wrong.push(...said);
  await server.kill();
  await server.start(); // the start takes in uploads that are complete but not recorded
  await waitForEnd(server, names.length);
  await server.stop();
  const verdict = judge(server.seen, receivers, names);
  const wrong = [...server.wrong, ...verdict.wrong];
  const what = [...happened].map(([name, times]) => `${times} × ${name}`).toSorted();
  const summary = `${verdict.messages} messages, ${receivers.webhooks.length} webhooks and ${receivers.mails().length} mails taken, ${verdict.dead} dead`;
  console.log(`round ${number}: ${what.join(", ")}; ${resumed} uploads resumed; ${summary}`);
  for (const one of wrong) console.log(`  ${one}`);
  if (wrong.length > 0) spawnSync("cp", ["-r", server.seen, join(folder, `library-${number}`)]);
  mounts.close();
  await receivers.close();
  return wrong;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1)); // this also ends the server
const startedAt = performance.now();
console.log(`seed ${seed}`);
const samples = makeSamples();
let failures = 0;
for (let number = 1; number <= rounds; number += 1)
  failures += (await round(number, samples)).length;
const seconds = Math.round((performance.now() - startedAt) / 1_000);
if (failures === 0) rmSync(folder, { recursive: true });
console.log(failures === 0 ? `nothing lost, in ${seconds} s` : `${failures} wrong; see ${folder}`);
process.exit(failures === 0 ? 0 : 2);
