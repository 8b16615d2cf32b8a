// Torments `dailies serve` while things are uploaded, worked on and told: kill -9, a full disk, a
// clock that jumps, a webhook's receiver and a mail server that fail, clients that break off; often
// several at a time. Then all is well again, and nothing may be lost: every upload that was answered
// is there, every media has come to its end, and every message has reached each receiver or lies
// with the dead letters.
// Usage: node scripts/chaos-server.ts [rounds] [seed] [--short]; a round is 20 s of storm, a short one 6.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../test/support/command.ts";
import { openMounts } from "../test/support/mounts.ts";
import { chanceOf, pause, type Chance } from "./chaos-random.ts";
import { putObject, rude, tusUpload } from "./chaos-server-clients.ts";
import { isOver, judge } from "./chaos-server-judge.ts";
import { torment, type Tormented } from "./chaos-server-process.ts";
import { openAudience, type Audience } from "./chaos-server-receivers.ts";

const numbers = process.argv.slice(2).filter((argument) => argument !== "--short");
const rounds = Number(numbers[0] ?? 3);
const seed = Number(numbers[1] ?? Date.now() % 1_000_000);
const stormMs = process.argv.includes("--short") ? 6_000 : 20_000;
const folder = mkdtempSync(join(tmpdir(), "dailies-chaos-server-"));
const hourMs = 3_600_000;

/** A film, a recording, a picture, and what is none of these: both topics have something to tell. */
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

/** Both kinds of receiver hear of both topics. */
async function subscribe(server: Tormented, audience: Audience): Promise<void> {
  for (const address of [audience.url, "ada@example.org"]) {
    const said = await server.run("notify", "subscribe", "both", address, "--json");
    if (said.exitCode !== 0) throw new Error(said.stdout + said.stderr);
  }
  await until("two mails that ask", () => audience.tokens().length === 2);
  for (const token of audience.tokens()) {
    const said = await server.run("notify", "confirm", token);
    if (said.exitCode !== 0) throw new Error(`${token}: ${said.stdout}${said.stderr}`);
  }
  const { stdout } = await server.run("notify", "list", "--json");
  const confirmed = stdout.match(/"state": "confirmed"/g)?.length;
  if (confirmed !== 4) throw new Error(`${confirmed} of 4 subscriptions are confirmed: ${stdout}`);
}

/** What happens to the server, each again and again on its own, until the storm is over. */
function plagues(server: Tormented, audience: Audience, names: readonly string[]) {
  const fill = async (chance: Chance): Promise<string> => {
    // quite full; or so that what is begun does not fit
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
  const breakOff = async (chance: Chance): Promise<string> => {
    await rude(server.url, names, chance);
    return "rude client";
  };
  return [
    { whose: "kill", everyMs: stormMs / 5, work: kill },
    { whose: "disk", everyMs: stormMs / 5, work: fill },
    { whose: "clock", everyMs: 1_500, work: jump },
    { whose: "webhook", everyMs: 1_500, work: audience.troubleWebhook },
    { whose: "mail", everyMs: 2_000, work: audience.troubleMail },
    { whose: "rude", everyMs: 60, work: breakOff },
  ];
}

/** Everything at once for a while. Returns what happened, and how often. */
async function storm(
  number: number,
  server: Tormented,
  audience: Audience,
  names: readonly string[],
): Promise<Map<string, number>> {
  const happened = new Map<string, number>();
  const endsAt = performance.now() + stormMs;
  const rage = async ({ whose, everyMs, work }: ReturnType<typeof plagues>[number]) => {
    const chance = chanceOf(seed, number, whose);
    for (;;) {
      await pause(chance.between(everyMs / 10, 2 * everyMs));
      if (performance.now() > endsAt) return;
      const what = await work(chance);
      happened.set(what, (happened.get(what) ?? 0) + 1);
    }
  };
  await Promise.all(plagues(server, audience, names).map(rage));
  return happened;
}

/** All is well again; a clock that goes ahead spares us the hours until what failed is tried again. */
async function calm(server: Tormented, expected: number): Promise<void> {
  const since = performance.now();
  for (let hours = 0; performance.now() - since < 180_000; hours += 1) {
    server.setClock(hours * hourMs);
    await pause(500);
    try {
      if (isOver(server.seen, expected)) return;
    } catch {
      // it was copied while it was written to
    }
  }
  server.wrong.push("not everything has ended within three minutes");
}

async function round(number: number, samples: ReturnType<typeof makeSamples>): Promise<string[]> {
  const audience = await openAudience();
  const mounts = await openMounts();
  const server = torment(mounts, join(folder, `round-${number}`), {
    webhooks: { allowPrivate: true, ports: [new URL(audience.url).port].map(Number) },
    smtp: { host: "127.0.0.1", port: audience.mailPort, from: "dailies@example.org" },
  });
  await server.start();
  await subscribe(server, audience);

  let resumed = 0;
  const uploads = Object.entries(samples).flatMap(([name, bytes]) => {
    const chance = chanceOf(seed, number, name);
    const later = <T>(begin: () => Promise<T>): Promise<T> =>
      pause(chance.between(0, stormMs)).then(begin);
    const put = (key: string) => later(() => putObject(server.url, key, bytes, chance));
    const tus = (key: string) =>
      later(() => tusUpload(server.url, key, bytes, chance, () => (resumed += 1)));
    // the same bytes several times: some share what was made
    return [
      { name, done: put(name) },
      { name: `again/${name}`, done: put(`again/${name}`) },
      { name: `slowly/${name}`, done: tus(`slowly/${name}`) },
    ];
  });
  const names = uploads.map(({ name }) => name);
  const happened = await storm(number, server, audience, names);
  server.fill();
  server.setClock(0);
  for (const said of await Promise.all(uploads.map(({ done }) => done))) server.wrong.push(...said);
  await server.kill();
  await server.start(); // what was complete and not recorded is taken in at the start
  await calm(server, names.length);
  await server.stop();
  const verdict = judge(server.seen, audience, names);
  const wrong = [...server.wrong, ...verdict.wrong];
  const what = [...happened].map(([name, times]) => `${times} × ${name}`).toSorted();
  const told = `${verdict.messages} messages, ${audience.webhooks.length} webhooks and ${audience.mails().length} mails taken, ${verdict.dead} dead`;
  console.log(`round ${number}: ${what.join(", ")}; ${resumed} uploads resumed; ${told}`);
  for (const one of wrong) console.log(`  ${one}`);
  if (wrong.length > 0) spawnSync("cp", ["-r", server.seen, join(folder, `library-${number}`)]);
  mounts.close();
  await audience.close();
  return wrong;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1)); // the server goes with us
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
