// Kills `dailies serve` with -9 while things are uploaded, worked on and told, starts it again, and
// looks whether anything was lost: every upload that was answered is there, every media has come to
// its end, and every message has reached the receiver or lies with the dead letters.
// Usage: node scripts/chaos-server.ts [rounds] [seed]
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openReceiver, type Receiver } from "../src/notify/receivers.fixture.ts";
import { dailies, dailiesCommand, start, until, type Running } from "../test/support/command.ts";
import { lookAt, withCatalog } from "../test/support/library.ts";
import { descendants, stillLiving } from "../test/support/processes.ts";

const rounds = Number(process.argv[2] ?? 3);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const folder = mkdtempSync(join(tmpdir(), "dailies-chaos-server-"));
const random = randomFrom(seed);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A repeatable random source: mulberry32. */
function randomFrom(first: number): () => number {
  let state = first;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A film, a recording, a picture, and what is none of these: both topics have something to tell. */
function makeSamples(): Record<string, Buffer> {
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=1"];
  const tone = ["-f", "lavfi", "-i", "sine=frequency=300:duration=1"];
  const made: Record<string, string[]> = {
    "film.mp4": [...picture, ...tone, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"],
    "tone.wav": tone,
    "still.jpg": [...picture, "-frames:v", "1"],
  };
  const samples: Record<string, Buffer> = { "broken.mp4": Buffer.from("this is no film") };
  for (const [name, args] of Object.entries(made)) {
    const path = join(folder, name);
    const { status, stderr } = spawnSync("ffmpeg", ["-v", "error", "-y", ...args, path]);
    if (status !== 0) throw new Error(String(stderr));
    samples[name] = readFileSync(path);
  }
  return samples;
}

interface Server {
  readonly running: Running;
  readonly url: string;
}

async function startServer(dataDir: string): Promise<Server> {
  const args = ["serve", "--port", "0", "--json", "--grace", "20", "--data-dir", dataDir];
  const running = start([...dailiesCommand, ...args]);
  await until("the server listens", () => running.said().includes("\n}"), 60_000);
  return { running, url: (JSON.parse(running.said()) as { url: string }).url };
}

/** Kills it with -9; whatever it had started must be gone soon after. What it had logged goes to `log`. */
async function kill({ running }: Server, log: (text: string) => void): Promise<string[]> {
  const { pid } = running.child;
  if (pid === undefined) return [];
  const below = descendants(pid);
  const isThere = running.child.kill("SIGKILL");
  log((await running.ended).stderr);
  for (let tries = 0; tries < 30 && stillLiving(below).length > 0; tries += 1) await pause(100);
  const left = stillLiving(below).map(({ pid: one, command }) => `left running: ${one} ${command}`);
  return isThere ? left : [...left, "the server had ended by itself"];
}

/** As a client does that does not give up: again until it is answered. */
async function upload(address: () => string, name: string, bytes: Buffer): Promise<string[]> {
  for (let tries = 0; tries < 300; tries += 1) {
    try {
      const url = `${address()}/v1/objects/${encodeURIComponent(name)}`;
      const answer = await fetch(url, { method: "PUT", body: slowly(bytes), duplex: "half" });
      const text = await answer.text();
      if (answer.ok) return [];
      if (answer.status < 500) return [`${name} was refused: ${answer.status} ${text}`];
    } catch {
      // the server was killed
    }
    await pause(50);
  }
  return [`${name} was never taken in`];
}

/** In small pieces, so that there is a time at which half of it has been sent. */
async function* slowly(bytes: Buffer): AsyncGenerator<Uint8Array> {
  const size = Math.ceil(bytes.length / 5);
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
    await pause(random() * 20);
  }
}

/** Everything that is there has ended, and every message is somewhere. */
function isOver(dataDir: string, expected: number): boolean {
  return withCatalog(dataDir, (all) => {
    const count = (sql: string) => Number(all(sql)[0]);
    return (
      count("SELECT count(*) FROM media WHERE state <> 'processing'") === expected &&
      count("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running') AND current = 1") ===
        0 &&
      count("SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'sending')") === 0
    );
  });
}

/** What the receiver was told, against what the outbox says; and that nothing is left lying about. */
function judge(dataDir: string, receiver: Receiver, names: readonly string[]): string[] {
  const found = lookAt(dataDir);
  const wrong: string[] = [];
  const is = (what: string, left: readonly string[]) => {
    if (left.length > 0) wrong.push(`${what}: ${left.join(", ")}`);
  };
  if (found.integrity !== "ok") wrong.push(`integrity: ${found.integrity}`);
  is("open jobs", found.open);
  is("bytes of nobody", found.orphans);
  is("bytes that are missing", found.missing);
  is("working folders", found.work);
  const there = found.media.map((line) => line.split(" ")[0] ?? "");
  is(
    "not there",
    names.filter((name) => !there.includes(name)),
  );
  const [told, dead, twice] = withCatalog(dataDir, (all) => [
    all("SELECT id FROM notifications WHERE topic IN ('completed', 'error')"),
    all("SELECT notification FROM deliveries WHERE state = 'dead'"),
    all("SELECT name FROM notifications WHERE run > '' GROUP BY version, run HAVING count(*) > 1"),
  ]);
  const received = new Set(receiver.requests.map(({ headers }) => headers["webhook-id"] ?? ""));
  is(
    "never told",
    (told ?? []).filter((id) => !received.has(id) && !dead?.includes(id)),
  );
  is("told as two messages", twice ?? []);
  if ((told ?? []).length < names.length)
    wrong.push(`${told?.length ?? 0} messages for ${names.length} media`);
  return wrong;
}

async function round(number: number, samples: Record<string, Buffer>): Promise<string[]> {
  const dataDir = join(folder, `library-${number}`);
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, "config.json"), JSON.stringify({ webhooks: { allowPrivate: true } }));
  const receiver = await openReceiver();
  let server = await startServer(dataDir);
  const subscribed = await dailies(dataDir, "notify", "subscribe", "both", receiver.url, "--json");
  if (subscribed.exitCode !== 0) throw new Error(subscribed.stdout + subscribed.stderr);

  const names = Object.keys(samples).flatMap((name) => [`${number}-${name}`, `again/${name}`]);
  const uploads = Object.entries(samples).flatMap(([name, bytes]) =>
    [`${number}-${name}`, `again/${name}`].map((key) => upload(() => server.url, key, bytes)),
  );
  const wrong: string[] = [];
  const log = (text: string) => appendFileSync(join(dataDir, "server.log"), text);
  const kills = 3 + Math.floor(random() * 3);
  for (let n = 0; n < kills; n += 1) {
    await pause(n === 0 ? random() * 400 : random() * 5_000);
    wrong.push(...(await kill(server, log)));
    server = await startServer(dataDir);
  }
  for (const said of await Promise.all(uploads)) wrong.push(...said);
  await until("everything ends", () => isOver(dataDir, names.length), 150_000).catch((error) =>
    wrong.push(String(error)),
  );
  server.running.child.kill("SIGTERM");
  const { exitCode, stderr } = await server.running.ended;
  log(stderr);
  if (exitCode !== 0) wrong.push(`the server ended with ${exitCode}: ${stderr.slice(-500)}`);
  wrong.push(...judge(dataDir, receiver, names));
  const duplicates =
    receiver.requests.length - new Set(receiver.requests.map((r) => r.headers["webhook-id"])).size;
  const what = `${kills} kills, ${receiver.requests.length} requests, ${duplicates} of them again`;
  console.log(`round ${number}: ${what}${wrong.length === 0 ? "" : `\n  ${wrong.join("\n  ")}`}`);
  await receiver.close();
  return wrong;
}

console.log(`seed ${seed}`);
const samples = makeSamples();
let failures = 0;
for (let number = 1; number <= rounds; number += 1)
  failures += (await round(number, samples)).length;
if (failures === 0) rmSync(folder, { recursive: true });
else console.log(`${failures} wrong; kept in ${folder}`);
process.exit(failures === 0 ? 0 : 2);
